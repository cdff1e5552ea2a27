package plan_test

import (
	"strings"
	"testing"

	"planwatch/internal/decimal"
	"planwatch/plan"
)

func TestParseDecimal(t *testing.T) {
	tests := []struct {
		text, want string
		ok         bool
	}{
		{"45.0", "45.0", true}, {"-65", "-65", true}, {"0.000000000001", "0.000000000001", true}, {"-92300.00", "-92300.00", true},
		{"", "", false}, {"12,5", "", false}, {"1 000", "", false}, {"1e9", "", false}, {"+1", "", false}, {".5", "", false},
		{"5.", "", false}, {"NaN", "", false}, {"−5", "", false}, {strings.Repeat("9", 19), "", false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := decimal.Parse(tt.text)
			if (err == nil) != tt.ok || tt.ok && got.String() != tt.want {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

func TestParseShare(t *testing.T) {
	tests := []struct{ text, want string }{
		{"5%", "0.05"}, {"8.5 %", "0.085"}, {"0.085", "0.085"}, {"100%", "1"}, {"0", "0"}, {"-1%", "-0.01"},
		{"%", ""}, {"5%%", ""}, {"five", ""}, {"5 percent", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := plan.ParseShare(tt.text)
			if (err != nil) != (tt.want == "") || err == nil && got.Float() != mustDecimal(t, tt.want).Float() {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

func mustDecimal(t *testing.T, text string) decimal.Decimal {
	t.Helper()
	d, err := decimal.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReadTable(t *testing.T) {
	table, err := plan.ReadTable("t.csv", []byte("\ufeffrow,amount\nitem,1.50\n\ntotal,\"2\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) != 2 || table.Rows[1].Line != 4 || table.Cell(table.Rows[1], "row") != "total" || table.Cell(table.Rows[0], "none") != "" {
		t.Errorf("got %+v", table)
	}
	amount, given, err := table.Amount(table.Rows[0], "amount")
	if err != nil || !given || amount.String() != "1.50" {
		t.Errorf("got %s, %v, %v", amount, given, err)
	}
	if _, err := plan.ReadTable("t.csv", []byte("a\xff\n")); err == nil || err.Error() != "t.csv: the file is not UTF-8; save it as UTF-8" {
		t.Errorf("got %v", err)
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, text := range []string{"870.4", "-65", "0", "1e9", "--1", "00.10"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := decimal.Parse(text)
		if err != nil {
			return
		}
		again, err := decimal.Parse(d.String())
		if err != nil || again.Cmp(d) != 0 || again.String() != d.String() {
			t.Errorf("%q became %s and that %s, %v", text, d, again, err)
		}
		if d.Add(d.Neg()).Sign() != 0 || d.Mul(d).Sign() < 0 || d.Sub(again).Sign() != 0 {
			t.Errorf("%s does not add up", d)
		}
	})
}

func TestLargeShares(t *testing.T) {
	for text, want := range map[string]string{
		"1000000":           "",
		"-100000000%":       "",
		"1000000.5":         `"1000000.5" is larger than 1000000, or 100000000%`,
		"10000000000000000": `"10000000000000000" is larger than 1000000, or 100000000%`,
	} {
		got := ""
		if _, err := plan.ParseShare(text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func FuzzParseShare(f *testing.F) {
	for _, text := range []string{"5%", "8.5 %", "0.085", "-3%", "%"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		share, err := plan.ParseShare(text)
		if err != nil {
			return
		}
		again, err := plan.ParseShare(plan.Threshold{Share: &share}.String())
		if err != nil || again.Cmp(share) != 0 {
			t.Errorf("%q became %s and that %s, %v", text, share, again, err)
		}
	})
}

func FuzzReadTable(f *testing.F) {
	for _, text := range []string{"row,amount\nitem,1.5\n", "a\n\"\n", "a,a\n", "a,b\n1\n", "\ufeffa\r\n1\r\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := plan.ReadTable("t.csv", data)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "t.csv:") {
				t.Errorf("error %q", err)
			}
			return
		}
		for _, row := range table.Rows {
			if len(row.Cells) != len(table.Columns) || row.Line < 2 {
				t.Errorf("row %+v of %v", row, table.Columns)
			}
			for _, column := range table.Columns {
				_, given, err := table.Amount(row, column)
				if err == nil && given != (table.Cell(row, column) != "") {
					t.Errorf("amount of %q", table.Cell(row, column))
				}
			}
		}
	})
}
