package attacktest

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"planwatch/internal/kpi"
)

// cells are figures of a KPI, as "x/u 3, y/u (7)": labels a and b, and the
// figure, in brackets where it is withheld. A histogram's are those of its
// classes, "x 3+7".
type cells map[string]string

func (c cells) table(t *testing.T, kpis []kpi.KPI) Table {
	t.Helper()
	table := Table{KPIs: kpis}
	for _, k := range kpis {
		if c[k.Name] == "" {
			continue
		}
		for cell := range strings.SplitSeq(c[k.Name], ", ") {
			where, what, _ := strings.Cut(cell, " ")
			a, b, _ := strings.Cut(where, "/")
			truth := kpi.Sample{KPI: k.Name, Labels: kpi.NewLabels(kpi.Label{Name: "a", Value: strings.Trim(a, "-")}, kpi.Label{Name: "b", Value: b})}
			published := truth
			inner := strings.Trim(what, "()")
			if k.Histogram != nil {
				h := &kpi.Histogram{Bounds: k.Histogram.Bounds}
				for class := range strings.SplitSeq(inner, "+") {
					v, err := strconv.ParseUint(class, 10, 64)
					if err != nil {
						t.Fatal(err)
					}
					h.Count += v
					h.Counts = append(h.Counts, h.Count)
				}
				h.Counts = h.Counts[:len(h.Bounds)]
				truth.Histogram = h
			} else {
				v, err := strconv.ParseFloat(inner, 64)
				if err != nil {
					t.Fatal(err)
				}
				truth.Value = v
			}
			if published.Withheld = what != inner; !published.Withheld {
				published = truth
			}
			table.Truth = append(table.Truth, truth)
			table.Published = append(table.Published, published)
		}
	}
	return table
}

