package report

import (
	"fmt"
	"slices"
	"strings"

	"planwatch/internal/language"
	"planwatch/internal/status"
	"planwatch/plan"
)

// Headline returns the region and the moment.
func (r *Report) Headline(l *language.Language) string {
	return fmt.Sprintf("%s, %s", r.Region.Title, l.Moment(r.At))
}

// heading is the lines above the rows.
func (r *Report) heading(l *language.Language) []string {
	lines := []string{r.Headline(l), r.SelectionWords(l)}
	if r.Compared != nil {
		lines = append(lines, r.Compared.Words(l))
	}
	return slices.DeleteFunc(append(lines, r.Counts(l)), func(line string) bool { return line == "" })
}

// Counts returns the number of rows with each status. That there is no alert is said
// too; other statuses that no row has are left out.
func (r *Report) Counts(l *language.Language) string {
	var counts []string
	for _, group := range r.Groups() {
		if len(group.Rows) == 0 && (group.Status > status.Warning || !r.Selection.mayHave(group.Status)) {
			continue
		}
		counts = append(counts, group.Status.Symbol()+" "+strings.ToLower(group.Status.Name(l))+" "+l.Count(len(group.Rows)))
	}
	return strings.Join(counts, ", ")
}

// Title returns the KPI's title; for a histogram with the quantile.
func (r Row) Title(l *language.Language) string {
	title := language.OneLine(l.Of(r.KPI.Title))
	if r.KPI.Histogram != nil {
		return l.Say("%s (mean)", title)
	}
	return title
}

// Place returns the row's label values, in words.
func (r Row) Place(l *language.Language) string {
	if len(r.Where) == 0 {
		return l.Say("Whole region")
	}
	return strings.Join(r.Where, ", ")
}

// Why returns why there is no status or no figure, or "".
func (r Row) Why(l *language.Language) string {
	switch r.Reason {
	case "":
		return ""
	case plan.NoFigure:
		return l.Say("no figure")
	case plan.Withheld:
		return l.Say("withheld: too few people, or not published yet")
	case plan.OtherPeriod:
		return l.Say("the figure is not of the target's period")
	case plan.TooLittle:
		return l.Say("too early to judge")
	case plan.ReferenceWithheld:
		return l.Say("the figure to compare with is withheld")
	case plan.NoReference:
		return l.Say("no figure to compare with")
	case plan.NotBegun:
		return l.Say("the target's period has not begun")
	case plan.NothingDue:
		return l.Say("nothing is due yet")
	case plan.Expired:
		return l.Say("the target's period has ended")
	}
	return string(r.Reason)
}

// BasisWords returns what the row's target is based on; "" without a target.
func (r Row) BasisWords(l *language.Language) string {
	if r.Target == nil {
		return ""
	}
	return r.Target.Basis.Words(l)
}

// Source returns Why, what the target is based on, and the citation.
func (r Row) Source(l *language.Language) string {
	return joined(r.Why(l), r.otherBasis(l), language.OneLine(r.Cite))
}

// shortSource returns Why, what the target is based on, and the locator.
func (r Row) shortSource(l *language.Language) string {
	return joined(r.Why(l), r.otherBasis(l), r.Locator())
}

// otherBasis is BasisWords where the citation does not say it: those of the plan and of
// the report name the document.
func (r Row) otherBasis(l *language.Language) string {
	if r.Cite != "" && r.Target != nil && (r.Target.Basis == plan.ByPlan || r.Target.Basis == plan.ByReport) {
		return ""
	}
	return r.BasisWords(l)
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " · ")
}

// Locator returns the citation without the name of its document and the
// quotation: the place in the document.
func (r Row) Locator() string {
	cite, _, _ := strings.Cut(language.OneLine(r.Cite), ": ”")
	cite = strings.TrimRight(cite, ".")
	if _, place, found := strings.Cut(cite, ", "); found && place != "" {
		return place
	}
	return cite
}

// Old returns the age of the row's figure, in words.
func (r *Report) Old(row Row, l *language.Language) string {
	if age, ok := r.Age(row); ok {
		return l.Age(age)
	}
	return language.Dash
}
