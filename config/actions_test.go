package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/action"
)

// tag is markup in our copies of the documents.
var tag = regexp.MustCompile(`<[^>]+>`)

func builtin(t *testing.T) *config.Region {
	t.Helper()
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	return region
}

// activityRow is a row of Bilaga 4 that describes an activity.
var activityRow = regexp.MustCompile(`^(.*)\tNamn: (.*?) Beskrivning: (.*) Förväntad effekt: (.*)$`)

// The activities are those of the plan, in its order and its words, each of the division
// whose table it stands in.
func TestActivitiesAreThePlans(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "documents", "plan.txt"))
	if err != nil {
		t.Fatal(err)
	}
	region, division := builtin(t), ""
	var want []string
	for line := range strings.Lines(string(data)) {
		if _, heading, found := strings.Cut(line, "Relaterade strategiska mål.\t"); found {
			_, division, _ = strings.Cut(strings.TrimSpace(heading), " ")
		}
		if !strings.Contains(line, "Namn: ") {
			continue
		}
		goal, described, _ := strings.Cut(tag.ReplaceAllString(line, ""), "\t")
		cells := activityRow.FindStringSubmatch(oneLine(goal) + "\t" + oneLine(described))
		if cells == nil {
			t.Fatalf("not an activity: %s", line)
		}
		want = append(want, fmt.Sprintf("%q", append([]string{"Division " + division}, cells[1:]...)))
	}
	if len(want) != 55 || len(region.Activities) != 55 {
		t.Fatalf("%d activities in the plan and %d in the table, and not 55", len(want), len(region.Activities))
	}
	sv := region.Languages.First()
	for i, a := range region.Activities {
		owner, _ := region.OnCall.Owner(a.Owner)
		got := fmt.Sprintf("%q", []string{sv.Of(owner.Name), sv.Of(a.Goal), sv.Of(a.Name), sv.Of(a.Description), sv.Of(a.Expected)})
		if got != want[i] {
			t.Errorf("%s:\ngot  %s\nwant %s", a.ID, got, want[i])
		}
	}
}

// overleaf are the ends of cells of the register that stand on the next page, by the
// risk's number.
var overleaf = map[int]string{
	5:  "livsstilsrelaterade frågor vid besök i vården. Stöttande funktioner som KBT, dietist m.m.",
	16: "geografiska förutsättningar.",
	21: "utöva tillitsbaserat ledarskap.",
	27: "bidragande orsak till att risken inträffar.",
}

// The risks are those of the register, in its order and its words, and their levels are
// as many as its matrix states.
func TestRisksAreTheRegisters(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "documents", "plan.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, register, _ := strings.Cut(string(data), "\n1.1 Tabell Riskanalys\n")
	register, _, found := strings.Cut(register, "\nBilaga 3: Verksamhet i divisionerna")
	if !found {
		t.Fatal("no register in the plan")
	}
	// A goal's type is divided at the end of a line.
	register = strings.ReplaceAll(oneLine(tag.ReplaceAllString(register, "")), "Korruptions- risker", "Korruptionsrisker")
	region := builtin(t)
	sv, levels, at := region.Languages.First(), map[string]int{}, 0
	for i, k := range region.Risks {
		if k.Number != i+1 {
			t.Errorf("risk %d stands as number %d", k.Number, i+1)
		}
		// Of a cell that breaks over the page, the beginning stands in the row.
		begin := func(text string) string {
			rest := overleaf[k.Number]
			if k.Number == 27 && strings.HasSuffix(text, "arbetsuppgifter, ett attraktivt samhälle") {
				rest = "arbetsuppgifter, ett attraktivt samhälle"
			}
			if start, broken := strings.CutSuffix(text, " "+rest); rest != "" && broken {
				if !strings.Contains(register, rest) {
					t.Errorf("risk %d: the register does not say %q", k.Number, rest)
				}
				return start
			}
			return text
		}
		row := oneLine(fmt.Sprintf("%s %s %s Sannolikhet: %d Konsekvens: %d %s %s", begin(sv.Of(k.Risk)), begin(sv.Of(k.Effect)), sv.Of(k.Harm),
			k.Likelihood, k.Consequence, sv.Of(k.Response), begin(sv.Of(k.Measure))))
		// Some rows have the goal behind the number.
		place := strings.Index(register, fmt.Sprintf(" %d %s", k.Number, row))
		if place < 0 {
			place = strings.Index(register, fmt.Sprintf(" %d %s %s", k.Number, sv.Of(k.Goal), row))
		}
		if place < at {
			t.Errorf("risk %d: the register does not have, after the risk before: %s", k.Number, row)
		}
		at = max(at, place)
		for _, words := range []string{sv.Of(k.GoalType), sv.Of(k.Goal)} {
			if words == "" || !strings.Contains(register, words) {
				t.Errorf("risk %d: the register does not have %q", k.Number, words)
			}
		}
		levels[sv.Of(k.Level)]++
	}
	if len(region.Risks) != 32 || levels["Hög"] != 22 || levels["Medium"] != 9 || levels["Låg"] != 1 {
		t.Errorf("%d risks: %v", len(region.Risks), levels)
	}
}

// What a document says of how far an activity or a risk has come is in that document.
func TestCommentsAreQuoted(t *testing.T) {
	region, report := builtin(t), document(t, "rapport")
	sv, commented := region.Languages.First(), 0
	check := func(name string, a action.Action) {
		if a.Progress == action.NotReported && len(a.Comment) == 0 {
			return
		}
		commented++
		if !strings.HasPrefix(a.CommentCite, "Regiondirektörens rapport 2025-03-18, ") || !strings.Contains(report, sv.Of(a.Comment)) {
			t.Errorf("%s: %q is not in %s", name, sv.Of(a.Comment), a.CommentCite)
		}
	}
	for _, a := range region.Activities {
		check(a.ID, a.Action)
	}
	for _, k := range region.Risks {
		check(fmt.Sprint("risk ", k.Number), k.Action)
	}
	if commented == 0 {
		t.Error("no comment was found")
	}
}
