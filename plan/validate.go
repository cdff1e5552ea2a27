package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"planwatch/internal/decimal"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// at is a place in a file, as errors write it.
func at(file *yamlfile.Document, path string) string {
	return fmt.Sprintf("%s:%d", file.Name(), file.Line(path))
}

// faultsAt collects faults of the entry at path, which messages call subject.
func faultsAt(path, subject string) *yamlfile.Faults {
	return yamlfile.NewFaults().In(strings.TrimPrefix(path, "$"), subject)
}

// validate checks everything that does not depend on other targets.
func (t Target) validate(scope Scope, path string) error {
	f := faultsAt(path, "target "+t.ID)
	if !naming.ValidID(t.ID) {
		f = faultsAt(path, "target")
		f.Add(".id", "id: %q is not lower-case words joined by hyphens, such as beds-surgery", t.ID)
	}
	t.validateTerms(scope, f)
	entry, ok := scope.KPIs.Get(t.KPI)
	if !ok {
		f.Add(".kpi", "kpi: no collector gives %q%s", t.KPI, yamlfile.Suggestion(t.KPI, scope.KPIs.Names()))
		return f.Err()
	}
	if entry.Histogram != nil {
		f.Add(".kpi", "kpi: %s is a histogram, which has no single value; set the target for a ratio", t.KPI)
		return f.Err()
	}
	t.validateWhere(entry, f)
	t.validateSeparate(entry, f)
	if _, err := entry.Base.Factor(t.Unit); err != nil {
		f.Add(".unit", "unit: %w", err)
		return f.Err()
	}
	t.validateValue(scope, entry, f)
	t.validateJudgement(scope, entry, f)
	if t.Value == nil {
		t.validateThresholds(entry, f)
		return f.Err()
	}
	periodIsSound := t.validateYear(entry, f)
	t.validateThresholds(entry, f)
	if t.Phasing.Set() && periodIsSound {
		t.validatePhasing(entry, f)
	}
	return f.Err()
}

// validateTerms checks period, basis, citation and owner.
func (t Target) validateTerms(scope Scope, f *yamlfile.Faults) {
	if t.From.IsZero() {
		f.Add(".from", "from: missing; give the period's first day, such as 2025-01-01")
	}
	if !t.To.IsZero() && t.To.Before(t.From) {
		f.Add(".to", "to: %s is before from, %s", t.To, t.From)
	}
	if !slices.Contains(bases, t.Basis) {
		f.Add(".basis", "basis: %q is not plan, report, law, national or operational", t.Basis)
	}
	if t.Cite == "" && t.Basis != Operational {
		f.Add(".cite", "cite: missing; give the citation, or set basis: operational")
	}
	switch {
	case t.Owner == "":
		f.Add(".owner", "owner: missing; give a name in oncall.yaml")
	case scope.Owners != nil && !slices.Contains(scope.Owners, t.Owner):
		f.Add(".owner", "owner: %q is not in oncall.yaml%s", t.Owner, yamlfile.Suggestion(t.Owner, scope.Owners))
	}
	if t.DueBy != "" && t.DueBy != Now && t.DueBy != AsOf {
		f.Add(".due_by", "due_by: %q is not now or as_of", t.DueBy)
	}
}

func (t Target) validateWhere(entry kpi.Entry, f *yamlfile.Faults) {
	for _, name := range slices.Sorted(maps.Keys(t.Where)) {
		if !slices.Contains(entry.Labels, name) {
			f.Add(".where."+name, "where: %s has no label %q; %s", t.KPI, name, haveLabels(entry.Labels))
		}
	}
}

// validateSeparate checks that the target names one value of each label over which the
// KPI does not add up.
func (t Target) validateSeparate(entry kpi.Entry, f *yamlfile.Faults) {
	for _, name := range entry.SeparateBy {
		if _, named := t.Where[name]; !named {
			f.Add(".where", "where: %s does not add up over %s; name one", t.KPI, name)
		}
	}
}

func haveLabels(labels []string) string {
	if len(labels) == 0 {
		return "it has none"
	}
	return "it has " + strings.Join(labels, ", ")
}

