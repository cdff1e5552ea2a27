package citation_test

import (
	"testing"
	"testing/fstest"

	"planwatch/internal/citation"
)

// load reads a citations.yaml.
func load(text string) (*citation.Set, error) {
	return citation.Load(fstest.MapFS{citation.FileName: {Data: []byte(text)}}, citation.FileName)
}

func mustLoad(t *testing.T, text string) *citation.Set {
	t.Helper()
	set, err := load(text)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

const report = `documents:
  report: {title: Report of 18 March}
citations:
  whole: {document: report}
  beds:
    document: report
    place: Beds, Surgery
  beds-surgery:
    document: report
    place: "Beds, Surgery"
    quote: "There are twelve more beds."
  beds-orthopaedics:
    document: report
    place: "Beds, Surgery"
    quote: "So there are in orthopaedics: six."
  beds-both:
    document: report
    place: "Beds, Surgery"
    quotes: [beds-surgery, beds-orthopaedics]
  beds-apart:
    document: report
    place: "Beds"
    quotes: [beds-surgery, "[…]", beds-orthopaedics, "This will do."]
  motto:
    document: report
    quote: "More beds."
`

func TestResolve(t *testing.T) {
	tests := []struct{ name, cite, want, fault string }{
		{name: "a document", cite: "whole", want: "Report of 18 March"},
		{name: "a place", cite: "beds", want: "Report of 18 March, Beds, Surgery"},
		{name: "a quote", cite: "beds-surgery", want: "Report of 18 March, Beds, Surgery: ”There are twelve more beds.”"},
		{name: "a quote without a place", cite: "motto", want: "Report of 18 March: ”More beds.”"},
		{name: "quotes of others", cite: "beds-both", want: "Report of 18 March, Beds, Surgery: ”There are twelve more beds. So there are in orthopaedics: six.”"},
		{name: "quotes and words", cite: "beds-apart", want: "Report of 18 March, Beds: ”There are twelve more beds. […] So there are in orthopaedics: six. This will do.”"},
		{name: "nothing", cite: "", want: ""},
		{name: "words", cite: "Health Care Act 9 kap. 1 §", want: "Health Care Act 9 kap. 1 §"},
		{name: "one word that is no id", cite: "Beds", want: "Beds"},
		{name: "an id misspelt", cite: "beds-surgry", fault: `there is no "beds-surgry" in citations.yaml; did you mean beds-surgery?`},
		{name: "an id like no other", cite: "queue", fault: `there is no "queue" in citations.yaml; there are beds, beds-apart, beds-both, beds-orthopaedics, beds-surgery, motto, whole`},
		{name: "a document's id", cite: "report", fault: `there is no "report" in citations.yaml; there are beds, beds-apart, beds-both, beds-orthopaedics, beds-surgery, motto, whole`},
	}
	set := mustLoad(t, report)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := set.Resolve(tt.cite)
			if got != tt.want || message(err) != tt.fault {
				t.Errorf("got  %q, %v\nwant %q, %s", got, err, tt.want, tt.fault)
			}
		})
	}
}

func TestResolveWithoutFile(t *testing.T) {
	set, err := citation.Load(fstest.MapFS{}, citation.FileName)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := set.Resolve("Report, Beds"); got != "Report, Beds" || err != nil {
		t.Errorf("words: %q, %v", got, err)
	}
	const want = `"beds-surgery" is the id of a citation, and there is no citations.yaml`
	if got, err := set.Resolve("beds-surgery"); got != "" || message(err) != want {
		t.Errorf("an id: %q, %v, want %s", got, err, want)
	}
	if err := set.Unused(); err != nil {
		t.Errorf("unused: %v", err)
	}
}

