package report

import (
	"maps"
	"slices"
	"strings"

	"planwatch/config"
	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/status"
)

// Choice is the rows that a reader asks for: those that have one of the values of
// every list that is not empty.
type Choice struct {
	// Owners are ids in oncall.yaml, and Areas those of areas.
	Owners, Areas []string
	// Statuses are words as programs are told them.
	Statuses []string
	// Labels are values by label.
	Labels map[string][]string
}

// Selection is a Choice whose owners, areas and statuses the region has. The zero
// Selection is of all rows.
type Selection struct {
	choice   Choice
	statuses []status.Status
	areas    []area
}

// StatusWords are the words that a choice may name statuses by.
func StatusWords() []string {
	var words []string
	for _, s := range status.All() {
		words = append(words, s.Class())
	}
	return words
}

// NewSelection checks a choice. An error names the list, and what would be right. The
// labels' values are checked by Select, since only the rows tell them.
func NewSelection(region *config.Region, c Choice) (Selection, error) {
	s := Selection{choice: c}
	if err := known(listOwner, c.Owners, owners(region)); err != nil {
		return Selection{}, err
	}
	all := areas(region)
	ids := make([]string, len(all))
	for i, a := range all {
		ids[i] = a.id
		if slices.Contains(c.Areas, a.id) {
			s.areas = append(s.areas, a)
		}
	}
	if err := known(listArea, c.Areas, ids); err != nil {
		return Selection{}, err
	}
	for _, text := range c.Statuses {
		parsed, err := status.Parse(text)
		if err != nil {
			return Selection{}, &UnknownError{listStatus, text, StatusWords()}
		}
		s.statuses = append(s.statuses, parsed)
	}
	return s, nil
}

// Select gives the report of some of the rows. It is an error if a label has a value
// that no row has.
func (r *Report) Select(s Selection) (*Report, error) {
	for _, label := range slices.Sorted(maps.Keys(s.choice.Labels)) {
		if err := known(label, s.choice.Labels[label], values(r.Rows, label)); err != nil {
			return nil, err
		}
	}
	selected := *r
	selected.Selection = s
	selected.Rows = slices.DeleteFunc(slices.Clone(r.Rows), func(row Row) bool { return !s.has(row) })
	return &selected, nil
}

// Values are those of a label in the report's rows, in order.
func (r *Report) Values(label string) []string { return values(r.Rows, label) }

// values are those of a label in the rows, in order.
func values(rows []Row, label string) []string {
	var all []string
	for _, row := range rows {
		if value := row.Labels.Get(label); value != "" {
			all = append(all, value)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s Selection) has(row Row) bool {
	for label, values := range s.choice.Labels {
		if len(values) > 0 && !slices.Contains(values, row.Labels.Get(label)) {
			return false
		}
	}
	switch {
	case len(s.choice.Owners) > 0 && (row.Target == nil || !slices.Contains(s.choice.Owners, row.Target.Owner)):
		return false
	case len(s.areas) > 0 && !slices.ContainsFunc(s.areas, func(a area) bool { return a.has(row) }):
		return false
	}
	return s.mayHave(row.Status)
}

// mayHave reports whether rows of the status are among the chosen.
func (s Selection) mayHave(one status.Status) bool {
	return len(s.statuses) == 0 || slices.Contains(s.statuses, one)
}

// SelectionWords says that the rows are not all, and which they are; "" where they are.
func (r *Report) SelectionWords(l *language.Language) string {
	var parts []string
	part := func(title string, values []string) {
		if len(values) > 0 {
			parts = append(parts, title+": "+strings.Join(values, ", "))
		}
	}
	for _, label := range slices.Sorted(maps.Keys(r.Selection.choice.Labels)) {
		part(r.Region.Dimensions.Title(label, l), r.Selection.choice.Labels[label])
	}
	var names []string
	for _, id := range r.Selection.choice.Owners {
		names = append(names, ownerName(r.Region, id, l))
	}
	part(l.Say("Owner"), names)
	names = nil
	for _, a := range r.Selection.areas {
		names = append(names, language.OneLine(l.Of(a.title)))
	}
	part(l.Say("Area"), names)
	names = nil
	for _, s := range r.Selection.statuses {
		names = append(names, strings.ToLower(s.Name(l)))
	}
	part(l.Say("Status"), names)
	if len(parts) == 0 {
		return ""
	}
	return l.Say("Not the whole report, only %s", strings.Join(parts, "; "))
}

// owners are the ids of those who may answer for targets.
func owners(region *config.Region) []string {
	if region.OnCall != nil {
		return region.OnCall.OwnerIDs()
	}
	var ids []string
	for _, t := range region.Plan.Targets {
		ids = append(ids, t.Owner)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// OwnerName is what people call who answers for the row's target; "" without one.
func (r Row) OwnerName(region *config.Region, l *language.Language) string {
	if r.Target == nil {
		return ""
	}
	return ownerName(region, r.Target.Owner, l)
}

func ownerName(region *config.Region, id string, l *language.Language) string {
	if region.OnCall != nil {
		if owner, ok := region.OnCall.Owner(id); ok {
			return language.OneLine(l.Of(owner.Name))
		}
	}
	return id
}

// area is what a dashboard answers for: the collectors that it shows.
type area struct {
	id         string
	title      language.Text
	collectors []string
}

func (a area) has(row Row) bool { return slices.Contains(a.collectors, row.KPI.Collector) }

// areas are those of the region, in the dashboards' order; without dashboards each
// collector is one.
func areas(region *config.Region) []area {
	var all []area
	if region.Dashboards == nil {
		for _, d := range region.Collectors {
			all = append(all, area{d.Collector, d.Title, []string{d.Collector}})
		}
		return all
	}
	for _, d := range region.Dashboards.Dashboards {
		if d.Kind != layout.Domain {
			continue
		}
		a := area{id: d.ID, title: d.Title}
		for _, part := range d.Collectors {
			a.collectors = append(a.collectors, part.Collector)
		}
		all = append(all, a)
	}
	return all
}

// known finds the first value that is none of names.
func known(list string, values, names []string) error {
	for _, value := range values {
		if !slices.Contains(names, value) {
			return &UnknownError{list, value, names}
		}
	}
	return nil
}
