package plan_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"planwatch/plan"
)

// TestReconcileCauses holds what the engine says of differences in tables that
// are made so that one cause, several, or none closes them.
func TestReconcileCauses(t *testing.T) {
	const tables = `
plan: Test
causes:
  known: {sv: Känt., en: Known.}
tables:
  frame.csv: {cite: The frame, unit: mnkr, decimals: 1, name: name, amounts: {more: More, moved: Moved, sum: Sum}}
  list.csv: {cite: The list, unit: tkr, decimals: 1, name: name, amounts: {a: A, b: B}}
  units.csv: {cite: The units, unit: tkr, name: name, amounts: {price: Price}}
  register.csv: {cite: The register, name: name, headings: {answer: Answer}}
checks:
`
	files := map[string]string{
		// Rents are 5.0 of 12.0 in A, in two rows. C's 8.2 stand in the frame's other column. D is in no list.
		"frame.csv": "row,name,more,moved,sum\n" +
			"item,A,0,7.0,7.0\n" +
			"item,B,0,3.0,3.0\n" +
			"item,C,8.2,1.8,10.0\n" +
			"item,D,4.4,0,4.5\n" +
			"item,E,0,10.0,10.0\n" +
			"total,,13.1,21.8,34.6\n",
		"list.csv": "row,kind,name,a,b\n" +
			"item,x,Rent - North,4000,\n" +
			"item,y,Rent - South,1000,\n" +
			"item,y,Staff,7000,\n" +
			"item,y,Care,,3000\n" +
			"item,y,Move,,10000\n" +
			"part,z,Small,140,\n" +
			"total,,,12000,13000\n",
		"units.csv":    "name,price\n1 bed,300\n2 beds,900\n4 beds,1200\n6 beds,900\n",
		"register.csv": "name,likelihood,consequence,answer\nFire,3,3,Reduce\nFlood,3,3,Accept\nFrost,3,3,\nFog,1,2,Accept\n",
	}
	tests := []struct {
		name, checks string
		// Each difference with its cause.
		want []string
	}{
		{"rows with words in common are left out", "{table: frame.csv, stated: {rows: {name: A}, column: moved}, computed: [{table: list.csv, rows: {row: item}, column: a}]}",
			[]string{"A, Moved -5.0: without_rows Rent 5"}},
		{"the same in the rows of a total", "{table: frame.csv, stated: {rows: {name: A}, column: moved}, computed: [{table: list.csv, rows: {row: total}, parts: {row: item}, column: a}]}",
			[]string{"A, Moved -5.0: without_rows Rent 5"}},
		{"rows of one kind are left out", "{table: list.csv, stated: {rows: {name: Move}, column: b}, computed: [{rows: {row: item, kind: [x, y]}, column: b}]}",
			[]string{"Move, B -3000: without_rows [Care] 3000"}},
		{"of two that fit none is told", "{table: units.csv, unit: tkr, stated: {value: 2400, text: beds}, computed: [{column: price}]}",
			[]string{"beds -900: "}},
		{"another column gives it", "{table: frame.csv, stated: {rows: {name: C}, column: sum}, computed: [{table: list.csv, rows: {name: Move}, column: a}]}",
			[]string{"C, Sum +10.0: other_column B 10"}},
		{"a row that is not counted", "{table: frame.csv, stated: {rows: {name: E}, column: moved}, computed: [{table: list.csv, rows: {row: item, name: [Staff, Care]}, column: b}]}",
			[]string{"E, Moved +7.0: with_row [Staff] A 7"}},
		{"a row that the selection leaves out", "{table: list.csv, unit: tkr, stated: {value: 5000, text: five}, computed: [{rows: {row: item, name: Rent - South}, column: a}]}",
			[]string{"five +4000: with_row [Rent - North] 4000"}},
		{"an amount beside the stated one", "{table: frame.csv, stated: {rows: {name: C}, column: moved}, computed: [{table: list.csv, rows: {name: Move}, column: b}]}\n" +
			"  - {id: more, table: frame.csv, stated: {rows: {name: C}, column: more}, sought: [list.csv]}",
			[]string{"C, Moved -8.2: beside [C] More 8.2", "C, More +8.2: beside [C] More 8.2"}},
		{"a column without an amount", "{table: units.csv, unit: tkr, stated: {value: 7, text: seven}, computed: [{table: list.csv, rows: {name: Small}, column: b}]}",
			[]string{"seven +7: empty_column B 7"}},
		{"a column of several left out", "{table: list.csv, unit: tkr, stated: {value: 12000, text: twelve}, computed: [{rows: {row: total}, column: [a, b]}]}",
			[]string{"twelve -13000: without_column B 13000"}},
		{"a total that differs as its rows do", "{table: frame.csv, stated: {rows: {row: total}, parts: {row: item}, column: more}, computed: [{value: 8.7, text: eight}]}\n" +
			"  - {id: row, table: frame.csv, stated: {rows: {name: D}, column: more}, sought: [list.csv]}",
			[]string{"total, More +4.4: carried [D] More 4.4", "D, More +4.4: "}},
		{"the last digit", "{table: frame.csv, each_row: {row: item}, stated: {column: sum}, computed: [{column: [more, moved]}]}",
			[]string{"D, Sum +0.1: rounded"}},
		{"more than the last digit", "{table: frame.csv, stated: {rows: {row: total}, column: more}, computed: [{rows: {row: item}, column: more}]}",
			[]string{"total, More +0.5: "}},
		{"a small amount that fits by chance", "{table: frame.csv, stated: {rows: {name: B}, column: moved}, computed: [{table: list.csv, rows: {name: [Staff, Small]}, column: a}, {value: -4, text: four}]}",
			[]string{"B, Moved -0.14: "}},
		{"a figure that no table gives", "{table: frame.csv, unit: mnkr, stated: {value: 9.9, text: nine}, sought: [frame.csv, list.csv]}",
			[]string{"nine +9.9: "}},
		{"a figure that a table gives in another unit", "{table: frame.csv, unit: mnkr, stated: {value: 13.0, text: thirteen}, sought: [list.csv]}", nil},
		{"a figure that is the sum of rows alike", "{table: frame.csv, unit: tkr, stated: {value: 5000, text: rents}, sought: [list.csv]}", nil},
		{"a number in a row's name", "{table: units.csv, each_row: {name: [2 beds, 4 beds]}, stated: {column: price}, computed: [{rows: {name: 1 bed}, column: price, times_number_in: name}]}",
			[]string{"2 beds, Price +300: "}},
		{"answers that contradict the level or are missing", "{table: register.csv, cause: known, expected: {column: answer, product: [likelihood, consequence], levels: [{at_least: 9, one_of: Reduce}, {at_least: 1, one_of: Accept}]}}",
			[]string{`Flood, Answer "Accept" for "Reduce" (3 × 3 = 9): declared Known.`, `Frost, Answer "" for "Reduce" (3 × 3 = 9): declared Known.`}},
		{"rows counted by their product", "{table: register.csv, unit: risks, stated: {value: 4, text: four}, computed: [{product: {of: [likelihood, consequence], at_least: 2, below: 10}, count: true}]}", nil},
		{"rows counted by their product, wrong", "{table: register.csv, unit: risks, stated: {value: 2, text: two high}, computed: [{product: {of: [likelihood, consequence], at_least: 9}, count: true}]}",
			[]string{"two high -1: "}},
		{"dates that two documents state differently", `{stated: {on: "2024", text: in 2024}, against: {document: other, on: "2025-03-31", text: on 31 March, cite: Other}}`,
			[]string{`in 2024 "2024" for "2025-03-31": `}},
		{"a date within the month of the other", `{stated: {on: "2025-03", text: in March}, against: {document: other, on: "2025-03-31", text: on 31 March, cite: Other}}`, nil},
		{"figures that two documents state differently", `{unit: beds, stated: {value: 6, text: six}, against: {document: other, value: 4, text: four, cite: Other}}`,
			[]string{"six +2: "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := map[string]string{"reconciliation.yaml": tables + "  - " + strings.Replace(tt.checks, "{", "{id: check, ", 1) + "\n"}
			maps.Copy(all, files)
			p, err := load(t, all)
			if err != nil {
				t.Fatal(err)
			}
			result, err := plan.Reconcile(p.Tables, p.Reconciliation)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range result.Differences {
				got = append(got, told(d))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// told is a difference with its cause, in short.
func told(d plan.Difference) string {
	var b strings.Builder
	b.WriteString(d.Row)
	if d.Column != "" {
		b.WriteString(", " + d.Column)
	}
	if d.Difference != nil {
		b.WriteString(" " + plan.Signed(*d.Difference))
	} else {
		b.WriteString(` "` + d.Says + `" for "` + d.Expected + `"`)
	}
	if d.Product != "" {
		b.WriteString(" (" + d.Product + ")")
	}
	b.WriteString(": ")
	if w := d.Why; w != nil {
		b.WriteString(string(w.Kind))
		if w.Alike != "" {
			b.WriteString(" " + w.Alike)
		} else if len(w.Rows) > 0 {
			b.WriteString(" [" + strings.Join(w.Rows, ", ") + "]")
		}
		for _, more := range []string{w.Column, w.Text["en"]} {
			if more != "" {
				b.WriteString(" " + more)
			}
		}
		if w.Amount != nil {
			b.WriteString(" " + w.Amount.String())
		}
	}
	return b.String()
}

// TestReconcileGroups holds the order of groups and who is told with whom.
func TestReconcileGroups(t *testing.T) {
	p, err := load(t, map[string]string{
		"t.csv": "row,name,a,b,sum\nitem,One,1.0,1.0,2.1\nitem,Two,1.0,1.0,2.0\nsubtotal,,2.0,2.5,4.1\ntotal,,2.0,2.5,4.1\n",
		"l.csv": "row,name,a\nitem,Loan - North,700\nitem,Loan - South,300\nitem,Lamp,60000\n",
		"reconciliation.yaml": `plan: Test
tables:
  t.csv: {cite: here, unit: mnkr, decimals: 1, name: name, amounts: {a: A, b: B, sum: Sum}}
  l.csv: {cite: there, unit: tkr, name: name, amounts: {a: A}}
checks:
  - {id: rounding, table: t.csv, each_row: {row: item}, stated: {column: sum}, computed: [{column: [a, b]}]}
  - {id: words, stated: {on: "2024", text: then}, against: {document: other, on: "2025", text: now, cite: Other}}
  - {id: rows, table: t.csv, unit: rows, stated: {value: 99, text: ninety-nine}, computed: [{count: true}]}
  - {id: total, table: t.csv, stated: {rows: {row: total}, parts: {row: subtotal}, column: b}, computed: [{rows: {row: item}, column: b}]}
  - {id: subtotal, table: t.csv, stated: {rows: {row: subtotal}, column: b}, computed: [{rows: {row: item}, column: b}]}
  - {id: lamps, table: t.csv, unit: tkr, stated: {value: 70000, text: lamps}, computed: [{table: l.csv, rows: {name: Lamp}, column: a}]}
`,
	})
	if err != nil {
		t.Fatal(err)
	}
	result, err := plan.Reconcile(p.Tables, p.Reconciliation)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range result.Groups {
		var ids []string
		for _, d := range g.Differences {
			ids = append(ids, d.Check)
		}
		amount := ""
		if g.Amount != nil {
			amount = " " + g.Amount.String() + " " + g.Unit
		}
		got = append(got, strings.Join(ids, " ")+amount)
	}
	// 10 million is more than 0.5 million, money before 95 rows, and rounding after words.
	want := []string{"lamps 10000 tkr", "total subtotal 0.5 mnkr", "rows 95 rows", "words", "rounding 0.1 mnkr"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if last := result.Groups[len(result.Groups)-1]; !last.Rounding() {
		t.Errorf("the last group is %v", last)
	}
}

// TestReconcileRemainder holds that a cause that others have is told with what
// it leaves, and only where that is little.
func TestReconcileRemainder(t *testing.T) {
	p, err := load(t, map[string]string{
		"t.csv": "name,a\nOne,1.0\nTwo,2.3\nThree,9.0\n",
		"l.csv": "name,one,two,three\nRent - North,5000,4000,4000\nRent - South,1000,1000,1000\nStaff,1000,2000,2000\n",
		"reconciliation.yaml": `plan: Test
tables:
  t.csv: {cite: here, unit: mnkr, decimals: 1, name: name, amounts: {a: A}}
  l.csv: {cite: there, unit: tkr, decimals: 1, name: name, amounts: {one: 1, two: 2, three: 3}}
checks:
  - {id: one, table: t.csv, stated: {rows: {name: One}, column: a}, computed: [{table: l.csv, column: one}]}
  - {id: two, table: t.csv, stated: {rows: {name: Two}, column: a}, computed: [{table: l.csv, column: two}]}
  - {id: three, table: t.csv, stated: {rows: {name: Three}, column: a}, computed: [{table: l.csv, column: three}]}
`,
	})
	if err != nil {
		t.Fatal(err)
	}
	result, err := plan.Reconcile(p.Tables, p.Reconciliation)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(result.Groups[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Groups) != 2 || len(result.Groups[0].Differences) != 2 {
		t.Fatalf("%s", got)
	}
	for i, want := range []string{"", "0.3"} {
		d := result.Groups[0].Differences[i]
		left := ""
		if d.Remainder != nil {
			left = d.Remainder.String()
		}
		if d.Why == nil || d.Why.Alike != "Rent" || left != want {
			t.Errorf("%s: because of %v, leaves %q, want Rent and %q", d.Check, d.Why, left, want)
		}
	}
	if alone := result.Groups[1].Differences[0]; alone.Check != "three" || alone.Why != nil {
		t.Errorf("alone: %s because of %v", alone, alone.Why)
	}
}