func (t Target) validateValue(scope Scope, entry kpi.Entry, f *yamlfile.Faults) {
	switch {
	case t.Value == nil && t.ValueFrom == nil && t.Between == nil:
		f.Add(".value", "value: missing; give value, or value_from: {at: year_earlier}, {year: YEAR}, {on: DATE} or {kpi: NAME}, or between: {low: LEAST, high: MOST}")
	case t.Value != nil && t.ValueFrom != nil:
		f.Add(".value_from", "give either value or value_from, not both")
	case t.Between != nil:
		t.validateBetween(entry, f)
	case t.Value != nil && t.Value.Sign() < 0 && !entry.AllowNegative:
		f.Add(".value", "value: %s is below zero; %s does not allow negative values", t.Value, t.KPI)
	case t.Value != nil && t.Value.Sign() == 0 && t.Kind(entry.KPI) == AtLeast && !entry.AllowNegative:
		f.Add(".value", "value: no figure of %s is below 0, so the target would always be met", t.KPI)
	case t.Value != nil && t.Unit == "" && entry.Base.IsShare() && t.Value.Cmp(decimal.Whole(10)) > 0:
		f.Add(".value", "value: %s of a share is %s; write unit: percent", t.Value, percent(*t.Value))
	case t.ValueFrom != nil:
		t.validateValueFrom(scope, entry, f)
	}
}

func (t Target) validateValueFrom(scope Scope, entry kpi.Entry, f *yamlfile.Faults) {
	from, given := t.ValueFrom, 0
	for _, is := range []bool{from.KPI != "", from.At != "", !from.On.IsZero(), from.Year != 0} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		f.Add(".value_from", "value_from: give one of kpi, at, on and year")
	case from.KPI != "":
		t.validateOther(scope, entry, f)
	case from.At != "" && !slices.Contains(Shifts, from.At):
		f.Add(".value_from.at", "value_from: at: %q is not year_earlier or 52_weeks_earlier", from.At)
	case from.At == WeeksEarlier && accumulates(scope.KPIs, entry.KPI):
		f.Add(".value_from.at", "value_from: at: %s accumulates from 1 January, and 52 weeks earlier is another day of the year; write year_earlier", t.KPI)
	case !from.On.IsZero() && !t.From.IsZero() && !from.On.Before(t.From):
		f.Add(".value_from.on", "value_from: on: %s is not before the period, which begins on %s", from.On, t.From)
	case from.Year != 0 && from.Year < 1900:
		f.Add(".value_from.year", "value_from: year: %d is not a year such as 2024", from.Year)
	case from.Year != 0 && !t.From.IsZero() && from.Year >= t.From.Year:
		f.Add(".value_from.year", "value_from: year: %d is not before the period, which begins on %s", from.Year, t.From)
	}
	if t.Phasing.Set() {
		f.Add(".phasing", "phasing: with value_from, the figure that it names is what is due; leave phasing out")
	}
}

// accumulates reports whether a KPI, or part of a ratio, starts again each year.
func accumulates(c kpi.Catalogue, k kpi.KPI) bool {
	if k.Ratio == nil {
		return k.Accumulates != ""
	}
	of, _ := c.Get(k.Ratio.Of)
	to, _ := c.Get(k.Ratio.To)
	return of.Accumulates != "" || to.Accumulates != ""
}

// validateOther checks the other KPI that the value is from.
func (t Target) validateOther(scope Scope, entry kpi.Entry, f *yamlfile.Faults) {
	other, ok := scope.KPIs.Get(t.ValueFrom.KPI)
	switch {
	case !ok:
		f.Add(".value_from.kpi", "value_from: no collector gives %q%s", t.ValueFrom.KPI, yamlfile.Suggestion(t.ValueFrom.KPI, scope.KPIs.Names()))
		return
	case t.ValueFrom.KPI == t.KPI:
		f.Add(".value_from.kpi", "value_from: %s cannot be its own target; for its own figure of the past, write {at: year_earlier}, {year: YEAR} or {on: DATE}", t.KPI)
	case other.Histogram != nil:
		f.Add(".value_from.kpi", "value_from: %s is a histogram, which has no single value", t.ValueFrom.KPI)
	case other.Unit != entry.Unit:
		f.Add(".value_from.kpi", "value_from: %s is in %s, but %s in %s", t.ValueFrom.KPI, other.Unit, t.KPI, entry.Unit)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Where)) {
		if slices.Contains(entry.Labels, name) && !slices.Contains(other.Labels, name) {
			f.Add(".value_from.kpi", "value_from: %s has no label %q; %s", t.ValueFrom.KPI, name, haveLabels(other.Labels))
		}
	}
}

