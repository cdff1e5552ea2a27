package silences_test

import (
	"testing"

	"planwatch/alerts/silences"
)

func TestMatches(t *testing.T) {
	labels := map[string]string{"alertname": "BedsOffPlan", "hospital": "Kalix", "text": "a\nb"}
	is := func(name, value string) silences.Matcher { return silences.Matcher{Name: name, Value: value} }
	tests := []struct {
		name     string
		matchers []silences.Matcher
		want     bool
	}{
		{"nothing", nil, false},
		{"its labels", []silences.Matcher{is("alertname", "BedsOffPlan"), is("hospital", "Kalix")}, true},
		{"another hospital", []silences.Matcher{is("alertname", "BedsOffPlan"), is("hospital", "Gällivare")}, false},
		{"a missing label that is to be empty", []silences.Matcher{is("ward", "")}, true},
		{"a missing label that is to be something", []silences.Matcher{is("ward", "A")}, false},
		{"a label that it must not have", []silences.Matcher{{Name: "hospital", Value: "Kalix", Negative: true}}, false},
		{"a label that another has", []silences.Matcher{{Name: "hospital", Value: "Piteå", Negative: true}}, true},
		{"an expression", []silences.Matcher{{Name: "hospital", Value: "Piteå|Ka.*", Regex: true}}, true},
		{"an expression for a part", []silences.Matcher{{Name: "hospital", Value: "Kal", Regex: true}}, false},
		{"an expression over lines, as Alertmanager has it", []silences.Matcher{{Name: "text", Value: "a.b", Regex: true}}, false},
		{"an expression that must not hold", []silences.Matcher{{Name: "hospital", Value: "Ka.*", Regex: true, Negative: true}}, false},
		{"an expression that is none", []silences.Matcher{{Name: "hospital", Value: "(", Regex: true}}, false},
		{"one that is none and must not hold", []silences.Matcher{{Name: "hospital", Value: "(", Regex: true, Negative: true}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (silences.Silence{Matchers: tt.matchers}).Matches(labels); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
