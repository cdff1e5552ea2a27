package audit_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"planwatch/internal/audit"
)

// FuzzRead opens any file: what can be read of it stays, and what is recorded then is
// read too.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "{}\n", `{"time":"2026-01-02T03:04:05Z","who":"anna","address":"127.0.0.1","action":"acknowledge","about":{"event":{"owner":"surgery"}},"outcome":"done"}` + "\n",
		`{"action":"refused","count":12,"outcome":"wrong password"}` + "\n" + `{"time":"2026-`, "\x00\n\xff\n", "null\n[]\n{\"alerts\":[null,{}]}\n", `{"count":-1,"until":"9999-12-31T23:59:59Z"}` + "\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, audit.FileName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		before, _, err := audit.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		l, err := audit.OpenAt(dir, slog.New(slog.DiscardHandler), func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) })
		if err != nil {
			t.Fatal(err)
		}
		l.Record(audit.Entry{Who: "bo", Address: "::1", Action: audit.Comment, About: kalix})
		l.About(kalix)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		after, _, err := audit.Read(dir)
		if err != nil || len(after) != len(before)+1 || after[len(after)-1].Who != "bo" {
			t.Errorf("%d entries, and one more makes %d: %v", len(before), len(after), err)
		}
	})
}
