package alerts

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

func TestReading(t *testing.T) {
	const nbsp = "\u00a0"
	tests := []struct {
		name         string
		unit         kpi.Unit
		measure      string
		value        float64
		sv, en, tiny string
	}{
		{"beds", "beds", "", 34.2, "34,2 vårdplatser", "34.2 beds", "34,2"},
		{"one bed", "beds", "", 1, "1 vårdplats", "1 bed", "1"},
		{"whole", "beds", "", 40, "40 vårdplatser", "40 beds", "40"},
		{"none", "beds", "", 0, "0 vårdplatser", "0 beds", "0"},
		{"share", "ratio", "", 1.05, "105 %", "105 %", "105 %"},
		{"one per cent", "ratio", "percent", 0.01, "1 %", "1 %", "1 %"},
		{"money", "sek", "", 14_210_550_000, "14" + nbsp + "210,55 mnkr", "14,210.55 million SEK", "14" + nbsp + "210,55 mnkr"},
		{"deficit", "sek", "mnkr", -1_234_567_890_000, "-1" + nbsp + "234" + nbsp + "567,89 mnkr", "-1,234,567.89 million SEK", "-1" + nbsp + "234" + nbsp + "567,89 mnkr"},
		{"thousands of crowns", "sek", "tkr", 180_000, "180 tkr", "180 thousand SEK", "180 tkr"},
		{"hours", "seconds", "", 5400, "1,5 timmar", "1.5 hours", "1,5 timmar"},
		{"days", "seconds", "days", 7_776_000, "90 dagar", "90 days", "90 dagar"},
		{"energy", "joules", "", 3.6e12, "1" + nbsp + "000 MWh", "1,000 MWh", "1" + nbsp + "000 MWh"},
		{"a unit without words", "furlongs", "", 2.5, "2,5 furlongs", "2.5 furlongs", "2,5 furlongs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := readingOf(kpi.KPI{Unit: tt.unit}, []plan.Target{{Terms: plan.Terms{Unit: tt.measure}}})
			if got := r.text(swedish, tt.value); got != tt.sv {
				t.Errorf("Swedish %q, want %q", got, tt.sv)
			}
			if got := r.text(english, tt.value); got != tt.en {
				t.Errorf("English %q, want %q", got, tt.en)
			}
			if got := r.short(swedish, tt.value); got != tt.tiny {
				t.Errorf("short %q, want %q", got, tt.tiny)
			}
		})
	}
}

func TestEveryUnitHasAReading(t *testing.T) {
	for _, unit := range kpi.Units() {
		if _, ok := readings[unit]; !ok {
			t.Errorf("unit %s: no words for it", unit)
		}
	}
}

func TestTargetsThatDisagreeAreReadInTheUnit(t *testing.T) {
	targets := []plan.Target{{Terms: plan.Terms{Unit: "tkr"}}, {Terms: plan.Terms{Unit: "mnkr"}}}
	if got := readingOf(kpi.KPI{Unit: "sek"}, targets).text(swedish, 5e5); got != "0,5 mnkr" {
		t.Errorf("got %s", got)
	}
}

func TestSince(t *testing.T) {
	moment := time.Date(2025, 3, 18, 5, 0, 0, 0, time.UTC)
	tests := []struct {
		age  time.Duration
		want string
	}{
		{42 * time.Second, "2025-03-18 05:00, för 42s sedan"},
		{5 * time.Minute, "2025-03-18 05:00, för 5m sedan"},
		{2*time.Hour + 30*time.Minute, "2025-03-18 05:00, för 2h 30m sedan"},
		{49 * time.Hour, "2025-03-18 05:00, för 2d 1h 0m sedan"},
	}
	for _, tt := range tests {
		if got := since(swedish, moment, tt.age); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestWrittenPartOfARunbook(t *testing.T) {
	r := &Region{Runbooks: fstest.MapFS{}}
	b := book{region: r, alert: "A"}
	pages := map[string]page{}
	var err error
	if pages["A"], err = parsePage("A.md", "## Åtgärd\n\nRing.\n\n## Vem\nJouren\n"); err != nil {
		t.Fatal(err)
	}
	if got := b.written(pages, "Åtgärd"); got != "Ring." {
		t.Errorf("got %q", got)
	}
	if got := b.written(pages, "Påverkan"); got != "" {
		t.Errorf("got %q", got)
	}
	if _, err := parsePage("A.md", strings.Repeat("## Vem\n", 2)); err == nil || err.Error() != "A.md:2: section Vem stands twice" {
		t.Errorf("got %v", err)
	}
}
