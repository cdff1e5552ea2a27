package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"planwatch/internal/action"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/plan"
)

// ActionFormats are the formats of the activities and of the risks. CSV and JSON are for
// programs.
func ActionFormats() []format.Format { return []format.Format{format.Table, format.JSON, format.CSV} }

// ActionObject is what activities and risks have in common, in JSON. A text that there is
// not is "", and what is not known is null.
type ActionObject struct {
	// Who answers for it: an id in oncall.yaml, or "".
	Owner string `json:"owner"`
	// How far it has come; null where that is not reported.
	Progress *action.Progress `json:"status" jsonschema:"enum=not_started,enum=under_way,enum=done,enum=stopped"`
	// What is said of that.
	Comment string `json:"comment"`
	// Where that is said.
	CommentCite string `json:"comment_cite"`
	// Where it stands in the sources.
	Cite string `json:"cite"`
	// Whether its effect comes, by the figures that would show it.
	Effect string `json:"effect" jsonschema:"enum=missing,enum=not_known,enum=seen,enum=not_linked"`
	// The rows of the report that would show the effect.
	Linked []Object `json:"linked"`
}

func objectOf(a action.Action, o Outcome, l *language.Language) ActionObject {
	made := ActionObject{Owner: a.Owner, Comment: l.Of(a.Comment), CommentCite: a.CommentCite, Cite: a.Cite, Effect: o.Effect.Word(), Linked: []Object{}}
	if a.Progress != action.NotReported {
		made.Progress = &a.Progress
	}
	for _, row := range o.Rows {
		made.Linked = append(made.Linked, row.Object())
	}
	return made
}

// columns are what both have in CSV, after the columns of their own.
var actionColumns = []string{"owner", "status", "comment", "comment_cite", "cite", "effect", "linked", "off_plan"}

func cellsOf(a action.Action, o Outcome, l *language.Language) []string {
	return []string{a.Owner, string(a.Progress), l.Of(a.Comment), a.CommentCite, a.Cite, o.Effect.Word(), linkedIDs(o.Rows), linkedIDs(o.Off())}
}

// ActivityObject is an activity in JSON, with its texts in one language.
type ActivityObject struct {
	// Its name.
	ID string `json:"id"`
	// The goal that it is for.
	Goal string `json:"goal"`
	// What people call it.
	Name string `json:"name"`
	// What is done.
	Description string `json:"description"`
	// The effect that is expected.
	Expected string `json:"expected_effect"`
	// The day on which it begins.
	Begins *string `json:"begins" jsonschema:"format=date"`
	// The day on which it ends.
	Ends *string `json:"ends" jsonschema:"format=date"`
	ActionObject
}

// RiskObject is a risk in JSON, with its texts in one language.
type RiskObject struct {
	// Its number in the register.
	Number int `json:"number"`
	// The kind of the goal that it threatens.
	GoalType string `json:"goal_type"`
	// The goal that it threatens.
	Goal string `json:"goal_area"`
	// What may happen.
	Risk string `json:"risk"`
	// What would follow.
	Harmed string `json:"risk_effect"`
	// The kinds of harm.
	Harm string `json:"harm"`
	// How likely it is, by the register's scale.
	Likelihood *int `json:"likelihood"`
	// How grave it would be, by the register's scale.
	Consequence *int `json:"consequence"`
	// The level that follows.
	Level string `json:"level"`
	// What is done about it in principle.
	Response string `json:"response"`
	// What is done about it.
	Measure string `json:"measure"`
	ActionObject
}

// ActivityObjects are activities as programs are told them; none is an empty list.
func ActivityObjects(activities []Activity, l *language.Language) []ActivityObject {
	objects := []ActivityObject{}
	for _, a := range activities {
		objects = append(objects, ActivityObject{
			a.ID, l.Of(a.Goal), l.Of(a.Name), l.Of(a.Description), l.Of(a.Activity.Expected), day(a.Begins), day(a.Ends), objectOf(a.Action, a.Outcome, l),
		})
	}
	return objects
}

// RiskObjects are risks as programs are told them; none is an empty list.
func RiskObjects(risks []Risk, l *language.Language) []RiskObject {
	objects := []RiskObject{}
	for _, k := range risks {
		objects = append(objects, RiskObject{
			k.Number, l.Of(k.GoalType), l.Of(k.Goal), l.Of(k.Risk.Risk), l.Of(k.Risk.Effect), l.Of(k.Harm), step(k.Likelihood), step(k.Consequence),
			l.Of(k.Level), l.Of(k.Response), l.Of(k.Measure), objectOf(k.Action, k.Outcome, l),
		})
	}
	return objects
}

