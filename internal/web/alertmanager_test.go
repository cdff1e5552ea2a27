package web

import (
	"strings"
	"testing"
	"time"
)

// A silence over the API is bounded as one on the page.
func TestSilencesOverTheAPI(t *testing.T) {
	now := time.Now()
	matchers := func(name, value string, regex bool) func(*silenceSent) {
		return func(s *silenceSent) {
			s.Matchers = s.Matchers[:0]
			s.Matchers = append(s.Matchers, struct {
				Name    string `json:"name"`
				Value   string `json:"value"`
				IsRegex bool   `json:"isRegex"`
				IsEqual *bool  `json:"isEqual"`
			}{Name: name, Value: value, IsRegex: regex})
		}
	}
	tests := []struct {
		name   string
		change func(*silenceSent)
		want   string
	}{
		{"one that may be", func(*silenceSent) {}, ""},
		{"in another's name", func(s *silenceSent) { s.CreatedBy = "bo" }, "in another's name"},
		{"in place of another", func(s *silenceSent) { s.ID = "1" }, "in place of another"},
		{"without a reason", func(s *silenceSent) { s.Comment = " " }, "without a reason"},
		{"with a reason that cannot be kept", func(s *silenceSent) { s.Comment = "a\x1b[31m" }, "without a reason"},
		{"an acknowledgement", func(s *silenceSent) { s.Comment = " ACK! mine" }, "an acknowledgement"},
		{"for years", func(s *silenceSent) { s.EndsAt = now.AddDate(100, 0, 0) }, "more than 30 days"},
		{"of everything", matchers("alertname", ".+", true), "the watchdog"},
		{"of whatever has no target", matchers("target", "", false), "the watchdog"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := silenceSent{CreatedBy: "anna", Comment: "planned work", EndsAt: now.Add(time.Hour)}
			matchers("alertname", "QueueOffPlan", false)(&s)
			tt.change(&s)
			err := s.check("anna", now)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
