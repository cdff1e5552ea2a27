package plan

import (
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/unit"
)

// Scope is what a plan may refer to.
type Scope struct {
	// KPIs that targets may be set for.
	KPIs kpi.Catalogue
	// Owners that targets may name; nil leaves owners unchecked.
	Owners []string
	// Units that amounts may be written in.
	Units *unit.Set
	// Languages that every text must be in.
	Languages *language.Set
}
