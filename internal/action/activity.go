package action

import (
	"errors"
	"io/fs"

	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/plan"
)

// Activity is what somebody does to reach a goal of the plan, in the table's words.
type Activity struct {
	Action
	// ID tells it from the others: lower-case words joined by hyphens.
	ID string
	// Goal of the plan that it is for.
	Goal language.Text
	// Name in a few words, Description of what is done, and the Expected effect.
	Name, Description, Expected language.Text
	// Begins and Ends are its first and last day; zero where the source says none.
	Begins, Ends plan.Date
}

// activityColumns are those of the table of activities.
var activityColumns = []column{
	{name: "id", required: true},
	{name: "owner"},
	{name: "goal", text: true, required: true},
	{name: "name", text: true, required: true},
	{name: "description", text: true, required: true},
	{name: "expected_effect", text: true, required: true},
	{name: "begins"},
	{name: "ends"},
}

// LoadActivities reads and checks the region's activities, in the table's order. Without
// a table there are none. The error joins all faults, each with file, line and column.
func LoadActivities(files fs.FS, scope Scope) ([]Activity, error) {
	t, err := load(files, ActivitiesFile, activityColumns, scope)
	if t == nil {
		return nil, err
	}
	var activities []Activity
	seen := map[string]int{}
	for _, r := range t.rows("activity", "id") {
		a := Activity{
			ID: r.cell("id"), Goal: r.text("goal", true), Name: r.text("name", true),
			Description: r.text("description", true), Expected: r.text("expected_effect", true),
			Begins: r.date("begins"), Ends: r.date("ends"), Action: r.action(),
		}
		if !naming.ValidID(a.ID) {
			r.fault("id", "%q is not lower-case words joined by hyphens, such as shorter-queues", a.ID)
		} else if line, twice := seen[a.ID]; twice {
			r.fault("id", "the activity in line %d has the same id", line)
		}
		seen[a.ID] = r.Line
		if !a.Begins.IsZero() && !a.Ends.IsZero() && a.Ends.Before(a.Begins) {
			r.fault("ends", "%s is before %s, when it begins", a.Ends, a.Begins)
		}
		activities = append(activities, a)
	}
	return activities, errors.Join(t.faults...)
}
