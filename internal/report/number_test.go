package report_test

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"planwatch/internal/kpi"
	"planwatch/internal/report"
)

func TestFigure(t *testing.T) {
	tests := []struct {
		name      string
		kpi       kpi.KPI
		value     float64
		sv, en    string
		companion float64 // another figure of the same row
	}{
		{"things", kpi.KPI{Unit: "beds"}, 38, "38", "38", 0},
		{"thousands of things", kpi.KPI{Unit: "patients"}, 9498, "9\u00a0498", "9,498", 0},
		{"a part of a thing", kpi.KPI{Unit: "exams"}, 63.64, "63,6", "63.6", 0},
		{"a share", kpi.KPI{Unit: "ratio"}, 0.074, "7,4\u00a0%", "7.4%", 0},
		{"a small share", kpi.KPI{Unit: "ratio"}, 0.00996, "1,00\u00a0%", "1.00%", 0},
		{"a loss", kpi.KPI{Unit: "sek"}, -230e6, "\u2212230,0\u00a0mnkr", "-230.0\u00a0SEK m", 0},
		{"millions", kpi.KPI{Unit: "sek"}, 1234.5e6, "1\u00a0234,5\u00a0mnkr", "1,234.5\u00a0SEK m", 0},
		{"thousands", kpi.KPI{Unit: "sek"}, 180e3, "180\u00a0tkr", "180\u00a0SEK k", 0},
		{"thousands beside millions", kpi.KPI{Unit: "sek"}, 180e3, "0,2\u00a0mnkr", "0.2\u00a0SEK m", 9.4e6},
		{"crowns", kpi.KPI{Unit: "sek"}, 0, "0\u00a0kr", "0\u00a0SEK", 0},
		{"days", kpi.KPI{Unit: "seconds", Aggregate: kpi.Min}, 40.2 * 86400, "40,2\u00a0dagar", "40.2\u00a0days", 0},
		{"hours", kpi.KPI{Unit: "seconds"}, 4 * 3600, "4,0\u00a0tim", "4.0\u00a0h", 0},
		{"minutes", kpi.KPI{Unit: "seconds"}, 1500, "25\u00a0min", "25\u00a0min", 0},
		{"seconds", kpi.KPI{Unit: "seconds"}, 12, "12\u00a0s", "12\u00a0s", 0},
		{"work adds up in hours", kpi.KPI{Unit: "seconds", Aggregate: kpi.Sum}, 14756 * 3600, "14\u00a0756\u00a0tim", "14,756\u00a0h", 0},
		{"energy", kpi.KPI{Unit: "joules"}, 14539 * 3.6e9, "14\u00a0539\u00a0MWh", "14,539\u00a0MWh", 0},
		{"weight", kpi.KPI{Unit: "grams"}, 202.6e6, "202,6\u00a0ton", "202.6\u00a0t", 0},
		{"distance", kpi.KPI{Unit: "metres"}, 958275e3, "958\u00a0275\u00a0km", "958,275\u00a0km", 0},
		{"a rounded zero has no sign", kpi.KPI{Unit: "ratio"}, -0.00001, "0,0\u00a0%", "0.0%", 0.5},
		{"not a number", kpi.KPI{Unit: "beds"}, math.NaN(), "–", "–", 0},
		{"infinite", kpi.KPI{Unit: "sek"}, math.Inf(1), "–", "–", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := report.MeasureOf(tt.kpi, &tt.value, &tt.companion, nil)
			if got := report.Swedish.Figure(&tt.value, m); got != tt.sv {
				t.Errorf("sv: %q, want %q", got, tt.sv)
			}
			if got := report.English.Figure(&tt.value, m); got != tt.en {
				t.Errorf("en: %q, want %q", got, tt.en)
			}
		})
	}
}

