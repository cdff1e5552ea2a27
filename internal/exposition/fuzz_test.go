package exposition

import (
	"strings"
	"testing"

	"planwatch/internal/snapshot"
)

// FuzzNegotiateCompression reads any Accept-Encoding: what is not named, or refused, is
// not sent.
func FuzzNegotiateCompression(f *testing.F) {
	for _, seed := range []string{
		"", "gzip", "gzip;q=0", "zstd, gzip;q=0.5", "gzip, deflate, br, zstd", "*", "*;q=0", "identity, *;q=0", "GZIP ; Q=0.5", "gzip;q=NaN", "gzip;q=1e400", "gzip;q=-1", "zstd;q=0x1p-2",
		",,;;q=,", "gzip;q=1;q=0", "zstd\x00", strings.Repeat("gzip,", 1000),
	} {
		f.Add(seed, "")
	}
	f.Add("br", "gzip")
	f.Add("*", "gzip;q=0")
	f.Fuzz(func(t *testing.T, first, second string) {
		sent := strings.ToLower(first + "," + second)
		got := negotiateCompression([]string{first, second})
		switch got {
		case snapshot.Plain:
		case snapshot.Gzip:
			if !strings.Contains(sent, "gzip") && !strings.Contains(sent, "*") {
				t.Errorf("%q: gzip was not asked for", sent)
			}
		case snapshot.Zstd:
			if !strings.Contains(sent, "zstd") {
				t.Errorf("%q: zstd was not asked for", sent)
			}
		default:
			t.Errorf("%q: %v", sent, got)
		}
		if again := negotiateCompression([]string{first + "," + second}); again != got {
			t.Errorf("%q: %v in two headers, and %v in one", sent, got, again)
		}
		for refused, is := range map[string]snapshot.Compression{"gzip;q=0": snapshot.Gzip, "zstd;q=0": snapshot.Zstd} {
			if negotiateCompression([]string{first, second, refused}) == is {
				t.Errorf("%q: %s was asked for last, and sent", sent, refused)
			}
		}
	})
}
