//go:build gms_pure_go && !race

// The race detector makes the embedded engine ten times slower, and has nothing to
// look at where collectors run one after another; make test runs these without it.
// What runs at once is held by TestNothingIsLearnedInAYear.

package asof_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// fact is a figure that a source states.
type fact struct {
	// Sentence as the source has it, or the place of a table's cell.
	Sentence string `yaml:"sentence"`
	// Source is report or plan, or sample for what was added up by hand from its rows, of a
	// figure that the sources ask for and do not state.
	Source string `yaml:"source"`
	KPI    string `yaml:"kpi"`
	// Labels select; what they leave out is added up.
	Labels map[string]string `yaml:"labels"`
	// Against is a moment of the past: Figure, Min and Max are then the share that
	// the KPI is of what it was.
	Against *plan.Reference `yaml:"against"`
	// Figure in the KPI's unit. Min and Max stand where the source gives no
	// exact one.
	Figure *float64 `yaml:"figure"`
	Min    *float64 `yaml:"min"`
	Max    *float64 `yaml:"max"`
	// At is the moment, RFC 3339.
	At string `yaml:"at"`
	// Withheld is why planwatch does not show the figure, where that would tell of
	// few people.
	Withheld string `yaml:"withheld"`
}

func (f fact) check() error {
	switch {
	case f.Sentence == "":
		return errors.New("no sentence")
	case f.Source != "report" && f.Source != "plan" && f.Source != "sample":
		return errors.New("source is neither report, plan nor sample")
	case f.Figure == nil && f.Min == nil && f.Max == nil:
		return errors.New("no figure")
	}
	return nil
}

// agrees tells whether planwatch's figure is the source's.
func (f fact) agrees(got float64) bool {
	if f.Min == nil && f.Max == nil {
		return math.Abs(got-*f.Figure) <= 1e-9*math.Max(1, math.Abs(*f.Figure))
	}
	return (f.Min == nil || got >= *f.Min) && (f.Max == nil || got <= *f.Max)
}

// Every figure that the report and the plan state, or that was added up by hand, is what
// the shipped collectors make of the sample's facts, but those that are withheld.
func TestFacts(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	facts := readFacts(t)
	byMoment := map[string][]fact{}
	for _, f := range facts {
		byMoment[f.At] = append(byMoment[f.At], f)
	}
	for at, stated := range byMoment {
		t.Run(at, func(t *testing.T) {
			moment, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, f := range stated {
				entry, ok := region.KPIs.Get(f.KPI)
				if !ok {
					t.Errorf("no kpi %s: %s", f.KPI, f.Sentence)
				} else if !slices.Contains(names, entry.Collector) {
					names = append(names, entry.Collector)
				}
			}
			result, err := asof.Collect(t.Context(), region, names, moment.In(region.Location))
			if err != nil {
				t.Fatal(err)
			}
			for _, failure := range result.Failures {
				t.Error(failure)
			}
			samples := plan.NewSamples(result.Samples)
			for _, f := range stated {
				entry, _ := region.KPIs.Get(f.KPI)
				got, ok := samples.Aggregate(entry.KPI, f.Labels)
				if f.Against != nil && ok {
					var then plan.Aggregate
					then, ok = figuresThen(t, region, *f.Against, moment, entry.Collector).Aggregate(entry.KPI, f.Labels)
					got.Value /= then.Value
				}
				switch {
				case f.Withheld != "":
					if ok && f.agrees(got.Value) {
						t.Errorf("%s %v is %v, and was to be withheld: %s", f.KPI, f.Labels, got.Value, f.Withheld)
					}
				case !ok:
					t.Errorf("%s %v: no figure; the %s says: %s", f.KPI, f.Labels, f.Source, f.Sentence)
				case !f.agrees(got.Value):
					t.Errorf("%s %v is %v, not %s; the %s says: %s", f.KPI, f.Labels, got.Value, wanted(f), f.Source, f.Sentence)
				}
			}
		})
	}
}

// figuresThen are what a collector gives as of the moment of a reference.
func figuresThen(t *testing.T, region *config.Region, r plan.Reference, moment time.Time, collector string) plan.Samples {
	t.Helper()
	result, err := asof.Collect(t.Context(), region, []string{collector}, r.Moment(moment, region.Location))
	if err = errors.Join(append(result.Failures, err)...); err != nil {
		t.Fatal(err)
	}
	return plan.NewSamples(result.Samples)
}

func readFacts(t *testing.T) []fact {
	t.Helper()
	files, err := filepath.Glob("../../sample/testdata/facts_*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no facts", err)
	}
	var all []fact
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := yamlfile.Parse(filepath.Base(name), data)
		if err != nil {
			t.Fatal(err)
		}
		var facts []fact
		if err := file.Decode(&facts); err != nil {
			t.Fatal(err)
		}
		for i, f := range facts {
			if err := f.check(); err != nil {
				t.Fatalf("%s: fact %d: %v", file.Name(), i+1, err)
			}
		}
		all = append(all, facts...)
	}
	return all
}

func wanted(f fact) string {
	switch {
	case f.Min == nil && f.Max == nil:
		return number(f.Figure)
	case f.Max == nil:
		return "at least " + number(f.Min)
	case f.Min == nil:
		return "at most " + number(f.Max)
	}
	return number(f.Min) + " to " + number(f.Max)
}

func number(v *float64) string { return strconv.FormatFloat(*v, 'f', -1, 64) }
