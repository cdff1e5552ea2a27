package collectors

import (
	"slices"

	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
)

// validateFunnel checks that chance can make of the ratio what funnel says: that its parts
// are counts that add up, over the same time.
func (d *Definition) validateFunnel(k kpi.KPI, scope Scope, f *yamlfile.Faults) {
	switch {
	case k.Funnel == kpi.NoFunnel:
		return
	case k.Funnel != kpi.FunnelProportion && k.Funnel != kpi.FunnelRate:
		f.Add(".funnel", "funnel: %q is not proportion or rate; leave funnel out for no funnel plot", k.Funnel)
		return
	case k.Ratio == nil:
		f.Add(".funnel", "funnel: only a kpi with a ratio has one; leave it out")
		return
	}
	of, to := d.kpi(k.Ratio.Of), d.kpi(k.Ratio.To)
	if of == nil || to == nil {
		return // which the ratio is told of
	}
	for _, part := range []*kpi.KPI{of, to} {
		base, err := scope.Units.Get(part.Unit)
		switch {
		case part.Aggregate != kpi.Sum:
			f.Add(".funnel", "funnel: %q does not add up by sum, as counts do; leave funnel out", part.Name)
		case part.AllowNegative:
			f.Add(".funnel", "funnel: %q may be below zero, as no count is; leave funnel out", part.Name)
		case err == nil && base.Money:
			f.Add(".funnel", "funnel: %q is money, and no count; leave funnel out", part.Name)
		}
	}
	switch {
	case of.Span() != to.Span():
		f.Add(".funnel", "funnel: %q and %q do not count over the same time; give both the same accumulates or counted_since, or leave funnel out", of.Name, to.Name)
	case k.Funnel == kpi.FunnelRate && of.PartOf == to.Name:
		f.Add(".funnel", "funnel: rate, but part_of says that %q is a part of %q; write proportion, or leave funnel out", of.Name, to.Name)
	}
}

// kpi is the collector's KPI of that name; nil where there is none.
func (d *Definition) kpi(name string) *kpi.KPI {
	if i := slices.IndexFunc(d.KPIs, func(other kpi.KPI) bool { return other.Name == name }); i >= 0 {
		return &d.KPIs[i]
	}
	return nil
}