func TestFaults(t *testing.T) {
	const documents = "documents:\n  report: {title: Report}\n"
	tests := []struct{ name, file, want string }{
		{"unknown key", documents + "citation: {}\n", `citations.yaml:3: unknown field "citation"`},
		{"unknown key of a citation", documents + "citations:\n  beds:\n    document: report\n    qoute: More beds.\n", `citations.yaml:6: unknown field "qoute"`},
		{"an id twice", documents + "citations:\n  beds: {document: report}\n  beds: {document: report, place: Beds}\n", `citations.yaml:5: mapping key "beds" already defined at [4:3]`},
		{"not a text", documents + "citations:\n  beds: {document: report, quote: [More beds.]}\n", `citations.yaml:4: "[" is not a text`},
		{"no title", "documents:\n  report: {}\ncitations:\n  beds: {document: report}\n", "citations.yaml:2: document report: title: missing; give the title with which citations of the document begin"},
		{"a title of two lines", "documents:\n  report:\n    title: \"Re\\nport\"\ncitations:\n  beds: {document: report}\n", "citations.yaml:3: document report: title: has a line break; write it on one line, or fold it with >-"},
		{"a document's id", "documents:\n  Report: {title: Report}\n", "citations.yaml:2: document Report: the id is not lower-case words joined by hyphens, such as annual-report"},
		{"a citation's id", documents + "citations:\n  more beds.: {document: report}\n", "citations.yaml:4: citation more beds.: the id is not lower-case words joined by hyphens, such as beds-surgery"},
		{"no document", documents + "citations:\n  beds:\n    place: Beds\n", "citations.yaml:5: citation beds: document: missing; give the id of one of the documents above"},
		{"unknown document", documents + "citations:\n  beds:\n    place: Beds\n    document: raport\n", `citations.yaml:6: citation beds: document: there is no document "raport"; did you mean report?`},
		{"quote and quotes", documents + "citations:\n  beds: {document: report, quote: More beds.}\n  both:\n    document: report\n    quote: More beds.\n    quotes: [beds]\n", "citations.yaml:8: citation both: give either quote or quotes, not both"},
		{"unknown part", documents + "citations:\n  beds: {document: report, quote: More beds.}\n  both:\n    document: report\n    quotes:\n      - beds\n      - bedz\n", `citations.yaml:9: citation both: quotes: there is no citation "bedz"; did you mean beds?`},
		{"a part without a quote", documents + "citations:\n  beds: {document: report}\n  both: {document: report, quotes: [beds]}\n", "citations.yaml:5: citation both: quotes: beds has no quote of its own to repeat"},
		{"itself as a part", documents + "citations:\n  beds: {document: report, quotes: [beds]}\n", "citations.yaml:4: citation beds: quotes: beds has no quote of its own to repeat"},
		{"several", "documents:\n  report: {}\ncitations:\n  beds: {place: Beds}\n  wards: {document: plan}\n", "citations.yaml:2: document report: title: missing; give the title with which citations of the document begin\n" +
			"citations.yaml:4: citation beds: document: missing; give the id of one of the documents above\n" +
			`citations.yaml:5: citation wards: document: there is no document "plan"; there are report`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := load(tt.file); message(err) != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestUnused(t *testing.T) {
	const file = `documents:
  report: {title: Report}
  plan: {title: Plan}
citations:
  beds-surgery: {document: report, quote: Twelve more beds.}
  beds-orthopaedics: {document: report, quote: Six more beds.}
  beds-both: {document: report, quotes: [beds-surgery, beds-orthopaedics]}
  queue: {document: report, place: Queue}
`
	const (
		plan  = "citations.yaml:3: document plan: no citation is of it; delete it"
		both  = "citations.yaml:7: citation beds-both: no definition gives it under cite; delete it"
		queue = "citations.yaml:8: citation queue: no definition gives it under cite; delete it"
	)
	tests := []struct {
		name     string
		resolved []string
		want     string
	}{
		{"some only as parts", []string{"beds-both", "queue"}, plan},
		{"one is unused", []string{"beds-both"}, plan + "\n" + queue},
		{"all are unused", nil, plan + "\n" + both + "\n" + queue},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := mustLoad(t, file)
			for _, id := range tt.resolved {
				if _, err := set.Resolve(id); err != nil {
					t.Fatal(err)
				}
			}
			if err := set.Unused(); message(err) != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
