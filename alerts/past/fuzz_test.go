package past_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"planwatch/alerts/past"
)

// FuzzOpen opens any file: what is kept of it has labels and an end after its beginning,
// in the order of the ends, and an alert that ends then is kept too.
func FuzzOpen(f *testing.F) {
	const alert = `{"labels":{"alertname":"BedsOffPlan","ward":"A"},"annotations":{"summary":"x"},"startsAt":"2026-01-02T03:00:00Z","endsAt":"2026-01-02T03:30:00Z"}`
	for _, seed := range []string{
		"", "{}\n", alert + "\n", alert + "\n" + alert + "\n" + alert[:40], "\x00\n\xff\n", "null\n[]\n", `{"labels":{"a":"b"},"startsAt":"2026-01-02T03:00:00Z","endsAt":"2025-01-02T03:00:00Z"}` + "\n",
		`{"labels":{"a":"b"},"startsAt":"0001-01-01T00:00:01Z","endsAt":"9999-12-31T23:59:59Z"}` + "\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, past.FileName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := past.OpenAt(dir, slog.New(slog.DiscardHandler), func() time.Time { return began.Add(time.Hour) })
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		l.Add(ended("fuzz", began, time.Minute))
		found := false
		all := l.All()
		for i, a := range all {
			if len(a.Labels) == 0 || a.StartsAt.IsZero() || a.EndsAt.Before(a.StartsAt) || i > 0 && a.EndsAt.Before(all[i-1].EndsAt) {
				t.Errorf("%d of %d: %+v", i, len(all), a)
			}
			found = found || a.Labels["ward"] == "fuzz"
		}
		if !found || len(all) > past.Most+1 {
			t.Errorf("%d are kept; the last one: %v", len(all), found)
		}
	})
}
