package config_test

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"planwatch/internal/citation"
	"planwatch/internal/decimal"
	"planwatch/plan"
)

// TestQuotations holds the quotations in citations.yaml and reconciliation.yaml of the
// region that is compiled in against their documents, letter for letter; spaces and line
// breaks may differ. An ellipsis leaves words out. A figure or date that a check reads
// from a quotation is in it.
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
		for _, term := range append([]plan.Term{c.Stated}, c.Computed...) {
			switch {
			case term.Text != "":
				check(c.ID, cmp.Or(term.Document, "plan"), term.Text)
				holds(t, c.ID, term.Text, term.Value, term.On)
			case term.Value != nil:
				t.Errorf("%s: %s is quoted from nowhere", c.ID, term.Value)
			}
		}
		if a := c.Against; a != nil {
			check(c.ID, a.Document, a.Text)
			holds(t, c.ID, a.Text, a.Value, a.On)
		}
		for _, note := range c.Note {
			for _, words := range inQuotes.FindAllStringSubmatch(note, -1) {
				if !strings.Contains(documents["plan"], oneLine(words[1])) {
					tables(t, c.ID, words[1])
				}
			}
		}
	}
	if quoted < 90 {
		t.Errorf("only %d quotations", quoted)
	}
}

var inQuotes = regexp.MustCompile("”([^”]*)”")

// tables holds words that a note quotes from a table.
func tables(t *testing.T, id, words string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("norrbotten", "plan", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), words) {
			return
		}
	}
	t.Errorf("%s: the note quotes %q, which neither the plan nor a table says", id, words)
}

// words are numbers that the documents spell out.
var words = map[string]string{"0": "noll", "1": "en", "2": "två", "3": "tre", "4": "fyra", "5": "fem", "6": "sex"}

// holds checks that a quotation has the figure or the date that is read from it.
func holds(t *testing.T, id, text string, value *decimal.Decimal, on string) {
	t.Helper()
	if value != nil {
		figure := strings.ReplaceAll(value.String(), ".", ",")
		digits := strings.ReplaceAll(oneLine(text), "\u00a0", "")
		// A thousand is written 1 100 or 1100.
		joined := thousands.ReplaceAllString(digits, "$1$2")
		found := regexp.MustCompile(`(^|[^0-9,])` + regexp.QuoteMeta(figure) + `($|[^0-9,])`).MatchString(joined)
		if word, spelt := words[figure]; !found && (!spelt || !regexp.MustCompile(`(^|\s)`+word+`($|\s)`).MatchString(digits)) {
			t.Errorf("%s: %s is not in %q", id, figure, text)
		}
	}
	if on == "" {
		return
	}
	year, rest, _ := strings.Cut(on, "-")
	_, day, _ := strings.Cut(rest, "-")
	if !strings.Contains(text, year) || !strings.Contains(text, strings.TrimPrefix(day, "0")) {
		t.Errorf("%s: %s is not in %q", id, on, text)
	}
}

var thousands = regexp.MustCompile(`([0-9]) ([0-9]{3})`)

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
