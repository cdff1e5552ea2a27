package report

import (
	"slices"
	"strings"

	"planwatch/config"
	"planwatch/internal/action"
	"planwatch/internal/course"
	"planwatch/internal/language"
)

// Outcome is what the figures say of an activity or a risk.
type Outcome struct {
	Effect Effect
	// Rows are those that would show the effect, the worst first.
	Rows []Row
}

// Activity is an activity of the plan beside the figures.
type Activity struct {
	action.Activity
	Outcome
}

// Risk is a risk beside the figures.
type Risk struct {
	action.Risk
	Outcome
}

// holdActions sets the report's activities and risks, by all its rows.
func (r *Report) holdActions() {
	if len(r.Region.Activities)+len(r.Region.Risks) == 0 {
		return
	}
	cells := map[string]course.Cell{}
	for _, t := range r.Region.Plan.Targets {
		cells[t.ID] = course.CellOf(t.KPI, t.Where)
	}
	// The places in Rows of each cell, and of each KPI.
	ofCell, ofKPI := map[course.Cell][]int{}, map[string][]int{}
	for i, row := range r.Rows {
		ofCell[row.cell()] = append(ofCell[row.cell()], i)
		ofKPI[row.KPI.Name] = append(ofKPI[row.KPI.Name], i)
	}
	outcome := func(a action.Action) Outcome {
		var places []int
		absent := 0
		add := func(found []int) {
			places = append(places, found...)
			if len(found) == 0 {
				absent++
			}
		}
		for _, id := range a.Targets {
			add(ofCell[cells[id]])
		}
		for _, name := range a.KPIs {
			add(ofKPI[name])
		}
		slices.Sort(places)
		var rows []Row
		for _, i := range slices.Compact(places) {
			rows = append(rows, r.Rows[i])
		}
		return Outcome{EffectOf(rows, absent), rows}
	}
	for _, a := range r.Region.Activities {
		r.Activities = append(r.Activities, Activity{a, outcome(a.Action)})
	}
	for _, k := range r.Region.Risks {
		r.Risks = append(r.Risks, Risk{k, outcome(k.Action)})
	}
}

// Short are the activities and the risks whose effect does not come, by a target that is
// among the report's rows.
func (r *Report) Short() (activities []Activity, risks []Risk) {
	shown := map[course.Cell]bool{}
	for _, row := range r.Rows {
		if row.Status.Off() {
			shown[row.cell()] = true
		}
	}
	short := func(o Outcome) bool {
		return slices.ContainsFunc(o.Off(), func(row Row) bool { return shown[row.cell()] })
	}
	for _, a := range r.Activities {
		if short(a.Outcome) {
			activities = append(activities, a)
		}
	}
	for _, k := range r.Risks {
		if short(k.Outcome) {
			risks = append(risks, k)
		}
	}
	return activities, risks
}

// OwnerName is what an owner is called; "" for none.
func (r *Report) OwnerName(id string, l *language.Language) string {
	return ownerName(r.Region, id, l)
}

// ActionChoice is the activities or risks that a reader asks for: those of one of the
// owners and with one of the effects; an empty list is of all.
type ActionChoice struct {
	// Owners are ids in oncall.yaml.
	Owners  []string
	Effects []Effect
}

// NewActionChoice checks the ids of owners and the names of effects.
func NewActionChoice(region *config.Region, owners, effects []string) (ActionChoice, error) {
	c := ActionChoice{Owners: owners}
	if err := known(listOwner, owners, actionOwners(region)); err != nil {
		return ActionChoice{}, err
	}
	for _, text := range effects {
		e, err := ParseEffect(text)
		if err != nil {
			return ActionChoice{}, err
		}
		c.Effects = append(c.Effects, e)
	}
	return c, nil
}

// actionOwners are those who may answer for activities and risks.
func actionOwners(region *config.Region) []string {
	if region.OnCall != nil {
		return region.OnCall.OwnerIDs()
	}
	var ids []string
	for _, a := range region.Activities {
		ids = append(ids, a.Owner)
	}
	for _, k := range region.Risks {
		ids = append(ids, k.Owner)
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
}

func (c ActionChoice) has(a action.Action, o Outcome) bool {
	return (len(c.Owners) == 0 || slices.Contains(c.Owners, a.Owner)) && (len(c.Effects) == 0 || slices.Contains(c.Effects, o.Effect))
}

// ChooseActivities are the report's that were asked for.
func (r *Report) ChooseActivities(c ActionChoice) []Activity {
	return slices.DeleteFunc(slices.Clone(r.Activities), func(a Activity) bool { return !c.has(a.Action, a.Outcome) })
}

// ChooseRisks are the report's that were asked for.
func (r *Report) ChooseRisks(c ActionChoice) []Risk {
	return slices.DeleteFunc(slices.Clone(r.Risks), func(k Risk) bool { return !c.has(k.Action, k.Outcome) })
}

// ActivityTitle is the activity's name, and whose it is.
func (r *Report) ActivityTitle(a Activity, l *language.Language) string {
	return titled(l.Of(a.Name), r.OwnerName(a.Owner, l))
}

// RiskTitle is the risk's number and words, and whose it is.
func (r *Report) RiskTitle(k Risk, l *language.Language) string {
	return titled(l.Count(k.Number)+". "+strings.TrimSuffix(l.Of(k.Risk.Risk), "."), r.OwnerName(k.Owner, l))
}

func titled(name, owner string) string { return joined(language.OneLine(name), owner) }
