package plan_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"planwatch/internal/action"
	"planwatch/internal/regiontest"
	"planwatch/plan"
)

func TestReconcile(t *testing.T) {
	const tables = `
plan: Test
tables:
  coarse.csv: {cite: The frame, unit: mnkr, decimals: 1, name: [group, name]}
  fine.csv: {cite: The list, unit: tkr, name: name}
checks:
`
	const coarse = "row,group,name,a,b,sum\n" +
		"item,G,First,0.1,0.2,0.3\n" +
		"item,G,Second,1.0,,1.1\n" +
		"subtotal,G,,1.1,0.2,1.4\n" +
		"item,H,Third,2.0,2.0,4.0\n" +
		"subtotal,H,,2.0,2.0,4.0\n" +
		"total,,,3.1,2.2,5.3\n"
	const fine = "row,name,kind,amount\n" +
		"item,One,x,1449\n" +
		"item,Two,y,50.5\n" +
		"total,,,1499.5\n"
	tests := []struct {
		name, check string
		checked     int
		want        []string
	}{
		{"row sums", "{table: coarse.csv, each_row: {row: item}, stated: {column: sum}, computed: [{column: [a, b]}]}", 3,
			[]string{"plan/coarse.csv:3: G, Second, sum: stated 1.1, computed 1.0, difference +0.1 mnkr"}},
		{"groups and columns", "{table: coarse.csv, per: [group], columns: [a, b, sum], stated: {rows: {row: subtotal}}, computed: [{rows: {row: item}}]}", 6, nil},
		{"column sums", "{table: coarse.csv, columns: [a, sum], stated: {rows: {row: total}}, computed: [{rows: {row: subtotal}}]}", 2,
			[]string{"plan/coarse.csv:7: total, sum: stated 5.3, computed 5.4, difference -0.1 mnkr"}},
		{"exact where floats are not", "{table: coarse.csv, stated: {rows: {name: First}, column: sum}, computed: [{rows: {name: First}, column: [a, b]}]}", 1, nil},
		{"a finer table, rounded as the coarser is written", "{table: coarse.csv, stated: {rows: {group: G, row: subtotal}, column: sum}, computed: [{table: fine.csv, rows: {kind: x}, column: amount}]}", 1, nil},
		{"a finer table that differs", "{table: coarse.csv, stated: {rows: {group: G, row: subtotal}, column: sum}, computed: [{table: fine.csv, rows: {row: total}, column: amount}]}", 1,
			[]string{"plan/coarse.csv:4: G, sum: stated 1.4, computed 1.4995, difference -0.0995 mnkr"}},
		{"taken away", "{table: fine.csv, stated: {rows: {name: One}, column: amount}, computed: [{rows: {row: total}, column: amount}, {rows: {name: Two}, column: amount, times: -1}]}", 1, nil},
		{"to the last decimal within a unit", "{table: fine.csv, stated: {rows: {row: total}, column: amount}, computed: [{rows: {name: One}, column: amount}, {value: 50}]}", 1,
			[]string{"plan/fine.csv:4: total, amount: stated 1499.5, computed 1499, difference +0.5 tkr"}},
		{"a figure in the text is not rounded", "{table: fine.csv, unit: mnkr, stated: {value: 1, text: one million}, computed: [{rows: {row: total}, column: amount}]}", 1,
			[]string{"one million: stated 1, computed 1.4995, difference -0.4995 mnkr"}},
		{"a count", "{table: fine.csv, unit: rows, stated: {value: 3, text: three rows}, computed: [{rows: {row: item}, count: true}]}", 1,
			[]string{"three rows: stated 3, computed 2, difference +1 rows"}},
		{"a count of all", "{table: fine.csv, unit: rows, stated: {value: 3, text: three rows}, computed: [{count: true}]}", 1, nil},
		{"one of several values", "{table: fine.csv, stated: {rows: {row: total}, column: amount}, computed: [{rows: {kind: [x, y]}, column: amount}]}", 1, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := load(t, map[string]string{
				"coarse.csv": coarse, "fine.csv": fine,
				"reconciliation.yaml": tables + "  - " + strings.Replace(tt.check, "{", "{id: check, ", 1) + "\n",
			})
			if err != nil {
				t.Fatal(err)
			}
			result, err := plan.Reconcile(p.Tables, p.Reconciliation)
			if err != nil || result.Checked != tt.checked || len(result.Differences) != len(tt.want) {
				t.Fatalf("%d checked, %v, %v", result.Checked, result.Differences, err)
			}
			for i, d := range result.Differences {
				if d.String() != tt.want[i] {
					t.Errorf("got  %s\nwant %s", d, tt.want[i])
				}
			}
		})
	}
}

func TestReconcileNothing(t *testing.T) {
	if result, err := plan.Reconcile(nil, nil); result.Checked != 0 || result.Differences != nil || err != nil {
		t.Errorf("got %v, %v", result, err)
	}
}

