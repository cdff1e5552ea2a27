package plan

import (
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"planwatch/internal/decimal"
	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
)

// Phasing is how a target's value falls due over its period. With the zero
// Phasing it depends on the KPI.
//
// Time is counted in local days, with the fraction of the day that has passed.
// 29 February is a day like others, and a day of 23 or 25 hours is one day.
// Nothing is due at the first moment of the first day, and the whole value at
// the end of the last day. A milestone is due at the end of its day: work that
// is due by 30 June may be done on that day.
type Phasing struct {
	// Even makes equal parts due each day.
	Even bool
	// AtOnce makes all due from the first day, as of a ceiling, which no pace leads to.
	AtOnce bool
	// Months are the twelve months' shares of the year's value, January first, each due evenly over its month.
	Months []decimal.Decimal
	// Milestones are what is to be reached on the way, in order of date. The value itself is the last.
	Milestones []Milestone
	// Shape joins the milestones.
	Shape Shape
	// Start is what the lines begin from at the period's first moment, and what steps hold until the first milestone.
	Start *decimal.Decimal
}

// Milestone is a value to be reached by the end of a day.
type Milestone struct {
	On    Date             `yaml:"on"`
	Value *decimal.Decimal `yaml:"value"`
}

// Shape is how milestones are joined.
type Shape string

// The shapes.
const (
	// Steps keep a milestone's value until the next is due.
	Steps Shape = "steps"
	// Lines lead straight from one milestone to the next.
	Lines Shape = "lines"
)

// Set reports whether the target has a phasing of its own.
func (p Phasing) Set() bool { return p.Even || p.AtOnce || p.Months != nil || p.Milestones != nil }

type phasingMapping struct {
	Months     []Share          `yaml:"months,omitempty"`
	Milestones []Milestone      `yaml:"milestones,omitempty"`
	Shape      Shape            `yaml:"shape,omitempty"`
	Start      *decimal.Decimal `yaml:"start,omitempty"`
}

// Share is a part of a whole, read as ParseShare does.
type Share struct{ decimal.Decimal }

// UnmarshalYAML reads the share. Errors have the line.
func (s *Share) UnmarshalYAML(node ast.Node) error {
	parsed, err := ParseShare(yamlfile.Scalar(node))
	s.Decimal = parsed
	return yamlfile.At(node, err)
}

// UnmarshalYAML reads even, at_once, or a mapping with months or milestones.
func (p *Phasing) UnmarshalYAML(node ast.Node) error {
	if !yamlfile.IsMapping(node) {
		switch text := yamlfile.Scalar(node); text {
		case "even":
			*p = Phasing{Even: true}
		case "at_once":
			*p = Phasing{AtOnce: true}
		default:
			return yamlfile.At(node, fmt.Errorf("%q is not even, at_once, {months: [...]} or {milestones: [...]}", text))
		}
		return nil
	}
	var m phasingMapping
	if err := yaml.NodeToValue(node, &m, yaml.Strict()); err != nil {
		return err
	}
	switch {
	case m.Months != nil && m.Milestones != nil:
		return yamlfile.At(node, fmt.Errorf("give either months or milestones, not both"))
	case m.Months == nil && m.Milestones == nil:
		return yamlfile.At(node, fmt.Errorf("phasing is even, at_once, {months: [...]} or {milestones: [...]}"))
	case m.Months != nil && (m.Shape != "" || m.Start != nil):
		return yamlfile.At(node, fmt.Errorf("shape and start belong to milestones, not to months"))
	}
	*p = Phasing{Milestones: m.Milestones, Shape: m.Shape, Start: m.Start}
	for _, share := range m.Months {
		p.Months = append(p.Months, share.Decimal)
	}
	if p.Milestones != nil && p.Shape == "" {
		p.Shape = Steps
	}
	return nil
}

// Expected is the value due by at, in the KPI's unit, for a target that has
// a value of its own. ok is false before the first milestone, if there is no
// value to start from.
func (t *Target) Expected(k *kpi.KPI, at time.Time, location *time.Location) (value float64, ok bool) {
	full := t.inBaseUnit(*t.Value)
	if !t.DoneBy.IsZero() {
		return full, !at.Before(t.DoneBy.Ends(location))
	}
	if t.Phasing.Milestones != nil {
		return t.milestoneValue(k, dayOf(at, location), full)
	}
	return full * t.Share(k, at, location), true
}

// Share is how much of the value is due by at, from 0 to 1. With milestones it
// is the expected value over the full value. For a KPI that does not accumulate
// it is 1 if there is no phasing.
func (t *Target) Share(k *kpi.KPI, at time.Time, location *time.Location) float64 {
	p := t.Phasing
	if p.AtOnce || !p.Set() && k.Accumulates == "" {
		return 1
	}
	now := dayOf(at, location)
	switch {
	case p.Milestones != nil:
		full := t.inBaseUnit(*t.Value)
		expected, ok := t.milestoneValue(k, now, full)
		if !ok || full == 0 {
			return 0
		}
		return expected / full
	case p.Months != nil:
		return t.monthly(k, now)
	}
	return accruedShare(k, now, t.From.number(), t.To.number()+1)
}

// elapsedShare is the share of the days from begins to ends that has passed.
func elapsedShare(now float64, begins, ends int) float64 {
	return min(max((now-float64(begins))/float64(ends-begins), 0), 1)
}

// monthly adds up the shares of the months so far. The share of a month that
// is only partly in the period is due over the days in the period.
func (t *Target) monthly(k *kpi.KPI, now float64) float64 {
	var sum float64
	for i, share := range t.Phasing.Months {
		first := Date{t.From.Year, time.Month(i + 1), 1}
		begins := max(first.number(), t.From.number())
		ends := min(Date{first.Year, first.Month + 1, 1}.number(), t.To.number()+1)
		if begins < ends {
			sum += share.Float() * accruedShare(k, now, begins, ends)
		}
	}
	return min(sum, 1)
}

// milestoneValue is the value that is due by now according to the milestones.
func (t *Target) milestoneValue(k *kpi.KPI, now, full float64) (value float64, ok bool) {
	p := t.Phasing
	begins := float64(t.From.number())
	ok = p.Start != nil || k.Accumulates != ""
	if p.Start != nil {
		value = t.inBaseUnit(*p.Start)
	}
	type point struct{ due, value float64 }
	points := make([]point, 0, len(p.Milestones)+1)
	for _, m := range p.Milestones {
		points = append(points, point{float64(m.On.number() + 1), t.inBaseUnit(*m.Value)})
	}
	if end := t.To; !end.IsZero() {
		points = append(points, point{float64(end.number() + 1), full})
	}
	for _, next := range points {
		if now >= next.due {
			begins, value, ok = next.due, next.value, true
			continue
		}
		if p.Shape == Lines {
			value += (next.value - value) * min(max((now-begins)/(next.due-begins), 0), 1)
		}
		break
	}
	return value, ok
}
