package plan

import "time"

// Assessments are all targets compared with the samples of one moment.
type Assessments struct {
	// At is that moment, by planwatch's clock.
	At time.Time
	// Targets are in order of the plan, as Assess gives them.
	Targets []Assessment
}
