package plan

import "planwatch/internal/language"

// Basis is what a target is based on.
type Basis string

// The bases.
const (
	ByPlan      Basis = "plan"
	ByReport    Basis = "report"
	ByLaw       Basis = "law"
	National    Basis = "national"
	Operational Basis = "operational"
)

var bases = []Basis{ByPlan, ByReport, ByLaw, National, Operational}

// Words returns the basis for people.
func (b Basis) Words(l *language.Language) string {
	switch b {
	case ByPlan:
		return l.Say("the plan")
	case ByReport:
		return l.Say("the report")
	case ByLaw:
		return l.Say("the law")
	case National:
		return l.Say("a national goal")
	}
	return l.Say("the region's own limit")
}
