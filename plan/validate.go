package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
)

var idPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// at is a place in a file, as faults write it.
func at(file *yamlfile.File, path string) string {
	return fmt.Sprintf("%s:%d", file.Name(), file.Line(path))
}

// faults collects what is wrong with one target.
type faults struct {
	// path of the target, and how it is called in its faults.
	path, name string
	all        []error
}

// add notes a fault at key, such as ".warning", of the target.
func (f *faults) add(key, format string, args ...any) {
	f.all = append(f.all, yamlfile.Faultf(f.path+key, "%s: "+format, append([]any{f.name}, args...)...))
}

// validate checks all about the target that does not depend on others.
func (t Target) validate(c Catalogue, path string) []error {
	f := &faults{path: path, name: "target " + t.ID}
	if !idPattern.MatchString(t.ID) {
		f.name = "target"
		f.add(".id", "id: %q is not lower-case words joined by hyphens, such as beds-surgery", t.ID)
	}
	t.validateTerms(c, f)
	entry, ok := c.KPIs[t.KPI]
	if !ok {
		f.add(".kpi", "kpi: no collector gives %q%s", t.KPI, suggestion(t.KPI, c.names()))
		return f.all
	}
	if entry.Histogram != nil {
		f.add(".kpi", "kpi: %s is a histogram, which has no one value; aim at a ratio beside it", t.KPI)
		return f.all
	}
	t.validateWhere(entry, f)
	if _, err := factor(t.Unit, entry.Unit); err != nil {
		f.add(".unit", "unit: %w", err)
		return f.all
	}
	t.validateValue(c, entry, f)
	if t.Value == nil {
		t.validateThresholds(entry, f)
		return f.all
	}
	periodIsSound := t.validateYear(entry, f)
	t.validateThresholds(entry, f)
	if t.Phasing.Set() && periodIsSound {
		t.validatePhasing(entry, f)
	}
	return f.all
}

// validateTerms checks period, basis, citation and owner.
func (t Target) validateTerms(c Catalogue, f *faults) {
	if t.From.IsZero() {
		f.add(".from", "from: missing; give the period's first day, such as 2025-01-01")
	}
	if !t.To.IsZero() && t.To.Before(t.From) {
		f.add(".to", "to: %s is before from, %s", t.To, t.From)
	}
	if !slices.Contains(bases, t.Basis) {
		f.add(".basis", "basis: %q is not plan, report, law, national or operational", t.Basis)
	}
	if t.Cite == "" && t.Basis != Operational {
		f.add(".cite", "cite: missing; say where the sentence stands, or make the basis operational")
	}
	switch {
	case t.Owner == "":
		f.add(".owner", "owner: missing; say who is called")
	case c.Owners != nil && !slices.Contains(c.Owners, t.Owner):
		f.add(".owner", "owner: %q is nobody in oncall.yaml%s", t.Owner, suggestion(t.Owner, c.Owners))
	}
	if t.DueBy != "" && t.DueBy != Now && t.DueBy != AsOf {
		f.add(".due_by", "due_by: %q is not now or as_of", t.DueBy)
	}
}

func (t Target) validateWhere(entry Entry, f *faults) {
	for _, name := range slices.Sorted(maps.Keys(t.Where)) {
		if !slices.Contains(entry.Labels, name) {
			f.add(".where."+name, "where: %s has no label %q; %s", t.KPI, name, has(entry.Labels))
		}
	}
}

func has(labels []string) string {
	if len(labels) == 0 {
		return "it has none"
	}
	return "it has " + strings.Join(labels, ", ")
}

func (t Target) validateValue(c Catalogue, entry Entry, f *faults) {
	switch {
	case t.Value == nil && t.ValueFrom == nil:
		f.add(".value", "value: missing; give value, or value_from: {kpi: NAME}")
	case t.Value != nil && t.ValueFrom != nil:
		f.add(".value_from", "give either value or value_from, not both")
	case t.Value != nil && t.Value.Sign() < 0 && !entry.AllowNegative:
		f.add(".value", "value: %s is below zero, which %s never is", t.Value, t.KPI)
	case t.ValueFrom != nil:
		t.validateValueFrom(c, entry, f)
	}
}

