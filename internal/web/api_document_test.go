package web_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"planwatch/alerts/evaluator"
	"planwatch/collectors"
	"planwatch/internal/api"
	"planwatch/internal/comment"
	"planwatch/internal/web"
)

// Every example of docs/api.md is what the built-in region answers, and each address has
// one.
func TestExamplesOfTheAPI(t *testing.T) {
	document, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	r, samples := sampled(t)
	log := commentedOnce(t)
	d := describe(t, func(c *web.Content) {
		showing(r, samples)(c)
		c.Comments = log
		c.Alerts = func() evaluator.Overview { return evaluator.Overview{Evaluated: true, Alerts: []evaluator.Alert{}} }
		c.Collectors = func() []collectors.Status {
			var states []collectors.Status
			for _, d := range r.Region.Collectors {
				states = append(states, collectors.Status{Definition: d})
			}
			return states
		}
	})
	var shown []string
	for _, example := range regexp.MustCompile("`GET (/api/v1/([a-z]+)[^`]*)`\n```(json|text)\n((?s:.*?))```").FindAllStringSubmatch(string(document), -1) {
		address, noun, kind, want := example[1], example[2], example[3], example[4]
		shown = append(shown, noun)
		t.Run(address, func(t *testing.T) {
			_, body := d.ask(t, address)
			if kind == "text" {
				if !strings.Contains(string(body), strings.TrimSuffix(want, "\n")) {
					t.Errorf("no %q in %.1500s", want, body)
				}
				return
			}
			var example, answered any
			if err := json.Unmarshal([]byte(want), &example); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(body, &answered); err != nil {
				t.Fatal(err)
			}
			if differs := within(example, answered, ""); differs != "" {
				t.Errorf("%s\nthe answer is %.3000s", differs, body)
			}
		})
	}
	for _, e := range api.Endpoints() {
		if !slices.Contains(shown, e.Noun) {
			t.Errorf("no example of %s", e.Noun)
		}
	}
}

// within finds where an example is not in the answer: it may leave out keys, and the end of
// lists.
func within(example, answered any, place string) string {
	switch e := example.(type) {
	case map[string]any:
		a, _ := answered.(map[string]any)
		for key, value := range e {
			of, ok := a[key]
			if !ok {
				return place + ": no " + key
			}
			if differs := within(value, of, place+"."+key); differs != "" {
				return differs
			}
		}
	case []any:
		a, _ := answered.([]any)
		if len(a) < len(e) {
			return fmt.Sprintf("%s: %d, and not %d", place, len(a), len(e))
		}
		for i := range e {
			if differs := within(e[i], a[i], fmt.Sprintf("%s[%d]", place, i)); differs != "" {
				return differs
			}
		}
	default:
		if !reflect.DeepEqual(example, answered) {
			return fmt.Sprintf("%s: %v, and not %v", place, answered, example)
		}
	}
	return ""
}

// commentedOnce is one comment.
func commentedOnce(t *testing.T) *comment.Log {
	t.Helper()
	log := openComments(t)
	if err := log.Add(comment.Comment{Time: commentTime, Author: "anna", About: comment.Subject{KPI: "beds_available"}, Text: "Counted anew."}); err != nil {
		t.Fatal(err)
	}
	return log
}
