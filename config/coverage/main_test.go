package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"planwatch/config"
	"planwatch/internal/action"
)

// Every paragraph of the sources that states something is judged, every judgement holds,
// and the document is what is made of them.
func TestCommittedCoverageIsCurrent(t *testing.T) {
	made, err := generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(made.Path)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, made.Data) {
		t.Errorf("%s has drifted; run make generate", made.Path)
	}
}

func TestParagraphs(t *testing.T) {
	tests := []struct {
		name, text string
		want       []paragraph
	}{
		{"a heading and a paragraph", "Beds\n\nThere are 12 beds.\n", []paragraph{{line: 3, heading: "Beds", text: "There are 12 beds."}}},
		{
			"headings without text", "Care\n\nBeds\n\nThere are 12.\n\nQueues\n\nThey grow.\n",
			[]paragraph{{line: 5, heading: "Care › Beds", text: "There are 12."}, {line: 9, heading: "Queues", text: "They grow."}},
		},
		{"a table of contents", "Beds\t4\nWhat is to come.....12\n\nThere are 12.\n", []paragraph{{line: 4, text: "There are 12."}}},
		{"overleaf", "The queues are to\n\nbecome shorter.\n", []paragraph{{line: 1, text: "The queues are to become shorter."}}},
		{
			"overleaf, after a note", "Of this.\nFor all of this, 5\n\n¹ A note.\n\nmillion is set aside.\n",
			[]paragraph{{line: 1, text: "Of this."}, {line: 2, text: "For all of this, 5 million is set aside."}, {line: 4, text: "¹ A note."}},
		},
		{"a list", "- Beds\n- Queues\n", []paragraph{{line: 1, text: "- Beds"}, {line: 2, text: "- Queues"}}},
		{
			"a table over two pages", "Frame\n\nName\tsum\t%\nBeds\t12\t1\n\nName\tsum\t%\nQueues\t3\t4\n\nThat is all.\n",
			[]paragraph{{line: 3, heading: "Frame", text: "Name sum % Beds 12 1 Name sum % Queues 3 4", table: true}, {line: 9, heading: "Frame", text: "That is all."}},
		},
		{
			"activities", "Goals.\tWhat the ward does\nGood care\t<p>Namn: Beds</p> <p>Effect: more</p>\n",
			[]paragraph{{line: 2, heading: "What the ward does", text: "Namn: Beds Effect: more"}},
		},
		{"markup", "*Beds* of **wards**.\n", []paragraph{{line: 1, text: "Beds of wards ."}}},
		{"a figure alone is no heading", "22 Hög 9 Medium\n", []paragraph{{line: 1, text: "22 Hög 9 Medium"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := paragraphs(tt.text, "Namn:"); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// The words of the built-in region's sources.
func TestStates(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := load(os.DirFS("../testdata/documents"), region)
	if err != nil {
		t.Fatal(err)
	}
	stating, err := words(c.States)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		text string
		want bool
	}{
		{"12 beds.", true},
		{"Studien tar emot fem patienter.", true},
		{"Studien startar i mars.", true},
		{"Beroendet ska minska.", true},
		{"UTÖKAD vård.", true},
		{"Tillgängligheten förbättras.", true},
		{"Färre väntar.", true},
		{"En ekonomi i balans.", true},
		{"Heltid är normen.", true},
		{"1. Människovärdet.", false},
		{"Vården är god.", false},
		{"Ett möte i marsken om ökenklimat.", false},
	}
	for _, tt := range tests {
		if got := (paragraph{text: tt.text}).states(stating); got != tt.want {
			t.Errorf("%q: %t", tt.text, got)
		}
	}
	// A pattern that finds few paragraphs is wrong: the sources have some hundreds.
	for _, d := range c.Documents {
		count := 0
		for _, p := range d.paragraphs {
			if p.states(stating) {
				count++
			}
		}
		if least := map[string]int{"plan.txt": 200, "rapport.txt": 75}[d.File]; count < least {
			t.Errorf("%s: %d paragraphs state something, and not %d", d.File, count, least)
		}
	}
}

const (
	reportText = "Allmänt\n\nFler vårdplatser. Kirurgin har | ökat med <12> platser.\n\nOrtopedin har ökat.\n\nVården är god.\n"
	planText   = "Ekonomisk ram\n\nNära\t-309,9\t1\nPsykiatri\t-579,1\t2\n\nMinska beroendet\n\nVi minskar det.\n"

	right = `states: [har ökat, minskar]
documents:
  - file: rapport.txt
    title: Rapporten
    judgements:
      - begins: Fler vårdplatser.
        targets: [beds-surgery]
        kpis: [beds_available]
      - begins: Ortopedin
        targets: [beds-orth*]
  - file: plan.txt
    title: Plan 2025
    judgements:
      - begins: Nära -309,9
        targets: [net-cost-*]
        not_yet: Nära
      - {begins: Vi minskar det., targets: [agency]}
`
)

func TestLoad(t *testing.T) {
	region, err := config.Load("../../internal/report/testdata/region", nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, old, new, want string
	}{
		{name: "right"},
		{"not judged", "      - begins: Ortopedin\n        targets: [beds-orth*]\n", "", "rapport.txt:5: the paragraph states a figure or a direction and is not judged in coverage.yaml: Ortopedin har ökat.\n" +
			`target beds-orthopaedics: its citation is of "Ortopedin har ökat.", and no judgement in coverage.yaml of a paragraph that has it names the target`},
		{"a paragraph that is gone", "begins: Ortopedin", "begins: Ortopeden", "coverage.yaml:9: no paragraph of rapport.txt begins so\n" +
			"rapport.txt:5: the paragraph states a figure or a direction and is not judged in coverage.yaml: Ortopedin har ökat.\n" +
			`target beds-orthopaedics: its citation is of "Ortopedin har ökat.", and no judgement in coverage.yaml of a paragraph that has it names the target`},
		{"judged twice", "      - begins: Ortopedin\n", "      - {begins: Ortopedin har, not_yet: more}\n      - begins: Ortopedin\n", "coverage.yaml:10: the paragraph in line 5 of rapport.txt is judged above\n" +
			`target beds-orthopaedics: its citation is of "Ortopedin har ökat.", and no judgement in coverage.yaml of a paragraph that has it names the target`},
		{"a target that is gone", "[beds-orth*]", "[beds-orth*, beds-orthopedics]", `coverage.yaml:10: there is no target "beds-orthopedics"; did you mean beds-orthopaedics?`},
		{"no target begins so", "[net-cost-*]", "[net-cost-*, cost-*]", `coverage.yaml:15: there is no target "cost-*"; there are beds-surgery, beds-orthopaedics, beds-kalix, occupancy, net-cost-psychiatry, net-cost-surgery, agency`},
		{"a KPI that is gone", "[beds_available]", "[beds_available, beds_aviable]", `coverage.yaml:8: there is no KPI "beds_aviable"; did you mean beds_available?`},
		{"a check that is gone", "        not_yet: Nära\n", "        checks: [frame-rows]\n", `coverage.yaml:16: there is no check of reconciliation.yaml "frame-rows"`},
		{"a citing KPI that is not named", "        kpis: [beds_available]\n", "", `kpi beds_available: its citation is of "Fler vårdplatser.", and no judgement in coverage.yaml of a paragraph that has it names the kpi`},
		{"a citing target of a heading", "targets: [net-cost-*]", "targets: [net-cost-p*]", `target net-cost-surgery: its citation is of "Ekonomisk ram", and no judgement in coverage.yaml of a paragraph that has it names the target`},
		{"an activity that is gone", "[beds_available]", "[beds_available]\n        activities: [more-beds]", `coverage.yaml:9: there is no activity "more-beds"`},
		{"a risk that is gone", "[beds_available]", "[beds_available]\n        risks: [1]", `coverage.yaml:9: there is no risk "1"`},
		{"says nothing", "      - begins: Ortopedin\n", "      - begins: Vården\n      - begins: Ortopedin\n", "coverage.yaml:9: says nothing; give targets, kpis, checks, activities or risks, or why there is none under not_yet or cannot"},
		{"says both", "        not_yet: Nära\n", "        cannot: Nära\n", "coverage.yaml:16: stands beside what holds the paragraph, or not_yet; give one of them"},
		{"an unknown key", "not_yet:", "notyet:", `coverage.yaml:16: unknown field "notyet"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(right, tt.old) {
				t.Fatalf("no %q", tt.old)
			}
			files := fstest.MapFS{
				"coverage.yaml": {Data: []byte(strings.Replace(right, tt.old, tt.new, 1))},
				"rapport.txt":   {Data: []byte(reportText)},
				"plan.txt":      {Data: []byte(planText)},
			}
			_, err := load(files, region)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// A citation of words that no paragraph has is a fault, and so is a beginning that two have.
func TestWhatTheDocumentsDoNotSay(t *testing.T) {
	region, err := config.Load("../../internal/report/testdata/region", nil)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"coverage.yaml": {Data: []byte(strings.Replace(right, "begins: Ortopedin", "begins: O", 1))},
		"rapport.txt":   {Data: []byte(strings.Replace(reportText, "Fler", "Flera", 1) + "\nOch mer.\n")},
		"plan.txt":      {Data: []byte(planText)},
	}
	_, err = load(files, region)
	for _, want := range []string{
		"coverage.yaml:9: 2 paragraphs of rapport.txt begin so, the first in line 5 and the second in line 9; go on until one does",
		`kpi beds_available: its citation is of "Fler vårdplatser.", and no paragraph of rapport.txt has it`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	region, err := config.Load("../../internal/report/testdata/region", nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := load(fstest.MapFS{
		"coverage.yaml": {Data: []byte(strings.Replace(right, "      - begins: Ortopedin", "      - {begins: Vården, cannot: no figure}\n      - begins: Ortopedin", 1))},
		"rapport.txt":   {Data: []byte(reportText)},
		"plan.txt":      {Data: []byte(planText)},
	}, region)
	if err != nil {
		t.Fatal(err)
	}
	text := string(c.markdown(region))
	for _, want := range []string{
		"| a target | 2 | 2 | 4 | 1 |\n",
		"| nothing: background, or no figure | 1 | 0 | 1 | 0 |\n",
		"| **judged** | 3 | 2 | 5 | 1 |\n",
		"### Allmänt\n",
		"| 5 | Ortopedin har ökat. | target [`beds-orth*`](kpis.md#beds_available) |\n| 7 | Vården är god. | no figure |\n",
		"| 3 | Nära -309,9 1 Psykiatri -579,1 2 | target [`net-cost-*`](kpis.md#net_cost_sek) (2); **not yet**: Nära |\n",
		`Kirurgin har \| ökat med platser.`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// Every risk holds a paragraph of the plan, and so does every activity whose paragraph is
// judged: by the same targets as its table links it to.
func TestActionsAreJudged(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := load(os.DirFS("../testdata/documents"), region)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	stated := 0
	for _, d := range c.Documents {
		for _, j := range d.Judgements {
			for _, name := range append(j.Activities, j.Risks...) {
				named[name] = true
			}
			if strings.HasPrefix(j.Begins, c.Activity) {
				stated++
				i := slices.IndexFunc(region.Activities, func(a action.Activity) bool { return len(j.Activities) == 1 && a.ID == j.Activities[0] })
				if i < 0 {
					t.Errorf("%s:%d: the activity is not named", d.File, j.paragraph.line)
					continue
				}
				linked := region.Activities[i].Targets
				if slices.ContainsFunc(linked, func(id string) bool { return !names(j.Targets, id) }) ||
					slices.ContainsFunc(j.Targets, func(name string) bool {
						return !slices.ContainsFunc(linked, func(id string) bool { return matches(name, id) })
					}) {
					t.Errorf("%s:%d: held by the targets %v, and linked to %v in the table", d.File, j.paragraph.line, j.Targets, linked)
				}
			}
		}
	}
	_, risks := actions(region)
	for _, number := range risks {
		if !named[number] {
			t.Errorf("risk %s holds no paragraph", number)
		}
	}
	if stated < 40 {
		t.Errorf("only %d activities are judged", stated)
	}
}

func TestSpans(t *testing.T) {
	for _, tt := range []struct{ numbers, want string }{{"", ""}, {"4", "4"}, {"1 2 3", "1 to 3"}, {"1 3 4 7", "1,3 to 4,7"}} {
		if got := strings.Join(spans(strings.Fields(tt.numbers)), ","); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.numbers, got, tt.want)
		}
	}
}
