//go:build gms_pure_go

package asof_test

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// A withheld cell cannot be computed from the others that are published. The
// test knows the true figures, from a copy of the region that withholds
// nothing, and tries the ways in which a reader could come by them.
func TestWithheldCellsStayHidden(t *testing.T) {
	published, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	open, err := config.Load(withoutMinCount(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	names := guards(published)
	guarded, frank := opened(t, published, names), opened(t, open, names)
	hidden := 0
	for _, moment := range []string{"2025-03-18T08:00:00+01:00", "2025-01-03T08:00:00+01:00", "2023-01-08T08:00:00+01:00"} {
		at, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		shown, truth := samples(t, guarded, at), samples(t, frank, at)
		attack := newAttack(shown, truth)
		for _, definition := range published.Collectors {
			for _, k := range definition.KPIs {
				if k.MinCount == 0 {
					continue
				}
				t.Run(moment[:10]+" "+k.Name, func(t *testing.T) {
					hidden += attack.try(t, definition, k)
				})
			}
		}
		for _, a := range plan.Assess(published.Plan.Targets, published.KPIs, shown, at, published.Location) {
			if a.Actual != nil && attack.restsOnHidden(a) {
				t.Errorf("%s: target %s sums up withheld cells", moment, a.Target.ID)
			}
		}
	}
	if hidden == 0 {
		t.Error("nothing is withheld at any of the moments, so nothing was tried")
	}
}

// withoutMinCount is the built-in region with every min_count taken out.
func withoutMinCount(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^ +(min_count|people):.*\n`)
	err := filepath.WalkDir(filepath.Join(dir, "collectors"), func(name string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(name, line.ReplaceAll(data, nil), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// guards are the collectors that withhold cells.
func guards(region *config.Region) []string {
	var names []string
	for _, definition := range region.Collectors {
		if slices.ContainsFunc(definition.KPIs, func(k kpi.KPI) bool { return k.MinCount > 0 }) {
			names = append(names, definition.Collector)
		}
	}
	return names
}

// opened holds the collectors' sources open for the test.
func opened(t *testing.T, region *config.Region, names []string) *asof.Collectors {
	t.Helper()
	c, err := asof.Open(t.Context(), region, names)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func samples(t *testing.T, c *asof.Collectors, at time.Time) []kpi.Sample {
	t.Helper()
	result := c.Collect(t.Context(), at)
	for _, failure := range result.Failures {
		t.Error(failure)
	}
	return result.Samples
}

// attack holds figures by KPI and labels. A histogram counts as one figure a
// bucket, under a name of its own.
type attack struct {
	shown, truth map[string]map[string]float64
	withheld     map[string]map[string]kpi.Labels
}

func newAttack(shown, truth []kpi.Sample) attack {
	a := attack{shown: figures(shown), truth: figures(truth), withheld: map[string]map[string]kpi.Labels{}}
	for _, s := range shown {
		if s.Withheld {
			if a.withheld[s.KPI] == nil {
				a.withheld[s.KPI] = map[string]kpi.Labels{}
			}
			a.withheld[s.KPI][s.Labels.Key()] = s.Labels
		}
	}
	return a
}

func figures(samples []kpi.Sample) map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	add := func(name, key string, value float64) {
		if all[name] == nil {
			all[name] = map[string]float64{}
		}
		all[name][key] = value
	}
	for _, s := range samples {
		key := s.Labels.Key()
		switch {
		case s.Withheld:
		case s.Histogram == nil:
			add(s.KPI, key, s.Value)
		default:
			add(s.KPI, key, float64(s.Histogram.Count))
			for i, bound := range s.Histogram.Bounds {
				add(fmt.Sprintf("%s up to %v", s.KPI, bound), key, float64(s.Histogram.Counts[i]))
			}
		}
	}
	return all
}

// try tries to compute each withheld cell of the KPI, and gives how many
// there are.
func (a attack) try(t *testing.T, d *collectors.Definition, k kpi.KPI) int {
	t.Helper()
	if len(a.shown[k.Name]) > 0 && len(a.withheld[k.Name]) == 0 {
		return 0
	}
	a.bySubtraction(t, k)
	others := a.figuresOf(d, k)
	for key, labels := range a.withheld[k.Name] {
		if _, visible := a.shown[k.Name][key]; visible {
			t.Errorf("{%s} is withheld and shown", labels)
		}
		for _, one := range others {
			if _, visible := a.shown[one][key]; !visible {
				continue
			}
			if a.always(k.Name, func(key string) (float64, bool) { v, ok := a.truth[one][key]; return v, ok }) {
				t.Errorf("{%s} is what %s shows", labels, one)
			}
			for _, two := range others {
				if _, visible := a.shown[two][key]; !visible || one == two {
					continue
				}
				for sign, word := range map[float64]string{1: "and", -1: "less"} {
					if a.always(k.Name, func(key string) (float64, bool) {
						x, ok1 := a.truth[one][key]
						y, ok2 := a.truth[two][key]
						return x + sign*y, ok1 && ok2
					}) {
						t.Errorf("{%s} is %s %s %s", labels, one, word, two)
					}
				}
			}
		}
	}
	return len(a.withheld[k.Name])
}

// bySubtraction: along no label may a withheld cell be the only one, since a
// reader may know the sum.
func (a attack) bySubtraction(t *testing.T, k kpi.KPI) {
	t.Helper()
	cells := map[string]kpi.Labels{}
	hiddenIn, sizeOf := map[string]int{}, map[string]int{}
	line := func(labels kpi.Labels, i int) string {
		rest := append(append(kpi.Labels{}, labels[:i]...), labels[i+1:]...)
		return labels[i].Name + "|" + rest.Key()
	}
	for key, labels := range a.withheld[k.Name] {
		cells[key] = labels
		for i := range labels {
			hiddenIn[line(labels, i)]++
		}
	}
	for key := range a.truth[k.Name] {
		labels, hidden := a.withheld[k.Name][key]
		if !hidden {
			labels = parse(key)
		}
		for i := range labels {
			sizeOf[line(labels, i)]++
		}
	}
	for _, labels := range cells {
		for i := range labels {
			if l := line(labels, i); hiddenIn[l] == 1 && sizeOf[l] > 1 {
				t.Errorf("{%s} is the only withheld cell along %s", labels, labels[i].Name)
			}
		}
	}
}

// figuresOf are the names of the collector's figures, but the KPI's own.
func (a attack) figuresOf(d *collectors.Definition, k kpi.KPI) []string {
	var names []string
	for _, other := range d.KPIs {
		if other.Name == k.Name || other.Ratio != nil {
			continue
		}
		names = append(names, other.Name)
		if other.Histogram != nil {
			for _, bound := range other.Histogram.Bounds {
				names = append(names, fmt.Sprintf("%s up to %v", other.Name, bound))
			}
		}
	}
	return names
}

// always tells whether the KPI is, in truth, everywhere what formula gives:
// a rule that a reader could know, and no chance.
func (a attack) always(name string, formula func(key string) (float64, bool)) bool {
	compared := 0
	for key, value := range a.truth[name] {
		if v, ok := formula(key); ok {
			if math.Abs(v-value) > 1e-9 {
				return false
			}
			compared++
		}
	}
	return compared >= 3
}

// restsOnHidden tells whether an assessment's figure rests on a cell that is
// withheld.
func (a attack) restsOnHidden(assessment plan.Assessment) bool {
	names := []string{assessment.KPI.Name}
	if r := assessment.KPI.Ratio; r != nil {
		names = []string{r.Of, r.To}
	}
	for _, name := range names {
	cells:
		for _, labels := range a.withheld[name] {
			for label, value := range assessment.Target.Where {
				if labels.Get(label) != value {
					continue cells
				}
			}
			return true
		}
	}
	return false
}

// parse reads the labels back from their key.
func parse(key string) kpi.Labels {
	var labels kpi.Labels
	var parts []string
	begin := 0
	for i := range len(key) {
		if key[i] == 0xff {
			parts = append(parts, key[begin:i])
			begin = i + 1
		}
	}
	for i := 0; i+1 < len(parts); i += 2 {
		labels = append(labels, kpi.Label{Name: parts[i], Value: parts[i+1]})
	}
	return labels
}
