package sample_test

import (
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
)

// plan reads a table of the plan, each row by column.
func plan(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := os.Open("../config/norrbotten/plan/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return readRows(t, csv.NewReader(f))
}

// decimal reads a number exactly; an empty cell is zero.
func decimal(t *testing.T, text string) *big.Rat {
	t.Helper()
	if text == "" {
		return new(big.Rat)
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is not a decimal number", text)
	}
	return r
}

func shown(r *big.Rat) string { return r.FloatString(2) }

// The sums that the plan states, recomputed from its item rows. The
// differences are the source's own and stay in the tables; this test says
// what they are.
func TestStatedSums(t *testing.T) {
	tests := []struct {
		file             string
		items, subtotals int
		amounts          []string
		// sum is the column that states the row's sum over the other amounts.
		sum         string
		differences []string
	}{
		{file: "investment_frames.csv", items: 6, subtotals: 10, amounts: []string{"amount"}},
		{file: "investment_equipment.csv", items: 211, amounts: []string{"amount"}},
		{file: "investment_property.csv", items: 123, subtotals: 9, amounts: []string{"amount"}, differences: []string{
			"Sunderby Fastighetsdistrikt Reinvestering: amount: stated 112.20, the rows make 111.20",
			"total: amount: stated 693.70, the rows make 692.70",
		}},
		{file: "economic_frame.csv", items: 8, subtotals: 2, sum: "closing",
			amounts: []string{"opening", "price_index", "increase", "decrease", "reallocation", "closing"},
			differences: []string{
				"Nära: closing: stated -309.90, the row makes -309.80",
				"Regionstöd: closing: stated -373.10, the row makes -373.20",
				"Varav Vårdval primärvård: closing: stated -1447.30, the row makes -1447.20",
				"Varav Vårdval barn- och ungdomsvård: closing: stated -77.80, the row makes -77.70",
				"Varav Avskrivning: closing: stated -109.90, the row makes -109.80",
			}},
		{file: "frame_increases.csv", items: 6, sum: "sum", amounts: []string{"lanssjukvard_1", "regionstod", "director", "common", "sum"}},
		{file: "frame_decreases.csv", items: 8, sum: "sum", amounts: []string{"director", "common", "sum"}},
		{file: "frame_reallocations.csv", items: 24, amounts: reallocated, differences: []string{
			"total: politics: stated 423.00, the rows make 0.00",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			var items, sums []map[string]string
			subtotals := 0
			var differences []string
			for _, row := range plan(t, tt.file) {
				switch row["row"] {
				case "item":
					items = append(items, row)
				case "subtotal":
					subtotals++
					sums = append(sums, row)
				case "total":
					sums = append(sums, row)
				case "part":
				default:
					t.Errorf("row: %q is not item, part, subtotal or total", row["row"])
				}
				if tt.sum == "" {
					continue
				}
				made := new(big.Rat)
				for _, column := range tt.amounts {
					if column != tt.sum {
						made.Add(made, decimal(t, row[column]))
					}
				}
				if stated := decimal(t, row[tt.sum]); stated.Cmp(made) != 0 {
					differences = append(differences, fmt.Sprintf("%s: %s: stated %s, the row makes %s", row["name"], tt.sum, shown(stated), shown(made)))
				}
			}
			if len(items) != tt.items || subtotals != tt.subtotals || len(sums) != subtotals+1 {
				t.Errorf("%d items, %d subtotals and %d totals; want %d, %d and 1", len(items), subtotals, len(sums)-subtotals, tt.items, tt.subtotals)
			}
			for _, sum := range sums {
				for _, column := range tt.amounts {
					made := new(big.Rat)
					for _, item := range items {
						if summed(sum, item) {
							made.Add(made, decimal(t, item[column]))
						}
					}
					if stated := decimal(t, sum[column]); stated.Cmp(made) != 0 {
						differences = append(differences, fmt.Sprintf("%s: %s: stated %s, the rows make %s", sumName(sum), column, shown(stated), shown(made)))
					}
				}
			}
			if !slices.Equal(differences, tt.differences) {
				t.Errorf("differences:\n%s\nwant:\n%s", strings.Join(differences, "\n"), strings.Join(tt.differences, "\n"))
			}
		})
	}
}

// summed tells whether an item row belongs to a stated sum: it agrees with
// the sum's row in each column that group_by names.
func summed(sum, item map[string]string) bool {
	for column := range strings.FieldsSeq(sum["group_by"]) {
		if item[column] != sum[column] {
			return false
		}
	}
	return true
}

func sumName(sum map[string]string) string {
	if sum["row"] == "total" {
		return "total"
	}
	var parts []string
	for column := range strings.FieldsSeq(sum["group_by"]) {
		parts = append(parts, sum[column])
	}
	return strings.Join(parts, " ")
}

var reallocated = []string{"nara", "lanssjukvard_1", "lanssjukvard_2", "psykiatri", "funktion", "regionstod",
	"culture_infrastructure_business", "vardval", "board_assignments", "director", "politics", "common"}

func TestStatedTotals(t *testing.T) {
	tests := []struct{ file, column, want string }{
		{"investment_frames.csv", "amount", "934.2"},
		{"investment_equipment.csv", "amount", "177173"},
		{"investment_property.csv", "amount", "693.7"},
		{"economic_frame.csv", "closing", "706.0"},
		{"frame_increases.csv", "sum", "69200.0"},
		{"frame_decreases.csv", "sum", "-197822.20"},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			all := plan(t, tt.file)
			if last := all[len(all)-1]; last["row"] != "total" || last[tt.column] != tt.want {
				t.Errorf("the last row is a %s of %s; want the total of %s", last["row"], last[tt.column], tt.want)
			}
		})
	}
}

