package report

import (
	"errors"
	"math"

	"planwatch/internal/kpi"
	"planwatch/internal/spc"
	"planwatch/plan"
)

// FewestInFunnel is how many regions a funnel plot has at least. Of fewer, their common
// rate is too much the work of each of them.
const FewestInFunnel = 5

// Funnel compares the regions in a KPI by limits that follow from how large each is.
type Funnel struct {
	Kind kpi.Funnel
	// Of and To are the KPIs that are divided by one another, as the first region defines
	// them.
	Of, To kpi.Entry
	// Plot is nil where there is none, which NoPlot says why. Its points are those of
	// Regions.
	Plot   *spc.Funnel
	NoPlot NoFunnel
	// Regions are those that are compared, or would be, and LeftOut the others.
	Regions []RegionRow
	LeftOut []LeftOut
}

// NoFunnel is why there is no funnel plot.
type NoFunnel int8

// The reasons.
const (
	// TooFewRegions is that fewer than FewestInFunnel can be compared.
	TooFewRegions NoFunnel = iota + 1
	// NoSpread is that nothing of what is counted is in the numerators, or all of it.
	NoSpread
	// OtherKinds is that one region says proportion, and another rate.
	OtherKinds
	// TooLarge is that the figures are too large to be computed with.
	TooLarge
)

// LeftOut is a region that is not in a funnel plot.
type LeftOut struct {
	RegionRow
	Why LeftOutReason
	// Part is the KPI whose definition differs, and PartDisagrees in what, of OtherPart.
	Part          kpi.Entry
	PartDisagrees []kpi.Disagreement
}

// LeftOutReason is why a region is not in a funnel plot.
type LeftOutReason int8

// The reasons.
const (
	// OtherDefinition is that its definition of the KPI differs, as Disagrees says.
	OtherDefinition LeftOutReason = iota + 1
	// OtherPart is that its definition of a part of the ratio differs.
	OtherPart
	// FigureUnknown is that its figure is unknown or withheld, as the row says.
	FigureUnknown
	// PartUnknown is that a part of the ratio is.
	PartUnknown
	// NotCounted is that its numerator is not a whole number from 0, or that its
	// denominator is not one above 0.
	NotCounted
	// MoreThanAll is that the numerator of a proportion is more than its denominator.
	MoreThanAll
)

// Funnel compares the regions by a funnel plot; it is nil for a KPI that is not compared
// by one.
func (c Common) Funnel() *Funnel {
	f := &Funnel{}
	for _, r := range c.Regions {
		kind := r.Report.Region.KPIs.FunnelOf(r.Row.KPI.KPI)
		switch {
		case kind == kpi.NoFunnel:
		case f.Kind == kpi.NoFunnel:
			f.Kind = kind
		case f.Kind != kind:
			f.NoPlot = OtherKinds
		}
	}
	if f.Kind == kpi.NoFunnel || c.KPI.Ratio == nil {
		return nil
	}
	first := c.Regions[0].Report.Region.KPIs
	f.Of, _ = first.Get(c.KPI.Ratio.Of)
	f.To, _ = first.Get(c.KPI.Ratio.To)
	var counts []spc.Count
	for _, r := range c.Regions {
		if count, out := f.count(r); out != nil {
			f.LeftOut = append(f.LeftOut, *out)
		} else {
			f.Regions, counts = append(f.Regions, r), append(counts, count)
		}
	}
	switch {
	case f.NoPlot != 0:
	case len(f.Regions) < FewestInFunnel:
		f.NoPlot = TooFewRegions
	default:
		f.plot(counts)
	}
	return f
}

func (f *Funnel) plot(counts []spc.Count) {
	model := spc.Poisson
	if f.Kind == kpi.FunnelProportion {
		model = spc.Binomial
	}
	made, err := spc.NewFunnel(model, counts)
	switch {
	case errors.Is(err, spc.ErrNoSpread):
		f.NoPlot = NoSpread
	case err != nil: // the counts are those that count has let through
		f.NoPlot = TooLarge
	default:
		f.Plot = made
	}
}

// count is a region's numerator and denominator, as its figure is made of them, or why it
// is left out.
func (f *Funnel) count(r RegionRow) (spc.Count, *LeftOut) {
	out := func(why LeftOutReason) (spc.Count, *LeftOut) { return spc.Count{}, &LeftOut{RegionRow: r, Why: why} }
	if len(r.Disagrees) > 0 {
		return out(OtherDefinition)
	}
	for _, part := range []kpi.Entry{f.Of, f.To} {
		own, _ := r.Report.Region.KPIs.Get(part.Name)
		if d := part.Disagrees(own.KPI); len(d) > 0 {
			return spc.Count{}, &LeftOut{RegionRow: r, Why: OtherPart, Part: part, PartDisagrees: d}
		}
	}
	k := r.Row.KPI.KPI
	whole, known := r.Report.samples.Aggregate(k, nil)
	of, to, all := r.Report.samples.Parts(k, nil)
	switch {
	case r.Row.Actual == nil && r.Row.Reason != "":
		return out(FigureUnknown)
	case whole.Withheld:
		r.Row.Reason = plan.Withheld
		return out(FigureUnknown)
	case r.Row.Actual == nil || !known || !all:
		return out(PartUnknown)
	case !wholeNumber(of) || to <= 0 || f.Kind == kpi.FunnelProportion && !wholeNumber(to):
		return out(NotCounted)
	case f.Kind == kpi.FunnelProportion && of > to:
		return out(MoreThanAll)
	}
	return spc.Count{Events: of, Of: to}, nil
}

// wholeNumber reports whether the number is one from 0 that a float64 has exactly.
func wholeNumber(v float64) bool { return v >= 0 && v <= 1<<53 && v == math.Trunc(v) }