func TestReconcileBadNumber(t *testing.T) {
	_, err := load(t, map[string]string{
		"t.csv":               "row,sum\nitem,\"1,5\"\ntotal,1.5\n",
		"reconciliation.yaml": "plan: Test\ntables:\n  t.csv: {cite: here, unit: tkr, name: row}\nchecks:\n  - id: total\n    table: t.csv\n    stated: {rows: {row: total}, column: sum}\n    computed: [{rows: {row: item}, column: sum}]\n",
	})
	const want = `plan/reconciliation.yaml: check total: computed[0]: plan/t.csv:2: column sum: "1,5" is not a number such as 870.4 or -65`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestShippedReconciliation holds what the shipped plan differs in against the
// list in testdata, each line of which was read in the source.
func TestShippedReconciliation(t *testing.T) {
	p, result := shipped(t, nil)
	var b strings.Builder
	fmt.Fprintf(&b, "%d statements checked\n", result.Checked)
	for _, d := range result.Differences {
		fmt.Fprintf(&b, "%s: %s\n", d.Check, d)
	}
	golden(t, "testdata/shipped-differences.golden", b.String())
	for name := range p.Tables {
		// The activities are texts, of which the plan states no count.
		if _, described := p.Reconciliation.Tables[name]; !described && name != path.Base(action.ActivitiesFile) {
			t.Errorf("%s is reconciled by no check", name)
		}
	}
}

// TestShippedReconciliationNotices changes one cell of the shipped tables at a
// time: the checks that read it must tell so, and no others.
func TestShippedReconciliationNotices(t *testing.T) {
	_, before := shipped(t, nil)
	tests := []struct {
		name, file, old, replacement string
		// The checks that find more or other differences than before.
		want []string
	}{
		{"likelihood of risk 24", "risks.csv", "Ekonomisk skada Oförmåga drift,4,3,Hög", "Ekonomisk skada Oförmåga drift,2,3,Hög", []string{"risks-high", "risks-medium", "risks-response"}},
		{"our own column of levels", "risks.csv", "Ekonomisk skada Oförmåga drift,4,3,Hög", "Ekonomisk skada Oförmåga drift,4,3,Låg", nil},
		{"a response", "risks.csv", "Inget agerande krävs. Accepteras", "Reducera risk. Åtgärda", []string{"risks-high-responses", "risks-low-responses", "risks-response"}},
		{"an amount of art", "investment_equipment.csv", "Konst hela Regionen 2025,Konst,500", "Konst hela Regionen 2025,Konst,600", []string{"equipment-total", "investment-art"}},
		{"the units of a dental clinic", "investment_equipment.csv", "5 unitar Örnäset FTV", "6 unitar Örnäset FTV", []string{"equipment-units"}},
		{"a scanner", "investment_equipment.csv", "6009,\"Datortomografisystem, helkropp\"", "6009,\"Datortomograf, helkropp\"", []string{"scanners"}},
		{"a section", "economic_frame.csv", "item,,Sjukvårdsdivisioner,Regionstöd", "item,,Övriga,Regionstöd", []string{"frame-divisions-in-text", "frame-sections"}},
		{"a row of rents", "frame_reallocations.csv", "Hysesjustering - Hyresintäkt,,,,,,-24415.3", "Hysesjustering - Hyresintäkt,,,,,,-24415.4", []string{"reallocations-columns", "reallocations-rents-to-zero"}},
		{"a frame that the text states", "investment_frames.csv", "total,,,,934.2", "total,,,,934.3", []string{"investment-rest-in-text", "investment-total", "investment-total-in-text"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, after := shipped(t, func(name, text string) string {
				if name != tt.file {
					return text
				}
				if !strings.Contains(text, tt.old) {
					t.Fatalf("%s does not have %q", name, tt.old)
				}
				return strings.Replace(text, tt.old, tt.replacement, 1)
			})
			var got []string
			seen := map[string]bool{}
			differ := func(list, other []plan.Difference) {
				known := map[string]bool{}
				for _, d := range other {
					known[d.Check+d.String()] = true
				}
				for _, d := range list {
					if !known[d.Check+d.String()] && !seen[d.Check] {
						seen[d.Check] = true
						got = append(got, d.Check)
					}
				}
			}
			differ(after.Differences, before.Differences)
			differ(before.Differences, after.Differences)
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// shipped reconciles the shipped plan, whose files change may alter.
func shipped(t *testing.T, change func(name, text string) string) (*plan.Plan, plan.Result) {
	t.Helper()
	const directory = "../config/norrbotten/plan"
	tree := fstest.MapFS{}
	tables, err := filepath.Glob(filepath.Join(directory, "*.csv"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	for _, name := range append(tables, filepath.Join(directory, plan.ReconciliationFile)) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			data = []byte(change(filepath.Base(name), string(data)))
		}
		tree["plan/"+filepath.Base(name)] = &fstest.MapFile{Data: data}
	}
	p, err := plan.Load(tree, "plan", plan.Scope{Units: regiontest.Units(t), Languages: regiontest.Languages(t)})
	if err != nil {
		t.Fatal(err)
	}
	result, err := plan.Reconcile(p.Tables, p.Reconciliation)
	if err != nil {
		t.Fatal(err)
	}
	return p, result
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