func (t Target) validateValueFrom(c Catalogue, entry Entry, f *faults) {
	other, ok := c.KPIs[t.ValueFrom.KPI]
	switch {
	case !ok:
		f.add(".value_from.kpi", "value_from: no collector gives %q%s", t.ValueFrom.KPI, suggestion(t.ValueFrom.KPI, c.names()))
		return
	case t.ValueFrom.KPI == t.KPI:
		f.add(".value_from.kpi", "value_from: %s would be held against itself", t.KPI)
	case other.Histogram != nil:
		f.add(".value_from.kpi", "value_from: %s is a histogram, which has no one value", t.ValueFrom.KPI)
	case other.Unit != entry.Unit:
		f.add(".value_from.kpi", "value_from: %s is in %s, but %s in %s", t.ValueFrom.KPI, other.Unit, t.KPI, entry.Unit)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Where)) {
		if slices.Contains(entry.Labels, name) && !slices.Contains(other.Labels, name) {
			f.add(".value_from.kpi", "value_from: %s has no label %q; %s", t.ValueFrom.KPI, name, has(other.Labels))
		}
	}
	if t.Phasing.Set() {
		f.add(".phasing", "phasing: value_from says what is due at each moment; leave phasing out")
	}
}

// validateYear holds an accumulating KPI's period to one calendar year, and
// tells whether phasing can be checked.
func (t Target) validateYear(entry Entry, f *faults) bool {
	if t.From.IsZero() || !t.To.IsZero() && t.To.Before(t.From) {
		return false
	}
	phased := entry.Accumulates != "" || t.Phasing.Set()
	switch {
	case t.To.IsZero() && phased:
		f.add(".to", "to: missing; what falls due over a period needs its last day")
		return false
	case entry.Accumulates != "" && t.From.Year != t.To.Year:
		f.add(".to", "to: %s is in another year than from, %s, but %s begins again on 1 January; give each year a target", t.To, t.From, t.KPI)
		return false
	}
	return true
}

// validateThresholds checks that warning and critical lie on the worse side
// of the target, warning first.
func (t Target) validateThresholds(entry Entry, f *faults) {
	for _, one := range []struct {
		key string
		Threshold
	}{{"warning", t.Warning}, {"critical", t.Critical}} {
		switch {
		case one.Share != nil:
			t.validateShare(entry, one.key, *one.Share, f)
		case one.At != nil:
			t.validateFigure(entry, one.key, *one.At, f)
		}
	}
	warning, critical := t.Warning, t.Critical
	switch {
	case !warning.Set() || !critical.Set():
		return
	case warning.Share != nil && critical.Share != nil:
		if critical.Share.Cmp(*warning.Share) < 0 {
			f.add(".critical", "critical: %s is nearer to the target than warning, %s", critical, warning)
		}
	case warning.At != nil && critical.At != nil:
		if worse(entry, critical.At.Cmp(*warning.At)) < 0 {
			f.add(".critical", "critical: %s is nearer to the target than warning, %s", critical, warning)
		}
	case t.Value != nil && entry.Accumulates == "" && !t.Phasing.Set():
		// A share and a figure can be compared only where the expected value stands still.
		if w, c := t.figure(entry, warning), t.figure(entry, critical); worse(entry, c.Cmp(w)) < 0 {
			f.add(".critical", "critical: %s is nearer to the target than warning, %s", critical, warning)
		}
	default:
		f.add(".critical", "critical: give warning and critical in the same form, both as shares or both as figures")
	}
}

// worse is order, of two values, turned so that the larger is the worse.
func worse(entry Entry, order int) int {
	if entry.Better == kpi.Higher {
		return -order
	}
	return order
}

// figure is where a threshold lies for the target's full value, in its unit.
func (t Target) figure(entry Entry, threshold Threshold) Decimal {
	if threshold.At != nil {
		return *threshold.At
	}
	width := t.Value.Mul(*threshold.Share)
	if width.Sign() < 0 {
		width = width.Neg()
	}
	if entry.Better == kpi.Higher {
		return t.Value.Sub(width)
	}
	return t.Value.Add(width)
}

func (t Target) validateShare(entry Entry, key string, share Decimal, f *faults) {
	switch {
	case share.Sign() < 0:
		f.add("."+key, "%s: %s lies on the better side of the target; write how much worse it may be, such as 5%%", key, Threshold{Share: &share})
	case entry.Better == kpi.Higher && share.Cmp(wholeDecimal(1)) > 0:
		f.add("."+key, "%s: %s is more than all of the expected value; write a share up to 100%%", key, Threshold{Share: &share})
	case t.Value != nil && t.Value.Sign() == 0:
		f.add("."+key, "%s: a share of 0 is nothing; write a figure such as {at: 1}", key)
	}
}

