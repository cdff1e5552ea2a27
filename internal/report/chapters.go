package report

import (
	"slices"

	"planwatch/internal/language"
)

// Chapter is the rows of one who answers for targets, or of those for which nobody does.
type Chapter struct {
	Title string
	// Off is how many targets are off plan, of those that are judged.
	Off, Judged int
	Sections    []Section
}

// Section is the rows of an area.
type Section struct {
	Title string
	Rows  []Row
}

// Chapters are the report's rows as a reader of the plan looks for them: by who answers
// for them, in the order of oncall.yaml, by area, in that of the dashboards, and within an
// area as the plan has its targets. What has no target comes last.
func (r *Report) Chapters(l *language.Language) []Chapter {
	order := map[string]int{}
	for i, t := range r.Region.Plan.Targets {
		order[t.ID] = i
	}
	planned := slices.DeleteFunc(slices.Clone(r.Rows), func(row Row) bool { return row.Target == nil })
	slices.SortStableFunc(planned, func(a, b Row) int { return order[a.Target.ID] - order[b.Target.ID] })
	taken := make([]bool, len(planned))
	take := func(wanted func(Row) bool) []Row {
		var rows []Row
		for i, row := range planned {
			if !taken[i] && wanted(row) {
				taken[i] = true
				rows = append(rows, row)
			}
		}
		return rows
	}
	var chapters []Chapter
	add := func(title string, rows []Row) {
		if len(rows) > 0 {
			chapters = append(chapters, r.chapter(title, rows, l))
		}
	}
	for _, id := range owners(r.Region) {
		add(language.OneLine(ownerName(r.Region, id, l)), take(func(row Row) bool { return row.Target.Owner == id }))
	}
	add(l.Say("Targets of nobody's own"), take(func(Row) bool { return true }))
	add(l.Say("Key figures without a target"), slices.DeleteFunc(slices.Clone(r.Rows), func(row Row) bool { return row.Target != nil }))
	return chapters
}

func (r *Report) chapter(title string, rows []Row, l *language.Language) Chapter {
	c := Chapter{Title: title}
	var t tally
	for _, row := range rows {
		t.add(row)
	}
	c.Off, c.Judged = t.off, t.judged
	for _, a := range areas(r.Region) {
		var section []Row
		rows = slices.DeleteFunc(rows, func(row Row) bool {
			if a.has(row) {
				section = append(section, row)
			}
			return a.has(row)
		})
		if len(section) > 0 {
			c.Sections = append(c.Sections, Section{language.OneLine(l.Of(a.title)), section})
		}
	}
	if len(rows) > 0 {
		c.Sections = append(c.Sections, Section{l.Say("Other areas"), rows})
	}
	return c
}
