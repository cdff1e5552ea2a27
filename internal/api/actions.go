package api

import "planwatch/internal/report"

// Activities are the plan's activities that are chosen, and whether their effect comes.
type Activities struct {
	Head
	Activities []report.ActivityObject `json:"activities"`
}

// Risks are the register's risks that are chosen, and whether their measures have an effect.
type Risks struct {
	Head
	Risks []report.RiskObject `json:"risks"`
}
