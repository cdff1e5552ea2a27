package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/plan"
)

// controls are the figures that are to be exactly what the plan says, such as the frames
// that a finance system holds, as the warehouse has them.
type controls struct {
	// compared is how many there are, and unknown of how many the warehouse has none.
	compared, unknown int
	differing         []plan.Assessment
}

// controlObject is one that differs, for programs. Amounts are in unit, the KPI's own.
type controlObject struct {
	Target     string            `json:"target"`
	KPI        string            `json:"kpi"`
	Labels     map[string]string `json:"labels"`
	Plan       float64           `json:"plan"`
	Warehouse  float64           `json:"warehouse"`
	Difference float64           `json:"difference"`
	Unit       string            `json:"unit"`
}

// HoldAgainstWarehouse compares what is to be exactly the plan's with the warehouse as
// of a moment. An error is that of a collector that has no answer.
func (r *Report) HoldAgainstWarehouse(ctx context.Context, region *config.Region, moment time.Time) error {
	var targets []plan.Target
	var names []string
	for _, t := range region.Plan.Targets {
		entry, _ := region.KPIs.Get(t.KPI)
		if entry.Better != kpi.AsPlanned {
			continue
		}
		targets = append(targets, t)
		if !slices.Contains(names, entry.Collector) {
			names = append(names, entry.Collector)
		}
	}
	if len(targets) == 0 {
		return nil
	}
	result, err := asof.Collect(ctx, region, names, moment)
	if err := errors.Join(append(result.Failures, err)...); err != nil {
		return fmt.Errorf("plan against warehouse: %w", err)
	}
	r.controls = &controls{}
	for _, a := range plan.Assess(targets, region.KPIs, result.Samples, nil, moment, region.Location) {
		switch {
		case a.Reason == plan.NotBegun || a.Reason == plan.Expired:
			continue
		case a.Actual == nil || a.Expected == nil:
			r.controls.unknown++
		case a.Status > plan.WithinTolerance:
			r.controls.differing = append(r.controls.differing, a)
		}
		r.controls.compared++
	}
	slices.SortStableFunc(r.controls.differing, func(a, b plan.Assessment) int {
		return -compareDistance(a, b)
	})
	r.kpis = region.KPIs
	return nil
}

// compareDistance orders by how far the two are off, in the same unit; of different units
// by name.
func compareDistance(a, b plan.Assessment) int {
	distance := func(a plan.Assessment) float64 { return max(*a.Actual-*a.Expected, *a.Expected-*a.Actual) }
	switch {
	case a.KPI.Unit != b.KPI.Unit:
		return strings.Compare(b.KPI.Unit, a.KPI.Unit)
	case distance(a) < distance(b):
		return -1
	case distance(a) > distance(b):
		return 1
	}
	return 0
}

// Deviations is in how many figures the warehouse is not as the plan says.
func (r *Report) Deviations() int {
	if r.controls == nil {
		return 0
	}
	return len(r.controls.differing)
}

// control says how one differs.
func (r *Report) control(l *language.Language, a plan.Assessment) string {
	entry, _ := r.kpis.Get(a.KPI.Name)
	figure := func(v float64) string { return entry.Base.Suited(math.Abs(v)).Figure(l, v) }
	name := []string{l.Of(a.KPI.Title)}
	for _, label := range entry.Labels {
		if value := a.Labels.Get(label); value != "" {
			name = append(name, value)
		}
	}
	difference := figure(*a.Actual - *a.Expected)
	if *a.Actual > *a.Expected {
		difference = "+" + difference
	}
	return language.OneLine(strings.Join(name, ", ")) + ": " + l.Say("the plan says %s, the warehouse %s, difference %s", figure(*a.Expected), figure(*a.Actual), difference)
}

func (c *controls) objects() []controlObject {
	objects := []controlObject{}
	for _, a := range c.differing {
		labels := map[string]string{}
		for _, label := range a.Labels {
			labels[label.Name] = label.Value
		}
		objects = append(objects, controlObject{a.Target.ID, a.KPI.Name, labels, *a.Expected, *a.Actual, plan.Change(*a.Actual, *a.Expected), a.KPI.Unit})
	}
	return objects
}
