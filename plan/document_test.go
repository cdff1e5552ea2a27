package plan_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// example is one of docs/targets.md: a target, and a table of what is made of figures.
var example = regexp.MustCompile("(?s)```yaml\n(.*?)```\n\n(\\|.*?)\n\n")

// Every example of the document holds.
func TestTargetsDocument(t *testing.T) {
	document, err := os.ReadFile("../docs/targets.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := example.FindAllStringSubmatch(string(document)+"\n", -1)
	if fences := strings.Count(string(document), "```yaml"); len(examples) != fences || fences < 9 {
		t.Fatalf("%d examples with a table, of %d", len(examples), fences)
	}
	kinds := map[plan.Kind]bool{}
	statuses := map[plan.Status]bool{}
	for _, e := range examples {
		p := mustLoad(t, "  "+strings.ReplaceAll(strings.TrimSpace(e[1]), "\n", "\n  ")+"\n")
		target := p.Targets[0]
		entry, _ := catalogue(t).Get(target.KPI)
		kinds[target.Kind(entry.KPI)] = true
		t.Run(target.ID, func(t *testing.T) {
			rows := strings.Split(e[2], "\n")
			columns := cells(rows[0])
			for _, row := range rows[2:] {
				row := rowOf(columns, cells(row))
				got := row.assess(t, target, entry)
				statuses[got.Status] = true
				if got.Status.String() != row["Status"] {
					t.Errorf("%v: status %s %q", row, got.Status, got.Reason)
				}
				for name, figure := range map[string]*float64{"Due": got.Expected, "Warning from": got.Warning, "Critical from": got.Critical} {
					if want := row.figure(t, name); !same(value(figure), want) && !near(value(figure), want) {
						t.Errorf("%v: %s %v", row, name, value(figure))
					}
				}
			}
		})
	}
	for _, kind := range []plan.Kind{plan.AtLeast, plan.AtMost, plan.Equal, plan.Within} {
		if !kinds[kind] {
			t.Errorf("no example is of the kind %s", kind)
		}
	}
	for status := plan.TooEarly; status <= plan.Critical; status++ {
		if !statuses[status] {
			t.Errorf("no example comes to %s", status)
		}
	}
}

func cells(row string) []string {
	var all []string
	for text := range strings.SplitSeq(strings.Trim(row, "|"), "|") {
		all = append(all, strings.TrimSpace(text))
	}
	return all
}

// exampleRow is a row of an example's table, by column.
type exampleRow map[string]string

func rowOf(columns, values []string) exampleRow {
	row := exampleRow{}
	for i, column := range columns {
		row[column] = values[i]
	}
	return row
}

// figure is the column's; NaN for a dash or no such column.
func (row exampleRow) figure(t *testing.T, column string) float64 {
	t.Helper()
	if row[column] == "–" || row[column] == "" {
		return math.NaN()
	}
	figure, err := strconv.ParseFloat(row[column], 64)
	if err != nil {
		t.Fatal(err)
	}
	return figure
}

// assess makes of the figure what planwatch does as the day begins.
func (row exampleRow) assess(t *testing.T, target plan.Target, entry kpi.Entry) plan.Assessment {
	t.Helper()
	at := moment(t, row["At"]+" 00:00:00")
	asOf := at
	if row["As of"] != "" {
		asOf = moment(t, row["As of"]+" 12:00:00")
	}
	labels := []string{}
	for name, value := range target.Where {
		labels = append(labels, name, value)
	}
	samples := func(column string, now bool) []kpi.Sample {
		of := asOf
		if r, ok := target.Reference(); ok && !now {
			of = r.Moment(asOf, stockholm(t))
		}
		figure := row.figure(t, column)
		if entry.Ratio != nil {
			return []kpi.Sample{sample(entry.Ratio.Of, figure, of, labels...), sample(entry.Ratio.To, 1, of, labels...)}
		}
		return []kpi.Sample{sample(entry.Name, figure, of, labels...)}
	}
	past := plan.Past{}
	if r, ok := target.Reference(); ok {
		past[r] = plan.NewSamples(samples("Then", false))
	}
	return plan.Assess([]plan.Target{target}, catalogue(t), samples("Figure", true), past, at, stockholm(t))[0]
}
