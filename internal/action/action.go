// Package action holds what a region does about its plan: the activities that are to
// reach it and the risks that could keep it from that, each with the targets and KPIs
// that would show whether it has an effect.
package action

import (
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/plan"
)

// The tables, in a region's directory. A region may lack either.
const (
	ActivitiesFile = "plan/activities.csv"
	RisksFile      = "plan/risks.csv"
)

// Scope is what the tables may refer to.
type Scope struct {
	// KPIs that may show an effect.
	KPIs kpi.Catalogue
	// Targets that may show one: those of the plan.
	Targets []plan.Target
	// Owners that may answer for an action; nil leaves owners unchecked.
	Owners []string
	// Languages that every text must be in.
	Languages *language.Set
	// Resolve gives the text of the value of cite: that of the citation of this id, or the
	// value itself.
	Resolve func(cite string) (string, error)
}

// Action is what activities and risks have in common.
type Action struct {
	// Owner answers for it, by the id in oncall.yaml; "" where the source names nobody.
	Owner string
	// Targets and KPIs are those that would show the effect, by id and by name. Both are
	// empty where no figure would.
	Targets, KPIs []string
	// Progress is how far it has come, and Comment what is said of that.
	Progress Progress
	Comment  language.Text
	// Cite is the text of the citation of where the action is set down, and CommentCite
	// that of where its progress and comment are from.
	Cite, CommentCite string
}

// Linked reports whether any figure would show the effect.
func (a Action) Linked() bool { return len(a.Targets)+len(a.KPIs) > 0 }

// Progress is how far an action has come, as the table says.
type Progress string

// How far an action may have come.
const (
	NotReported Progress = ""
	NotStarted  Progress = "not_started"
	UnderWay    Progress = "under_way"
	Done        Progress = "done"
	Stopped     Progress = "stopped"
)

// progresses are those that a table may name.
var progresses = []string{string(NotStarted), string(UnderWay), string(Done), string(Stopped)}

// Words says how far the action has come.
func (p Progress) Words(l *language.Language) string {
	switch p {
	case NotReported:
		return l.Say("Not reported")
	case NotStarted:
		return l.Say("Not started")
	case UnderWay:
		return l.Say("Under way")
	case Done:
		return l.Say("Done")
	case Stopped:
		return l.Say("Stopped")
	}
	return string(p)
}
