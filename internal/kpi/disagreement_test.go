package kpi_test

import (
	"slices"
	"testing"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
)

func TestDisagrees(t *testing.T) {
	one := kpi.KPI{
		Name: "beds", Title: language.Text{"sv": "Platser"}, Definition: language.Text{"sv": "Platser som är\nöppna.", "en": "Open beds."},
		Unit: "beds", Better: kpi.Higher, Aggregate: kpi.Sum, Column: "beds",
	}
	tests := []struct {
		name   string
		change func(*kpi.KPI)
		want   []kpi.Disagreement
	}{
		{"nothing", func(*kpi.KPI) {}, nil},
		{"what is no part of the definition", func(k *kpi.KPI) { k.Title, k.Column, k.Cite = nil, "open", "a source" }, nil},
		{"line breaks", func(k *kpi.KPI) { k.Definition = language.Text{"sv": "Platser som är öppna."} }, nil},
		{"no language in common", func(k *kpi.KPI) { k.Definition = language.Text{"nb": "Senger."} }, nil},
		{"words", func(k *kpi.KPI) { k.Definition = language.Text{"sv": "Platser.", "en": "Open beds."} }, []kpi.Disagreement{{Key: "definition.sv", Own: "Platser som är öppna.", Other: "Platser."}}},
		{
			"how it is counted", func(k *kpi.KPI) {
				k.Unit, k.Better, k.Aggregate, k.Accumulates = "rooms", kpi.Lower, kpi.Mean, kpi.Year
			},
			[]kpi.Disagreement{
				{Key: "unit", Own: "beds", Other: "rooms"}, {Key: "better", Own: "higher", Other: "lower"},
				{Key: "aggregate", Own: "sum", Other: "mean"}, {Key: "accumulates", Own: "", Other: "year"},
			},
		},
		{
			"of what it is made", func(k *kpi.KPI) {
				k.Ratio, k.Histogram = &kpi.Ratio{Of: "open", To: "all"}, &kpi.Buckets{Bounds: []float64{1, 2.5}}
			},
			[]kpi.Disagreement{{Key: "ratio", Own: "", Other: "open / all"}, {Key: "histogram.buckets", Own: "", Other: "1 2.5"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			other := one
			tt.change(&other)
			if got := one.Disagrees(other); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
