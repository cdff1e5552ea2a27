//go:build gms_pure_go

package asof_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"planwatch/internal/clock"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/listing"
	"planwatch/internal/naming"
	"planwatch/internal/snapshot"
)

// A withheld cell is in no answer to a scrape, in no listing and in no saved
// snapshot with a figure.
func (h *history) testOutputs(t *testing.T) {
	for i := range 5 {
		day := h.days[i*(len(h.days)-1)/4]
		directory := filepath.Join(t.TempDir(), "snapshot")
		store := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{Path: directory}, slog.New(slog.DiscardHandler))
		withheld, figures := 0, 0
		for _, d := range h.definitions {
			samples := h.published[day].of(d.KPIs)
			store.Replace(snapshot.Record{Collector: d.Collector, At: day, Samples: samples}, snapshot.Description{KPIs: d.KPIs, MaxAge: 1 << 62, HelpLanguage: h.region.Languages.First()})
			for _, f := range []format.Format{format.JSON, format.Prometheus} {
				var out bytes.Buffer
				if err := listing.Write(&out, f, d.KPIs, samples, h.region.Languages.First()); err != nil {
					t.Fatal(err)
				}
				listed := seriesOf(t, f, &out)
				figures += len(listed)
				for _, s := range samples {
					if !s.Withheld {
						continue
					}
					withheld++
					for _, l := range listed {
						if l.kpi == naming.KPI(s.KPI) && maps.Equal(l.labels, labelsOf(s.Labels)) {
							t.Errorf("%s, %s: %s{%s} is withheld, and has a figure", day.Format(time.DateOnly), f, s.KPI, s.Labels)
						}
					}
				}
			}
		}
		if withheld == 0 || figures == 0 {
			t.Errorf("%s: %d figures, %d withheld", day.Format(time.DateOnly), figures, withheld)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		store.Run(ended) // saves, and ends
		saved := 0
		for _, r := range savedIn(t, directory) {
			for _, s := range r.Samples {
				saved++
				if g := s.Histogram; s.Withheld && (s.Value != 0 || g != nil && (g.Count > 0 || g.Sum != 0 || slices.ContainsFunc(g.Counts, func(v uint64) bool { return v > 0 }))) {
					t.Errorf("%s: the snapshot has %s{%s}, which is withheld, with a figure", day.Format(time.DateOnly), s.KPI, s.Labels)
				}
			}
		}
		if saved == 0 {
			t.Errorf("%s: nothing was saved", day.Format(time.DateOnly))
		}
	}
}

// savedIn reads a saved snapshot as whoever gets hold of it does.
func savedIn(t *testing.T, directory string) []snapshot.Record {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(directory, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []snapshot.Record
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var records []snapshot.Record
		_, body, _ := bytes.Cut(data, []byte("\n"))
		if err := json.Unmarshal(body, &records); err != nil {
			t.Fatal(err)
		}
		all = append(all, records...)
	}
	return all
}

// listed is one figure that is listed, or one of a histogram's.
type listed struct {
	kpi    string
	labels map[string]string
}

// seriesOf reads a listing.
func seriesOf(t *testing.T, f format.Format, out *bytes.Buffer) []listed {
	t.Helper()
	var all []listed
	if f == format.JSON {
		var lines []struct {
			Metric string
			Labels map[string]string
		}
		if err := json.Unmarshal(out.Bytes(), &lines); err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			for _, suffix := range []string{naming.SuffixBucket, naming.SuffixSum, naming.SuffixCount} {
				l.Metric = strings.TrimSuffix(l.Metric, suffix)
			}
			delete(l.Labels, naming.LabelBucket)
			all = append(all, listed{l.Metric, l.Labels})
		}
		return all
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(out)
	if err != nil {
		t.Fatal(err)
	}
	for name, family := range families {
		for _, m := range family.GetMetric() {
			l := listed{name, map[string]string{}}
			for _, pair := range m.GetLabel() {
				l.labels[pair.GetName()] = pair.GetValue()
			}
			all = append(all, l)
		}
	}
	return all
}

func labelsOf(labels kpi.Labels) map[string]string {
	all := map[string]string{}
	for _, l := range labels {
		all[l.Name] = l.Value
	}
	return all
}
