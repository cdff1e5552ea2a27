//go:build gms_pure_go

package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/internal/language"
	"planwatch/internal/warehouse"
	"planwatch/sample"
)

// What the finance system has as frames and budgets is to be what the plan decided. Where
// it is not, the target is critical, in whichever direction it is off.
func TestFramesThatAreNotThePlans(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "region")
	planwatch(t, "init", dir)
	data := filepath.Join(dir, "data")
	if err := os.CopyFS(data, sample.Files); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"schema.sql": warehouse.Schema})
	replace(t, filepath.Join(dir, "planwatch.yaml"), "    folder: builtin:sample\n", "    folder: data\n    schema: schema.sql\n")
	replace(t, filepath.Join(data, "economic_frame.csv"), "2025,Länssjukvård 1,,3183800000.00", "2025,Länssjukvård 1,,1591900000.00")
	replace(t, filepath.Join(data, "economic_frame.csv"), "2025,Psykiatri,,579100000.00", "2025,Psykiatri,,600000000.00")
	replace(t, filepath.Join(data, "investment_frame.csv"), "2025,Regionstyrelsen,Inventarier & fastigheter,870400000.00", "2025,Regionstyrelsen,Inventarier & fastigheter,87040000.00")
	replaceBudgets(t, filepath.Join(data, "investment.csv"))
	_, verdict, _ := strings.Cut(planwatch(t, "check", "--config", dir, "--lang", "en"), "held against the warehouse\n")
	verdict = strings.ReplaceAll(verdict, language.NoBreak, " ")
	contains(t, "check", verdict, "Net cost frame, Länssjukvård 1: the plan says 3,183.8 MSEK, the warehouse 1,591.9 MSEK, difference -1,591.9 MSEK",
		"Investment budget, inventarier, Funktion: the plan says 86.9 MSEK, the warehouse 61 SEK, difference -86.9 MSEK", "5 differences between plan and warehouse")
	var rows []struct {
		Target           *string `json:"target"`
		Status           *string `json:"status"`
		Actual, Expected float64
	}
	if err := json.Unmarshal([]byte(planwatch(t, "report", "--config", dir, "--format", "json")), &rows); err != nil {
		t.Fatal(err)
	}
	off := map[string][2]float64{
		"net-cost-frame-lanssjukvard-1": {1591.9e6, 3183.8e6},
		"net-cost-frame-psykiatri":      {600e6, 579.1e6},
		"result-frame":                  {706e6 + 1591.9e6 - 20.9e6, 706e6},
		"investment-frame-inventarier-fastigheter-regionstyrelsen": {87.04e6, 870.4e6},
		"budget-equipment-funktion":                                {61, 86.91e6},
	}
	for _, row := range rows {
		switch {
		case row.Target == nil:
		case off[*row.Target] != [2]float64{}:
			if want := off[*row.Target]; *row.Status != "critical" || !about(row.Actual, want[0]) || !about(row.Expected, want[1]) {
				t.Errorf("%s: %s, %.0f of %.0f, want critical, %.0f of %.0f", *row.Target, *row.Status, row.Actual, row.Expected, want[0], want[1])
			}
			delete(off, *row.Target)
		case strings.Contains(*row.Target, "frame") || strings.HasPrefix(*row.Target, "budget-"):
			if *row.Status != "on plan" {
				t.Errorf("%s: %s, %.0f of %.0f", *row.Target, *row.Status, row.Actual, row.Expected)
			}
		}
	}
	for target := range off {
		t.Errorf("no row of %s", target)
	}
}

// about reports whether two amounts are the same to a hundred thousand.
func about(a, b float64) bool { return a-b < 1e5 && b-a < 1e5 }

// replaceBudgets leaves the equipment of a division 61 kronor.
func replaceBudgets(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	left := "61.00"
	for _, row := range rows {
		if row[2] == "inventarier" && row[3] == "Funktion" {
			row[9], left = left, "0.00"
		}
	}
	var out strings.Builder
	w := csv.NewWriter(&out)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
