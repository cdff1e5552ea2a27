package boardreport

import (
	"maps"
	"slices"
	"strings"

	"planwatch/internal/comment"
	"planwatch/internal/document"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// said is the comments, each of which is printed once.
type said struct {
	all     []comment.Comment
	printed []bool
}

func newSaid(all []comment.Comment) *said {
	return &said{all, make([]bool, len(all))}
}

// about are the comments on the rows' targets and KPIs that are not printed yet.
func (s *said) about(rows []report.Row, r *report.Report, l *language.Language) []string {
	var lines []string
	for i, c := range s.all {
		if s.printed[i] {
			continue
		}
		at := slices.IndexFunc(rows, func(row report.Row) bool {
			return c.About.KPI != "" && c.About.KPI == row.KPI.Name || c.About.Target != "" && row.Target != nil && c.About.Target == row.Target.ID
		})
		if at < 0 {
			continue
		}
		s.printed[i] = true
		about := rows[at].Title(l)
		if c.About.Target != "" {
			about += ", " + rows[at].Place(l)
		}
		lines = append(lines, line(c, about, r, l))
	}
	return lines
}

// line is a comment with its author and day.
func line(c comment.Comment, about string, r *report.Report, l *language.Language) string {
	return l.Moment(c.Time.In(r.At.Location())) + ", " + c.Author + " (" + about + "): " + c.Text
}

// otherComments are those on events, and on what is not among the rows.
func (w *writer) otherComments() {
	var lines []string
	for i, c := range w.said.all {
		if !w.said.printed[i] {
			lines = append(lines, line(c, subject(c.About), w.Report, w.l))
		}
	}
	if len(lines) == 0 {
		return
	}
	w.heading(1, w.l.Say("Comments on events"))
	w.document.Add(&document.List{Lines: lines})
}

// subject names what a comment is about by its labels' values.
func subject(s comment.Subject) string {
	if s.KPI != "" || s.Target != "" {
		return s.KPI + s.Target
	}
	var values []string
	for _, name := range slices.Sorted(maps.Keys(s.Event)) {
		if s.Event[name] != "" {
			values = append(values, s.Event[name])
		}
	}
	return strings.Join(values, ", ")
}