// A reallocation moves money, so that each row sums to zero. The source
// spreads the change of rents over three rows, which do so together.
func TestReallocationsSumToZero(t *testing.T) {
	rents := new(big.Rat)
	for _, row := range plan(t, "frame_reallocations.csv") {
		if row["row"] != "item" {
			continue
		}
		made := new(big.Rat)
		for _, column := range reallocated {
			made.Add(made, decimal(t, row[column]))
		}
		switch row["name"] {
		case "Hysesjustering - Hyreskostnad", "Hysesjustering - Hyresintäkt", "Hysesjustering - Omslutning fastighet":
			rents.Add(rents, made)
		default:
			if made.Sign() != 0 {
				t.Errorf("%s: sums to %s", row["name"], shown(made))
			}
		}
	}
	if rents.Sign() != 0 {
		t.Errorf("the three rows on rents sum to %s", shown(rents))
	}
}

// The frame for equipment and property is the two lists' stated totals
// without art, which has a frame of its own.
func TestFrameIsTheListsWithoutArt(t *testing.T) {
	lists := decimal(t, "693.7")
	art := new(big.Rat)
	for _, row := range plan(t, "investment_equipment.csv") {
		if row["row"] != "item" {
			continue
		}
		millions := new(big.Rat).Quo(decimal(t, row["amount"]), big.NewRat(1000, 1))
		if row["kind"] == "Konst" {
			art.Add(art, millions)
		} else {
			lists.Add(lists, millions)
		}
	}
	if lists.FloatString(1) != "870.4" || art.FloatString(1) != "0.5" {
		t.Errorf("lists %s and art %s, want 870.4 and 0.5", lists.FloatString(3), art.FloatString(3))
	}
}

func TestListsKeys(t *testing.T) {
	for file, key := range map[string]string{"investment_equipment.csv": "id", "investment_property.csv": "number", "risks.csv": "number"} {
		seen := map[string]bool{}
		for _, row := range plan(t, file) {
			if row["row"] == "subtotal" || row["row"] == "total" {
				continue
			}
			if row[key] == "" || seen[row[key]] {
				t.Errorf("%s: %s %q is missing or is given twice", file, key, row[key])
			}
			seen[row[key]] = true
		}
	}
}

// The risk matrix states 22 high, 9 medium and 1 low of 32.
func TestRisks(t *testing.T) {
	levels := map[string]int{}
	risks := plan(t, "risks.csv")
	for i, row := range risks {
		if number(t, row["number"]) != i+1 {
			t.Errorf("risk %s stands as number %d", row["number"], i+1)
		}
		score := number(t, row["likelihood"]) * number(t, row["consequence"])
		want := "Låg"
		if score >= 9 {
			want = "Hög"
		} else if score >= 4 {
			want = "Medium"
		}
		if row["level.sv"] != want {
			t.Errorf("risk %s: level %s with likelihood times consequence %d", row["number"], row["level.sv"], score)
		}
		levels[row["level.sv"]]++
	}
	if len(risks) != 32 || levels["Hög"] != 22 || levels["Medium"] != 9 || levels["Låg"] != 1 {
		t.Errorf("%d risks: %v", len(risks), levels)
	}
}
