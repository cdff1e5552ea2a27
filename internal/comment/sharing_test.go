package comment_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"planwatch/internal/comment"
)

// Two that merge what the other has have the same, in the order of its time, and no more
// after another merge.
func TestMerge(t *testing.T) {
	open := func() *comment.Log {
		l, err := comment.Open(t.TempDir(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	one, other := open(), open()
	begin := time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)
	for i, text := range []string{"first", "second", "third", "fourth"} {
		to := []*comment.Log{one, other}[i%2]
		if err := to.Add(comment.Comment{Time: begin.Add(time.Duration(i) * time.Minute), Author: "anna", About: comment.Subject{KPI: "beds_available"}, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	merge := func(to, from *comment.Log) {
		lines, err := from.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := to.Merge(lines); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		merge(one, other)
		merge(other, one)
	}
	for name, l := range map[string]*comment.Log{"one": one, "other": other} {
		var texts []string
		for _, c := range l.All() {
			texts = append(texts, c.Text)
		}
		if want := []string{"first", "second", "third", "fourth"}; !slices.Equal(texts, want) || l.Version() != 4 {
			t.Errorf("%s has %q", name, texts)
		}
	}
	for _, wrong := range []string{"{", `{"time": "2025-03-18T08:00:00Z", "author": "anna", "about": {"kpi": "beds_available"}, "text": ""}` + "\n"} {
		if err := one.Merge([]byte(wrong)); err == nil || one.Version() != 4 {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