// validateYear checks that an accumulating KPI's period is within one calendar
// year. It reports whether phasing can be checked.
func (t Target) validateYear(entry kpi.Entry, f *yamlfile.Faults) bool {
	if t.From.IsZero() || !t.To.IsZero() && t.To.Before(t.From) {
		return false
	}
	phased := entry.Accumulates != "" || t.Phasing.Set()
	firstDay := Date{t.From.Year, time.January, 1}
	switch {
	case entry.Accumulates != "" && t.From != firstDay && !t.Phasing.Set():
		f.Add(".from", "from: %s counts from 1 January, and its value would fall due from %s; write from: %s, or where nothing is counted before, phasing: even", t.KPI, t.From, firstDay)
	case t.To.IsZero() && phased:
		f.Add(".to", "to: missing; a value that falls due over a period needs its last day")
		return false
	case entry.Accumulates != "" && t.From.Year != t.To.Year:
		f.Add(".to", "to: %s is in another year than from, %s, but %s starts again on 1 January; give each year its own target", t.To, t.From, t.KPI)
		return false
	}
	return true
}

// validateThresholds checks that warning and critical are on the worse side of
// the target, with warning nearer to it.
func (t Target) validateThresholds(entry kpi.Entry, f *yamlfile.Faults) {
	for _, one := range []struct {
		key string
		Threshold
	}{{"warning", t.Warning}, {"critical", t.Critical}} {
		switch {
		case one.Share != nil:
			t.validateShare(entry, one.key, *one.Share, f)
		case one.By != nil && one.By.Sign() < 0:
			f.Add("."+one.key, "%s: %s is on the better side of the target; write how much worse the actual may be, such as {by: 2}", one.key, one.Threshold)
		case one.By != nil && t.Value != nil && t.Kind(entry.KPI) == AtLeast && !entry.AllowNegative && one.By.Cmp(*t.Value) > 0:
			f.Add("."+one.key, "%s: %s is more than the whole value, %s; write a distance up to that", one.key, one.Threshold, t.Value)
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
			f.Add(".critical", "critical: %s is nearer to the target than warning, %s", critical, warning)
		}
	case warning.By != nil && critical.By != nil:
		if critical.By.Cmp(*warning.By) < 0 {
			f.Add(".critical", "critical: %s is nearer to the target than warning, %s", critical, warning)
		}
	case warning.At != nil && critical.At != nil:
		if compareWorse(entry, critical.At.Cmp(*warning.At)) < 0 {
			f.Add(".critical", "critical: %s is nearer to the target than warning, %s", critical, warning)
		}
	case t.Value != nil && entry.Accumulates == "" && !t.Phasing.Set():
		// A share and a figure can be compared only if the expected value is constant.
		if w, c := t.figure(entry, warning), t.figure(entry, critical); compareWorse(entry, c.Cmp(w)) < 0 {
			f.Add(".critical", "critical: %s is nearer to the target than warning, %s", critical, warning)
		}
	default:
		f.Add(".critical", "critical: give warning and critical in the same form, both as shares, as distances or as figures")
	}
}

// compareWorse reverses order where a higher value is better, so that the
// worse of two values counts as the larger.
func compareWorse(entry kpi.Entry, order int) int {
	if entry.Better == kpi.Higher {
		return -order
	}
	return order
}

// figure is a threshold for the target's full value, in the target's unit.
func (t Target) figure(entry kpi.Entry, threshold Threshold) decimal.Decimal {
	if threshold.At != nil {
		return *threshold.At
	}
	var width decimal.Decimal
	if threshold.By != nil {
		width = *threshold.By
	} else if width = t.Value.Mul(*threshold.Share); width.Sign() < 0 {
		width = width.Neg()
	}
	if entry.Better == kpi.Higher {
		return t.Value.Sub(width)
	}
	return t.Value.Add(width)
}

func (t Target) validateShare(entry kpi.Entry, key string, share decimal.Decimal, f *yamlfile.Faults) {
	switch {
	case share.Sign() < 0:
		f.Add("."+key, "%s: %s is on the better side of the target; write how much worse the actual may be, such as 5%%", key, Threshold{Share: &share})
	case entry.Better == kpi.Higher && share.Cmp(decimal.Whole(1)) > 0:
		f.Add("."+key, "%s: %s is more than all of the expected value; write a share up to 100%%", key, Threshold{Share: &share})
	case t.Value != nil && t.Value.Sign() == 0:
		f.Add("."+key, "%s: a share of a target of 0 has no meaning; write %s", key,
			map[bool]string{false: "a figure such as {at: 1}", true: "a distance such as {by: 1}"}[t.Kind(entry.KPI).TwoSided()])
	}
}

