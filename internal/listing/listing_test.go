package listing_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/listing"
	"planwatch/internal/regiontest"
)

// What is withheld is in no format, and a histogram is the series that
// Prometheus has of it.
func TestWrite(t *testing.T) {
	asOf := time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)
	at := func(ward string) kpi.Labels {
		return kpi.NewLabels(kpi.Label{Name: "ward", Value: ward}, kpi.Label{Name: "hospital", Value: "H"})
	}
	kpis := []kpi.KPI{
		{Name: "beds", Title: language.Text{"sv": "Vårdplatser", "en": "Beds"}, Definition: language.Text{"sv": "Bemannade.", "en": "Staffed."}},
		{Name: "wait_seconds", Title: language.Text{"sv": "Väntetid", "en": "Wait"}, Definition: language.Text{"sv": "Väntan.", "en": "Time."}, Histogram: &kpi.Buckets{}},
	}
	samples := []kpi.Sample{
		{KPI: "beds", Labels: at("A & B"), Value: 0.5, AsOf: asOf},
		{KPI: "beds", Labels: at("C"), Withheld: true, AsOf: asOf},
		{KPI: "wait_seconds", AsOf: asOf, Histogram: &kpi.Histogram{Bounds: []float64{3600}, Counts: []uint64{2}, Count: 3, Sum: 9000}},
	}
	tests := []struct {
		format format.Format
		want   string
	}{
		{format.Table, `METRIC                   LABELS                      VALUE  AS OF
kpi_beds                 hospital="H", ward="A & B"  0.5    2025-03-18 08:00
kpi_wait_seconds_bucket  le="3600"                   2      2025-03-18 08:00
kpi_wait_seconds_bucket  le="+Inf"                   3      2025-03-18 08:00
kpi_wait_seconds_sum                                 9000   2025-03-18 08:00
kpi_wait_seconds_count                               3      2025-03-18 08:00
`},
		{format.CSV, `metric,labels,value,as_of
kpi_beds,"hospital=""H"",ward=""A & B""",0.5,2025-03-18T08:00:00Z
kpi_wait_seconds_bucket,"le=""3600""",2,2025-03-18T08:00:00Z
kpi_wait_seconds_bucket,"le=""+Inf""",3,2025-03-18T08:00:00Z
kpi_wait_seconds_sum,,9000,2025-03-18T08:00:00Z
kpi_wait_seconds_count,,3,2025-03-18T08:00:00Z
`},
		{format.Prometheus, `# HELP kpi_beds Beds: Staffed.
# TYPE kpi_beds gauge
kpi_beds{hospital="H",ward="A & B"} 0.5
# HELP kpi_wait_seconds Wait: Time.
# TYPE kpi_wait_seconds histogram
kpi_wait_seconds_bucket{le="3600"} 2
kpi_wait_seconds_bucket{le="+Inf"} 3
kpi_wait_seconds_sum 9000
kpi_wait_seconds_count 3
`},
		{format.JSON, `[
  {
    "metric": "kpi_beds",
    "labels": {
      "hospital": "H",
      "ward": "A & B"
    },
    "value": 0.5,
    "as_of": "2025-03-18T08:00:00Z"
  },
`},
	}
	english := regiontest.Languages(t).English()
	for _, tt := range tests {
		t.Run(string(tt.format), func(t *testing.T) {
			var out strings.Builder
			if err := listing.Write(&out, tt.format, kpis, samples, english); err != nil {
				t.Fatal(err)
			}
			got := out.String()
			if tt.format == format.JSON {
				got = got[:min(len(tt.want), len(got))]
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
	if err := listing.Write(io.Discard, format.Markdown, kpis, samples, english); err == nil {
		t.Error("a listing in a format that it does not have")
	}
}
