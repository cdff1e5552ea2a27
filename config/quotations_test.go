package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"planwatch/internal/citation"
	"planwatch/plan"
)

// TestQuotations holds the quotations in citations.yaml and reconciliation.yaml of the
// region that is compiled in against their documents, letter for letter; spaces and line
// breaks may differ. An ellipsis leaves words out.
func TestQuotations(t *testing.T) {
	var cited citation.File
	decode(t, filepath.Join("norrbotten", citation.FileName), &cited)
	documents := map[string]string{}
	for id := range cited.Documents {
		documents[id] = document(t, id)
	}
	quoted := 0
	check := func(id, document, quote string) {
		quoted++
		for part := range strings.SplitSeq(quote, "…") {
			if !strings.Contains(documents[document], oneLine(part)) {
				t.Errorf("%s: %s does not say %q", id, cited.Documents[document].Title, part)
			}
		}
	}
	for id, c := range cited.Citations {
		if c.Quote != "" {
			check(id, c.Document, c.Quote)
		}
		for _, part := range c.Quotes {
			if _, repeated := cited.Citations[part]; !repeated && part != "[…]" {
				check(id, c.Document, part)
			}
		}
	}
	var reconciled plan.Reconciliation
	decode(t, filepath.Join("norrbotten", "plan", "reconciliation.yaml"), &reconciled)
	for _, c := range reconciled.Checks {
		if c.Stated.Text != "" {
			check(c.ID, "plan", c.Stated.Text)
		}
	}
	if quoted < 90 {
		t.Errorf("only %d quotations", quoted)
	}
}

func decode(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// footnote is a line at the foot of a page, which comes in the midst of a sentence.
var footnote = regexp.MustCompile(`(?m)^[⁰¹²³⁴⁵⁶⁷⁸⁹]+ .*$`)

func document(t *testing.T, id string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "documents", id+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return oneLine(footnote.ReplaceAllString(string(data), ""))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