func (t Target) validateFigure(entry kpi.Entry, key string, figure decimal.Decimal, f *yamlfile.Faults) {
	if kind := t.Kind(entry.KPI); kind.TwoSided() {
		f.Add("."+key, "%s: %s is on one side only, and this target can be missed both ways; write a share such as 5%% or a distance such as {by: 2}", key, Threshold{At: &figure})
		return
	}
	if t.Value == nil {
		return
	}
	rises := entry.Accumulates != "" || t.Phasing.Set()
	switch {
	case compareWorse(entry, figure.Cmp(*t.Value)) < 0:
		f.Add("."+key, "%s: %s is on the wrong side of the target, %s; %s is better, so it must be at or %s it",
			key, figure, t.Value, entry.Better, map[kpi.Direction]string{kpi.Higher: "below", kpi.Lower: "above"}[entry.Better])
	case rises && entry.Better == kpi.Higher:
		f.Add("."+key, "%s: the actual would be below a figure from the first day of the period; write a share of the value due, such as 5%%", key)
	}
}

func (t Target) validatePhasing(entry kpi.Entry, f *yamlfile.Faults) {
	p := t.Phasing
	switch {
	case p.Even && entry.Accumulates == "":
		f.Add(".phasing", "phasing: %s does not accumulate, so even has no meaning; leave phasing out, or give milestones", t.KPI)
	case p.AtOnce && entry.Accumulates == "":
		f.Add(".phasing", "phasing: %s does not accumulate, so all is due at once already; leave phasing out", t.KPI)
	case p.AtOnce && entry.Better != kpi.Lower:
		f.Add(".phasing", "phasing: at_once is for a ceiling, and %s is none; give months or milestones, or leave phasing out", t.KPI)
	case p.Months != nil && entry.Accumulates == "":
		f.Add(".phasing", "phasing: %s does not accumulate, so months have no meaning; leave phasing out, or give milestones", t.KPI)
	case p.Months != nil:
		t.validateMonths(f)
	case p.Milestones != nil:
		t.validateMilestones(entry, f)
	}
}

func (t Target) validateMonths(f *yamlfile.Faults) {
	months := t.Phasing.Months
	if len(months) != 12 {
		f.Add(".phasing.months", "phasing: months: %s; give 12, January first", format.Count(len(months), "share"))
		return
	}
	var sum decimal.Decimal
	for i, share := range months {
		place := fmt.Sprintf(".phasing.months[%d]", i)
		inside := int(t.From.Month) <= i+1 && i+1 <= int(t.To.Month)
		switch {
		case share.Sign() < 0:
			f.Add(place, "phasing: months: %s is below zero", percent(share))
		case share.Sign() > 0 && !inside:
			f.Add(place, "phasing: months: %s is due in month %d, outside the period %s to %s; write 0", percent(share), i+1, t.From, t.To)
		}
		sum = sum.Add(share)
	}
	if sum.Cmp(decimal.Whole(1)) != 0 {
		f.Add(".phasing.months", "phasing: months: the shares add up to %s, not 100%%", percent(sum))
	}
}

func percent(share decimal.Decimal) string { return Threshold{Share: &share}.String() }

func (t Target) validateMilestones(entry kpi.Entry, f *yamlfile.Faults) {
	p := t.Phasing
	if p.Shape != Steps && p.Shape != Lines {
		f.Add(".phasing.shape", "phasing: shape: %q is not steps or lines", p.Shape)
	}
	if p.Shape == Lines && p.Start == nil && entry.Accumulates == "" {
		f.Add(".phasing", "phasing: start: missing; give the value that the line to the first milestone begins from")
	}
	if len(p.Milestones) == 0 {
		f.Add(".phasing.milestones", "phasing: milestones: there are none; leave phasing out")
	}
	for i, m := range p.Milestones {
		place := fmt.Sprintf(".phasing.milestones[%d]", i)
		switch {
		case m.On.IsZero():
			f.Add(place, "phasing: milestones: on: missing; give the day at the end of which the value is due")
			continue
		case m.Value == nil:
			f.Add(place, "phasing: milestones: %s: value: missing", m.On)
			continue
		case m.On.Before(t.From) || t.To.Before(m.On):
			f.Add(place+".on", "phasing: milestones: %s is outside the period %s to %s", m.On, t.From, t.To)
		case m.On == t.To && m.Value.Cmp(*t.Value) != 0:
			f.Add(place+".value", "phasing: milestones: %s on the period's last day is not the target's value, %s", m.Value, t.Value)
		}
		if i == 0 {
			continue
		}
		switch before := p.Milestones[i-1]; {
		case !before.On.Before(m.On):
			f.Add(place+".on", "phasing: milestones: %s is out of order; it follows %s", m.On, before.On)
		case entry.Accumulates != "" && before.Value != nil && m.Value.Cmp(*before.Value)*t.Value.Sign() < 0:
			f.Add(place+".value", "phasing: milestones: %s follows %s, but %s accumulates; give values that approach the target", m.Value, before.Value, t.KPI)
		}
	}
}

