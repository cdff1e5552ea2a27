package exporter

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"planwatch/internal/comment"
	"planwatch/internal/logtest"
	"planwatch/internal/replica"
	"planwatch/internal/snapshot"
)

// What cannot be taken is left, and nothing else is, and the log has each reason once, however
// often it comes.
func TestWhatCannotBeTaken(t *testing.T) {
	var log logtest.Log
	logger := slog.New(slog.NewTextHandler(&log, nil))
	comments, err := comment.Open(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	r := &replicas{
		Replica:  replica.New(replica.Options{Region: "norrbotten", Logger: logger}),
		exporter: &Exporter{base: base{logger: logger}}, comments: comments,
		blocks: map[string]*snapshot.GaugeBlock{}, told: map[string]string{},
	}
	follows := &replica.State{Role: replica.Follows, Parts: []replica.Part{{Name: partComments}}}
	leads := &replica.State{Role: replica.Leads, Parts: []replica.Part{{Name: partComments}, {Name: partRecord + "beds"}, {Name: partGauges + "000000"}, {Name: partOwn}}}
	damaged := map[string][]byte{partComments: []byte("?"), partRecord + "beds": []byte("?"), partGauges + "000000": []byte("?"), partOwn: []byte("?")}
	names := func(left map[string]bool) string {
		maps.DeleteFunc(left, func(_ string, is bool) bool { return !is })
		return strings.Join(slices.Sorted(maps.Keys(left)), " ")
	}
	for range 3 {
		if got := names(r.take(t.Context(), follows, map[string][]byte{partComments: []byte("?")})); got != "comments" {
			t.Errorf("left of one that follows: %q", got)
		}
		if got := names(r.take(t.Context(), leads, damaged)); got != "comments gauges/000000 own record/beds" {
			t.Errorf("left of one that leads: %q", got)
		}
	}
	if lines := strings.Count(log.String(), "level=ERROR"); lines != 4 {
		t.Errorf("%d lines of four parts:\n%s", lines, log.String())
	}
	if got := names(r.take(t.Context(), follows, map[string][]byte{partComments: nil})); got != "" {
		t.Errorf("left of what is well: %q", got)
	}
	r.take(t.Context(), follows, map[string][]byte{partComments: []byte("?")})
	if lines := log.Count("comments from another replica are not kept here"); lines != 2 {
		t.Errorf("what comes back after it was well is told %d times in all:\n%s", lines, log.String())
	}
}