func TestMargin(t *testing.T) {
	tests := []struct {
		name             string
		margin, expected *float64
		sv, en           string
	}{
		{"none", nil, new(1.0), "–", "–"},
		{"better", new(0.1234), new(1.0), "+12,3\u00a0%", "+12.3%"},
		{"worse", new(-2.709), new(1.0), "\u2212270,9\u00a0%", "-270.9%"},
		{"equal", new(0.0), new(0.0), "0,0\u00a0%", "0.0%"},
		{"equal to one decimal", new(0.0001), new(1.0), "0,0\u00a0%", "0.0%"},
		{"better than nothing", new(1.0), new(0.0), "bättre", "better"},
		{"worse than nothing", new(-1.0), new(0.0), "sämre", "worse"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := report.Row{Margin: tt.margin, Expected: tt.expected}
			if got := report.Swedish.Margin(row); got != tt.sv {
				t.Errorf("sv: %q, want %q", got, tt.sv)
			}
			if got := report.English.Margin(row); got != tt.en {
				t.Errorf("en: %q, want %q", got, tt.en)
			}
		})
	}
}

func TestAge(t *testing.T) {
	tests := []struct {
		age    time.Duration
		sv, en string
	}{
		{0, "nu", "now"},
		{59 * time.Second, "nu", "now"},
		{119 * time.Minute, "119\u00a0min", "119\u00a0min"},
		{47*time.Hour + 59*time.Minute, "47\u00a0tim", "47\u00a0h"},
		{1500 * 24 * time.Hour, "1\u00a0500\u00a0d", "1,500\u00a0d"},
	}
	for _, tt := range tests {
		t.Run(tt.age.String(), func(t *testing.T) {
			if got := report.Swedish.Age(tt.age); got != tt.sv {
				t.Errorf("sv: %q, want %q", got, tt.sv)
			}
			if got := report.English.Age(tt.age); got != tt.en {
				t.Errorf("en: %q, want %q", got, tt.en)
			}
		})
	}
}

func TestMoments(t *testing.T) {
	at := time.Date(2025, 3, 18, 8, 5, 0, 0, time.UTC)
	tests := []struct{ name, got, want string }{
		{"a moment", report.Swedish.Moment(at), "2025-03-18 08:05"},
		{"none", report.Swedish.Moment(time.Time{}), "–"},
		{"a heading in Swedish", report.Swedish.Heading(at), "tisdag 18 mars 2025 kl.\u00a008.05"},
		{"a heading in English", report.English.Heading(at), "Tuesday 18 March 2025, 08:05"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}

func TestNegotiate(t *testing.T) {
	tests := []struct {
		name, header string
		want         report.Language
	}{
		{"no header", "", report.Swedish},
		{"Swedish", "sv-SE,sv;q=0.9,en;q=0.8", report.Swedish},
		{"English first", "en-GB,en;q=0.9,sv;q=0.5", report.English},
		{"Swedish preferred by weight", "en;q=0.3,sv", report.Swedish},
		{"neither", "de-DE,de;q=0.9", report.English},
		{"German, then Swedish", "de,sv;q=0.5", report.Swedish},
		{"anything", "*", report.English},
		{"nonsense", ";;;q=x", report.Swedish},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := report.Negotiate(tt.header); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func FuzzNegotiate(f *testing.F) {
	f.Add("sv-SE,sv;q=0.9,en;q=0.8")
	f.Add("*;q=0.1, zh-Hant-TW")
	f.Fuzz(func(t *testing.T, header string) {
		if got := report.Negotiate(header); got != report.Swedish && got != report.English {
			t.Errorf("%q gives %q", header, got)
		}
	})
}

func FuzzFigure(f *testing.F) {
	f.Add(1234.5e6, "sek")
	f.Add(math.Inf(-1), "ratio")
	f.Add(5e-324, "seconds")
	f.Fuzz(func(t *testing.T, value float64, unit string) {
		k := kpi.KPI{Unit: kpi.Unit(unit)}
		for _, l := range []report.Language{report.Swedish, report.English} {
			got := l.Figure(&value, report.MeasureOf(k, &value))
			if got == "" || !utf8.ValidString(got) || strings.Contains(got, "NaN") || strings.Contains(got, "Inf") {
				t.Errorf("%v %s is %q", value, unit, got)
			}
		}
	})
}