// WriteActivities prints activities of the report in one of ActionFormats, with the
// texts in the language.
func (r *Report) WriteActivities(w io.Writer, activities []Activity, f format.Format, l *language.Language) error {
	switch f {
	case format.JSON:
		return format.WriteJSON(w, ActivityObjects(activities, l))
	case format.CSV:
		rows := [][]string{append([]string{"id", "goal", "name", "description", "expected_effect", "begins", "ends"}, actionColumns...)}
		for _, a := range activities {
			rows = append(rows, append([]string{a.ID, l.Of(a.Goal), l.Of(a.Name), l.Of(a.Description), l.Of(a.Activity.Expected), text(day(a.Begins)), text(day(a.Ends))},
				cellsOf(a.Action, a.Outcome, l)...))
		}
		return format.WriteCSV(w, rows)
	case format.Table:
		list := make([]listed, len(activities))
		for i, a := range activities {
			list[i] = listed{r.ActivityTitle(a, l), l.Say("Expected effect") + ": " + l.Of(a.Activity.Expected), a.Action, a.Outcome}
		}
		return r.writeListed(w, list, l)
	}
	return fmt.Errorf("activities: no format %q", f)
}

// WriteRisks prints risks of the report in one of ActionFormats, with the texts in the
// language.
func (r *Report) WriteRisks(w io.Writer, risks []Risk, f format.Format, l *language.Language) error {
	switch f {
	case format.JSON:
		return format.WriteJSON(w, RiskObjects(risks, l))
	case format.CSV:
		rows := [][]string{append([]string{"number", "goal_type", "goal_area", "risk", "risk_effect", "harm", "likelihood", "consequence", "level", "response", "measure"}, actionColumns...)}
		for _, k := range risks {
			rows = append(rows, append([]string{
				strconv.Itoa(k.Number), l.Of(k.GoalType), l.Of(k.Goal), l.Of(k.Risk.Risk), l.Of(k.Risk.Effect), l.Of(k.Harm), stepCell(k.Likelihood), stepCell(k.Consequence),
				l.Of(k.Level), l.Of(k.Response), l.Of(k.Measure),
			}, cellsOf(k.Action, k.Outcome, l)...))
		}
		return format.WriteCSV(w, rows)
	case format.Table:
		list := make([]listed, len(risks))
		for i, k := range risks {
			measure := ""
			if words := l.Of(k.Measure); words != "" {
				measure = l.Say("Measure") + ": " + words
			}
			list[i] = listed{titled(r.RiskTitle(k, l), l.Of(k.Level)), measure, k.Action, k.Outcome}
		}
		return r.writeListed(w, list, l)
	}
	return fmt.Errorf("risks: no format %q", f)
}

// listed is an activity or a risk as a terminal shows it.
type listed struct {
	title, about string
	action       action.Action
	outcome      Outcome
}

// writeListed prints how many there are of each effect, and then each in some lines.
func (r *Report) writeListed(w io.Writer, list []listed, l *language.Language) error {
	out := bufio.NewWriter(w)
	counts := map[Effect]int{}
	for _, one := range list {
		counts[one.outcome.Effect]++
	}
	fmt.Fprintf(out, "%s\n%s\n", format.Cell(r.Headline(l)), EffectCounts(counts, l))
	for _, one := range list {
		fmt.Fprintln(out)
		title := titled(one.title, strings.ToLower(one.outcome.Effect.Words(l)))
		if one.action.Progress != action.NotReported {
			title = titled(title, strings.ToLower(one.action.Progress.Words(l)))
		}
		writeWrapped(out, one.outcome.Effect.Symbol()+" ", title, tableWidth)
		lines := append([]string{one.about, l.Of(one.action.Comment)}, one.outcome.ShortWords(l)...)
		for _, line := range lines {
			if line != "" {
				writeWrapped(out, "    ", line, tableWidth)
			}
		}
	}
	return out.Flush()
}

// EffectCounts say how many there are of each effect; what none has is left out, but for
// those that do not come.
func EffectCounts(counts map[Effect]int, l *language.Language) string {
	var parts []string
	for _, e := range Effects() {
		if counts[e] > 0 || e == Missing {
			parts = append(parts, e.Symbol()+" "+strings.ToLower(e.Words(l))+" "+l.Count(counts[e]))
		}
	}
	return strings.Join(parts, ", ")
}

func day(d plan.Date) *string {
	if d.IsZero() {
		return nil
	}
	return new(d.String())
}

func step(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func stepCell(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
