package report

import "planwatch/internal/language"

// PartKind is what the region is divided into.
type PartKind int

// The kinds of parts: what dashboards show, and who answers for targets.
const (
	Areas PartKind = iota
	Owners
)

// Breakdown is the parts of a kind that have targets, those with the most off plan
// first.
type Breakdown struct {
	Kind PartKind
	// Heading is what people call a part, in a language.
	Heading string
	Parts   []Part
}

// Part is how many targets of a part of the region are off plan, of those that are
// judged.
type Part struct {
	// ID is what a Choice calls it, and Title what people do.
	ID, Title   string
	Off, Judged int
	// Then is how many were off at the moment that the report compares with; 0 without one.
	Then int
}

// Breakdowns count the targets of the report's rows by the parts of the region. A kind
// of which no part has targets is left out.
func (r *Report) Breakdowns(l *language.Language) []Breakdown {
	var all []Breakdown
	for _, ts := range r.counted(l) {
		d := Breakdown{Kind: ts.kind, Heading: ts.heading}
		for _, parts := range [][]tally{ts.off, ts.fine} {
			for _, t := range parts {
				d.Parts = append(d.Parts, Part{t.id, t.title, t.off, t.judged, t.then})
			}
		}
		all = append(all, d)
	}
	return all
}