func (t Target) validateFigure(entry Entry, key string, figure Decimal, f *faults) {
	if t.Value == nil {
		return
	}
	rises := entry.Accumulates != "" || t.Phasing.Set()
	switch {
	case worse(entry, figure.Cmp(*t.Value)) < 0:
		f.add("."+key, "%s: %s is on the wrong side of the target, %s; %s is better, so it lies at or %s it",
			key, figure, t.Value, entry.Better, map[kpi.Direction]string{kpi.Higher: "below", kpi.Lower: "above"}[entry.Better])
	case rises && entry.Better == kpi.Higher:
		f.add("."+key, "%s: a figure would be missed from the first day of the period; write a share of what is due by then, such as 5%%", key)
	}
}

func (t Target) validatePhasing(entry Entry, f *faults) {
	p := t.Phasing
	switch {
	case p.Even && entry.Accumulates == "":
		f.add(".phasing", "phasing: %s does not accumulate, so even means nothing; leave phasing out, or give milestones", t.KPI)
	case p.Months != nil && entry.Accumulates == "":
		f.add(".phasing", "phasing: %s does not accumulate, so months mean nothing; leave phasing out, or give milestones", t.KPI)
	case p.Months != nil:
		t.validateMonths(f)
	case p.Milestones != nil:
		t.validateMilestones(entry, f)
	}
}

func (t Target) validateMonths(f *faults) {
	months := t.Phasing.Months
	if len(months) != 12 {
		f.add(".phasing.months", "phasing: months: %d shares; give 12, January first", len(months))
		return
	}
	var sum Decimal
	for i, share := range months {
		place := fmt.Sprintf(".phasing.months[%d]", i)
		inside := int(t.From.Month) <= i+1 && i+1 <= int(t.To.Month)
		switch {
		case share.Sign() < 0:
			f.add(place, "phasing: months: %s is below zero", percent(share))
		case share.Sign() > 0 && !inside:
			f.add(place, "phasing: months: %s is due in month %d, outside the period %s to %s; write 0", percent(share), i+1, t.From, t.To)
		}
		sum = sum.Add(share)
	}
	if sum.Cmp(wholeDecimal(1)) != 0 {
		f.add(".phasing.months", "phasing: months: the shares add up to %s, not 100%%", percent(sum))
	}
}

func percent(share Decimal) string { return Threshold{Share: &share}.String() }

func (t Target) validateMilestones(entry Entry, f *faults) {
	p := t.Phasing
	if p.Shape != Steps && p.Shape != Lines {
		f.add(".phasing.shape", "phasing: shape: %q is not steps or lines", p.Shape)
	}
	if p.Shape == Lines && p.Start == nil && entry.Accumulates == "" {
		f.add(".phasing", "phasing: start: missing; say what the line to the first milestone begins from")
	}
	if len(p.Milestones) == 0 {
		f.add(".phasing.milestones", "phasing: milestones: there are none; leave phasing out")
	}
	for i, m := range p.Milestones {
		place := fmt.Sprintf(".phasing.milestones[%d]", i)
		switch {
		case m.On.IsZero():
			f.add(place, "phasing: milestones: on: missing; give the day by whose end the value is due")
			continue
		case m.Value == nil:
			f.add(place, "phasing: milestones: %s: value: missing", m.On)
			continue
		case m.On.Before(t.From) || t.To.Before(m.On):
			f.add(place+".on", "phasing: milestones: %s is outside the period %s to %s", m.On, t.From, t.To)
		case m.On == t.To && m.Value.Cmp(*t.Value) != 0:
			f.add(place+".value", "phasing: milestones: %s on the period's last day is not the target's value, %s", m.Value, t.Value)
		}
		if i == 0 {
			continue
		}
		switch before := p.Milestones[i-1]; {
		case !before.On.Before(m.On):
			f.add(place+".on", "phasing: milestones: %s is out of order; it follows %s", m.On, before.On)
		case entry.Accumulates != "" && before.Value != nil && m.Value.Cmp(*before.Value)*t.Value.Sign() < 0:
			f.add(place+".value", "phasing: milestones: %s after %s, but %s adds up over the year", m.Value, before.Value, t.KPI)
		}
	}
}