func (t Target) validateBetween(entry kpi.Entry, f *yamlfile.Faults) {
	b := t.Between
	switch {
	case t.Value != nil || t.ValueFrom != nil:
		f.Add(".between", "give either value, value_from or between")
	case b.Low == nil || b.High == nil:
		f.Add(".between", "between: give both low and high")
	case b.High.Cmp(*b.Low) == 0:
		f.Add(".between", "between: low and high are both %s; give two values, or for one value a KPI that is better: as_planned", b.Low)
	case b.High.Cmp(*b.Low) < 0:
		f.Add(".between", "between: low, %s, is above high, %s", b.Low, b.High)
	case entry.Accumulates != "":
		f.Add(".between", "between: what falls due over a period has no band; give value, and thresholds around it")
	case t.Phasing.Set():
		f.Add(".phasing", "phasing: nothing falls due in a band; leave phasing out")
	}
}

// validateJudgement checks what says when, and how strictly, the figure is judged.
func (t Target) validateJudgement(scope Scope, entry kpi.Entry, f *yamlfile.Faults) {
	from := t.JudgeFrom
	switch {
	case from.By != nil:
		f.Add(".judge_from", "judge_from: %s is neither a share of the period such as 10%% nor an amount due such as {at: 30}", from)
	case from.Share != nil && (from.Share.Sign() <= 0 || from.Share.Cmp(decimal.Whole(1)) >= 0):
		f.Add(".judge_from", "judge_from: %s is not a share of the period between 0 and 100%%", from)
	case from.At != nil && from.At.Sign() <= 0:
		f.Add(".judge_from", "judge_from: %s is not an amount above zero", from)
	case from.At != nil && t.Between != nil:
		f.Add(".judge_from", "judge_from: nothing falls due in a band; write a share of the period such as 10%%")
	case from.Set() && !t.DoneBy.IsZero():
		f.Add(".judge_from", "judge_from: done_by says from when on the figure is judged; leave judge_from out")
	case from.At != nil && t.Value != nil && (entry.Accumulates == "" && !t.Phasing.Set() || t.Phasing.AtOnce):
		f.Add(".judge_from", "judge_from: the whole value is due from the first day; write a share of the period such as 10%%")
	case from.At != nil && t.Value != nil && !t.reachesBeforeEnd(*from.At):
		f.Add(".judge_from", "judge_from: %s is not due before the period ends, so the figure would never be judged; write an amount that is due earlier", from)
	case from.Share != nil && t.To.IsZero() && !accumulates(scope.KPIs, entry.KPI):
		f.Add(".judge_from", "judge_from: %s of a period without an end; give to, or leave judge_from out", from)
	}
	if t.Strict && t.Kind(entry.KPI).TwoSided() {
		f.Add(".strict", "strict: this target wants neither more nor less; leave strict out")
	}
	switch {
	case t.DoneBy.IsZero():
	case t.Value == nil:
		f.Add(".done_by", "done_by: give the value that is to be reached by then")
	case entry.Accumulates != "" || t.Phasing.Set():
		f.Add(".done_by", "done_by: the value falls due over the period; give phasing: {milestones: [...]} instead")
	case t.DoneBy.Before(t.From) || !t.To.IsZero() && t.To.Before(t.DoneBy):
		f.Add(".done_by", "done_by: %s is outside the period %s", t.DoneBy, period(t))
	case t.DoneBy == t.To:
		f.Add(".done_by", "done_by: %s is the period's last day, and the figure is judged after it; give a later to, or leave to out", t.DoneBy)
	}
}

// reachesBeforeEnd reports whether an amount is due before the end of the period, at
// which the value is.
func (t Target) reachesBeforeEnd(amount decimal.Decimal) bool {
	due := *t.Value
	for _, m := range t.Phasing.Milestones {
		if m.Value != nil && amount.Cmp(m.Value.Abs()) <= 0 && m.On.Before(t.To) {
			return true
		}
	}
	return amount.Cmp(due.Abs()) < 0 && t.Phasing.Shape != Steps
}
