package action

import (
	"errors"
	"io/fs"

	"planwatch/internal/language"
)

// Risk is what could keep the region from its plan, and what is done against it, in the
// words of the region's register.
type Risk struct {
	Action
	// Number tells it from the others.
	Number int
	// GoalType and Goal are what it could keep the region from.
	GoalType, Goal language.Text
	// Risk is what could happen and why, Effect what would follow, and Harm the kinds of it.
	Risk, Effect, Harm language.Text
	// Likelihood and Consequence are on the register's scale; zero where it says none.
	Likelihood, Consequence int
	// Level that follows from them, the Response to it, and the Measure that is taken. Any
	// of them may be empty.
	Level, Response, Measure language.Text
}

// mostOnScale is the highest likelihood or consequence of a register; most have four or
// five steps.
const mostOnScale = 10

// riskColumns are those of the table of risks.
var riskColumns = []column{
	{name: "number", required: true},
	{name: "owner"},
	{name: "goal_type", text: true},
	{name: "goal_area", text: true, required: true},
	{name: "risk", text: true, required: true},
	{name: "effect", text: true},
	{name: "harm", text: true},
	{name: "likelihood"},
	{name: "consequence"},
	{name: "level", text: true},
	{name: "response", text: true},
	{name: "measure", text: true, required: true},
}

// LoadRisks reads and checks the region's risks, in the table's order. Without a table
// there are none. The error joins all faults, each with file, line and column.
func LoadRisks(files fs.FS, scope Scope) ([]Risk, error) {
	t, err := load(files, RisksFile, riskColumns, scope)
	if t == nil {
		return nil, err
	}
	var risks []Risk
	seen := map[int]int{}
	for _, r := range t.rows("risk", "number") {
		k := Risk{
			Number: r.whole("number", true), GoalType: r.text("goal_type", false), Goal: r.text("goal_area", true),
			Risk: r.text("risk", true), Effect: r.text("effect", false), Harm: r.text("harm", false),
			Likelihood: r.step("likelihood"), Consequence: r.step("consequence"),
			Level: r.text("level", false), Response: r.text("response", false), Measure: r.text("measure", false),
			Action: r.action(),
		}
		if line, twice := seen[k.Number]; twice && k.Number > 0 {
			r.fault("number", "the risk in line %d has the same number", line)
		}
		seen[k.Number] = r.Line
		risks = append(risks, k)
	}
	return risks, errors.Join(t.faults...)
}
