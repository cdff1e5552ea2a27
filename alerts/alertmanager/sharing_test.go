package alertmanager_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/alerts/alertmanager"
)

// replica is a site that sends while it is its turn.
func (s *site) replica(storage string) (*site, *atomic.Bool) {
	s.t.Helper()
	other, heads := &site{t: s.t, sink: s.sink, directory: s.directory, log: s.log, storage: storage}, &atomic.Bool{}
	other.heads = heads.Load
	other.start(s.configuration())
	return other, heads
}

// lead has one lead and the other not, and merges what the one that led has.
func lead(t *testing.T, heads, follows *atomic.Bool, leader, follower *site) {
	t.Helper()
	follows.Store(false)
	if err := follower.Lead(false, 0); err != nil {
		t.Fatal(err)
	}
	merge(t, leader, follower)
	heads.Store(true)
	if err := leader.Lead(true, 0); err != nil {
		t.Fatal(err)
	}
}

func merge(t *testing.T, to, from *site) {
	t.Helper()
	for _, shared := range from.Shared() {
		state, err := shared.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := to.Merge(shared.Name, state); err != nil {
			t.Fatal(err)
		}
	}
}

// Of two that share what was sent, each event and its end is told once, whoever leads.
func TestLeaderSends(t *testing.T) {
	s := newSite(t)
	one, oneHeads := s.replica("one")
	other, otherHeads := s.replica("other")
	lead(t, oneHeads, otherHeads, one, other)
	both := func(alerts ...map[string]any) {
		other.post(alerts...) // who follows knows as much, and says nothing
		one.post(alerts...)
	}
	both(fires("a"))
	told := []string{"ward@example.org firing 1", "/hook firing a:firing"}
	s.wait(told...)
	lead(t, otherHeads, oneHeads, other, one)
	// What is new in the group tells that the group has been looked at.
	both(fires("b"))
	told = append(told, "ward@example.org firing 2", "/hook firing a:firing b:firing")
	s.wait(told...)
	lead(t, oneHeads, otherHeads, one, other)
	both(resolves("a"), resolves("b"))
	told = append(told, "ward@example.org resolved 2", "/hook resolved a:resolved b:resolved")
	s.wait(told...)
	// What has ended is not told by the other once more, neither by itself nor with what
	// fires as it takes over.
	other.post(fires("c"))
	lead(t, otherHeads, oneHeads, other, one)
	s.wait(append(told, "ward@example.org firing 1", "/hook firing c:firing")...)
}

// One whose turn has ended, as after it was stopped by the system, sends nothing, though it
// has not been told so.
func TestNoTurnNoMessage(t *testing.T) {
	s := newSite(t)
	one, oneHeads := s.replica("one")
	other, otherHeads := s.replica("other")
	lead(t, oneHeads, otherHeads, one, other)
	oneHeads.Store(false)
	one.post(fires("a"))
	merge(t, other, one)
	otherHeads.Store(true)
	if err := other.Lead(true, 0); err != nil {
		t.Fatal(err)
	}
	other.post(fires("b"))
	s.wait("ward@example.org firing 1", "/hook firing b:firing")
}

// A silence is in force at the other too, also a long one, and is kept there.
func TestSilencesAreShared(t *testing.T) {
	s := newSite(t)
	one, _ := s.replica("one")
	other, _ := s.replica("other")
	comment := strings.Repeat("The ward is closed for repairs. ", 60)
	body, err := json.Marshal(map[string]any{
		"matchers": []map[string]any{{"name": "target", "value": "a", "isRegex": false, "isEqual": true}},
		"startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour), "createdBy": "anna", "comment": comment,
	})
	if err != nil {
		t.Fatal(err)
	}
	response, err := one.Client().Post(alertmanager.URL+"/api/v2/silences", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
	version := func(s *site) uint64 { return s.Shared()[1].Version }
	before := version(other)
	merge(t, other, one)
	if version(other) == before {
		t.Error("nobody learns that there is something new")
	}
	settled := version(other)
	merge(t, other, one)
	merge(t, one, other)
	if version(other) != settled {
		t.Error("what is known already counts as new, so that it goes round for ever")
	}
	other.stop()
	deadline := time.After(20 * time.Second)
	for {
		data, err := os.ReadFile(filepath.Join(s.directory, "other", "silences"))
		if err == nil && bytes.Contains(data, []byte(comment)) {
			return
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("it is not kept")
		}
	}
}

// What is damaged is refused.
func TestMergeRefuses(t *testing.T) {
	s := newSite(t)
	one, _ := s.replica("one")
	for name, c := range map[string]struct{ name, state, want string }{
		"cut short":    {alertmanager.Silences, "\xff", "alertmanager: silences: cut short"},
		"no entry":     {alertmanager.Notifications, "\x01\xff", "alertmanager: notifications: "},
		"another name": {"alerts", "", `alertmanager: nothing is shared by the name "alerts"`},
	} {
		t.Run(name, func(t *testing.T) {
			if err := one.Merge(c.name, []byte(c.state)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