func TestAttackOnKnownWeaknesses(t *testing.T) {
	whole := kpi.KPI{Name: "whole", Smallest: 5}
	part := kpi.KPI{Name: "part", Smallest: 5, PartOf: "whole"}
	alone := kpi.KPI{Name: "part", Smallest: 5}
	third := kpi.KPI{Name: "third", Smallest: 5}
	money := kpi.KPI{Name: "money"}
	ratio := kpi.KPI{Name: "ratio", Ratio: &kpi.Ratio{Of: "part", To: "whole"}}
	waits := kpi.KPI{Name: "waits", Smallest: 5, Histogram: &kpi.Buckets{Bounds: []float64{10, 20}}}
	tests := []struct {
		name  string
		kpis  []kpi.KPI
		cells cells
		// want are parts of the breaches, in order; none for a table that keeps
		// what it withholds.
		want []string
	}{
		{"a small figure that is shown", []kpi.KPI{whole}, cells{"whole": "x 3, y 7"}, []string{`whole{a="x"} is 3 for certain`}},
		{"zeros and large figures", []kpi.KPI{whole}, cells{"whole": "x 0, y 7, z 5"}, nil},
		{"the only one of a line", []kpi.KPI{whole}, cells{"whole": "x (3), y 7"}, []string{`whole{a="x"} is 3, and lies in [3, 3]`}},
		{"a line of one", []kpi.KPI{whole}, cells{"whole": "x/u (3), y/v 7"}, nil},
		{"a line without a figure shown", []kpi.KPI{whole}, cells{"whole": "x (3), y (2)"}, nil},
		{"zeros tell nothing of their line", []kpi.KPI{whole}, cells{"whole": "x (3), y 0"}, nil},
		{"two of a line, together 2", []kpi.KPI{whole}, cells{"whole": "x (1), y (1), z 9"}, []string{
			"[1, 1]", "[1, 1]", `whole{a="x"} + whole{a="y"} is 2, and lies in [2, 2]`,
		}},
		{"two of a line, together 4", []kpi.KPI{whole}, cells{"whole": "x (2), y (2), z 9"}, []string{"[1, 3]", "[1, 3]", "[4, 4]"}},
		{"two of a line, together 6", []kpi.KPI{whole}, cells{"whole": "x (1), y (5), z 9"}, []string{"[1, 5]"}},
		{"two of a line, together 7", []kpi.KPI{whole}, cells{"whole": "x (1), y (6), z 9"}, nil},
		{"two of 3 and 4", []kpi.KPI{whole}, cells{"whole": "x (3), y (4), z 9"}, nil},
		{"the total of all but 3", []kpi.KPI{whole}, cells{"whole": "-/ 163, x 160"}, []string{`whole{} without the rows below it is 3, and lies in [3, 3]`}},
		{"a total withheld with its small row", []kpi.KPI{whole}, cells{"whole": "-/ (163), x (3), y 160"}, []string{`whole{a="x"} is 3, and lies in [1, 3]`}},
		{"rows of a total that are few together", []kpi.KPI{whole}, cells{"whole": "-/ 11, x/u (1), y/v (1), z/w 9"}, []string{"[1, 1]", "[1, 1]", "[2, 2]"}},
		{"no total of its rows", []kpi.KPI{whole}, cells{"whole": "-/ 100, x 160"}, nil},
		{"a total that is 2 or more whatever is withheld", []kpi.KPI{whole}, cells{"whole": "-/ (4), x (3), y (1)"}, nil},
		{"rows within rows", []kpi.KPI{whole}, cells{"whole": "-/ 163, x/ 163, x/u 160, x/v (3)"}, []string{"[3, 3]"}},
		{"blocks joined by one cell", []kpi.KPI{whole}, cells{"whole": "x/u (2), x/v (9), y/u (9), y/v (14), y/w (11), z/v (11), z/w (2), x/w 50, z/u 60"}, nil},
		{"a square of which one corner is 1", []kpi.KPI{whole}, cells{"whole": "x/u (3), x/v (9), y/u (9), y/v (1), x/w 50, y/w 50, z/u 50, z/v 50"}, []string{
			`whole{a="x",b="u"} is 3, and lies in [3, 7]`,
		}},
		{"a square of small corners", []kpi.KPI{whole}, cells{"whole": "x/u (3), x/v (1), y/u (1), y/v (9), x/w 50, y/w 50, z/u 50, z/v 50"}, []string{"[1, 3]", "[1, 3]", "[1, 3]", "[4, 4]", "[4, 4]"}},
		{"what a part leaves of its whole", []kpi.KPI{whole, part}, cells{"whole": "x 10", "part": "x 7"}, []string{`whole without part at {a="x"} is 3, and lies in [3, 3]`}},
		{"a whole that its part and the rest give", []kpi.KPI{whole, alone, third}, cells{"whole": "x/u 9, y/v 20, z/w 30", "part": "x/u 6, y/v 10, z/w 20", "third": "x/u (3), y/v 10, z/w 10"}, []string{"[3, 3]"}},
		{"a part without a whole beside it", []kpi.KPI{whole, part}, cells{"whole": "x 10", "part": "y 7"}, nil},
		{"a ratio that ties its parts", []kpi.KPI{whole, alone, ratio}, cells{"whole": "x 10, y 20", "part": "x 7, y 10"}, []string{`whole without part at {a="x"} is 3, and lies in [3, 3]`}},
		{"a ratio shown beside its part", []kpi.KPI{whole, alone, ratio}, cells{"whole": "x 10", "part": "x (4)", "ratio": "x 0.4"}, []string{
			"ratio{a=\"x\"} is shown beside part", `part{a="x"} is 4, and lies in [4, 4]`,
		}},
		{"money beside a withheld count", []kpi.KPI{whole, money}, cells{"whole": "x (3), y (9), z 9", "money": "x 30000, y (1), z 1"}, []string{`money{a="x"} is shown beside whole`}},
		{"money of nobody", []kpi.KPI{whole, money}, cells{"whole": "x 9", "money": "y 1"}, []string{`money{a="y"} is shown where no count of its people is`}},
		{"money that is not about people", []kpi.KPI{whole, {Name: "money", People: notAboutPeople}}, cells{"whole": "x (3)", "money": "x 7, y 1"}, nil},
		{"money of other people", []kpi.KPI{whole, third, {Name: "money", People: "others"}}, cells{"whole": "x (3)", "money": "x 7"}, nil},
		{"a figure of no people that is the count", []kpi.KPI{whole, {Name: "money", People: notAboutPeople}}, cells{"whole": "x (3), y 7, z 8", "money": "x 3, y 7, z 8"}, []string{"[3, 3]"}},
		{"a class of few", []kpi.KPI{waits}, cells{"waits": "x 6+3+9"}, []string{`class above 10 of waits{a="x"} is 3 for certain`}},
		{"a class of few in a line", []kpi.KPI{waits}, cells{"waits": "x (6+3+9), y 6+9+9"}, []string{`lies in [3, 3]`}},
		{"classes that hide each other", []kpi.KPI{waits}, cells{"waits": "x (6+3+9), y (6+9+0), z 7+7+7"}, nil},
		{"classes that are few together, and might be many", []kpi.KPI{waits}, cells{"waits": "w (9+1+0), x (9+1+0), y (9+4+0), z 7+7+7"}, nil},
		{"a number of observations that is a count", []kpi.KPI{whole, waits}, cells{"whole": "x 17", "waits": "x (8+0+9)"}, nil},
		{"a class that a count gives", []kpi.KPI{third, waits}, cells{"third": "x 15, y 8, z 9", "waits": "x (15+2+8), y 8+0+0, z 9+9+9"}, []string{"[2, 2]"}},
		{"up to a bound it is a count", []kpi.KPI{third, waits}, cells{"third": "x/u 5, y/v 8, z/w 9", "waits": "x/u (2+3+8), y/v (8+0+5), z/w (9+0+6)"}, []string{"is 2, and lies in [0, 5]", "is 3, and lies in [0, 5]"}},
		{"a figure that is another", []kpi.KPI{whole, third}, cells{"whole": "x (3), y 20, z 30", "third": "x 3, y 20, z 30"}, []string{"for certain", "[3, 3]"}},
		{"a figure that is another at two places only", []kpi.KPI{whole, third}, cells{"whole": "x/u (7), y/v (3)", "third": "x/u 7, y/v (3)"}, nil},
		{"a count that is a mean", []kpi.KPI{whole}, cells{"whole": "x 3.5, y (2.5), z 7.5"}, []string{`whole{a="x"} is shown as 3.5`}},
		{"what is published and is not so", []kpi.KPI{whole}, cells{}, []string{"is shown and has no row"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := tt.cells.table(t, tt.kpis)
			if len(tt.cells) == 0 {
				table.Published = []kpi.Sample{{KPI: "whole", Value: 7}}
			}
			got, err := table.Breaches()
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(tt.want) || slices.ContainsFunc(tt.want, func(part string) bool {
				return !slices.ContainsFunc(got, func(b string) bool { return strings.Contains(b, part) })
			}) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
