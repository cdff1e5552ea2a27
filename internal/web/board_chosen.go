package web

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"planwatch/config"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/status"
)

// The names in the address of what rows are chosen by, beside the labels.
const (
	fieldOwner  = "owner"
	fieldArea   = "area"
	fieldStatus = "status"
	fieldPage   = "page"
)

// chosen is which rows an address asks for. It does not change.
type chosen struct {
	// query has what is chosen, without what is empty or unknown, and the language.
	query url.Values
	// labels are those of the region that rows may be chosen by.
	labels []string
	// page counts from 1.
	page int
}

// newChosen reads an address. A label that has the name of another field is not
// chosen by.
func newChosen(query url.Values, current *report.Report) chosen {
	c := chosen{query: url.Values{}, page: 1}
	fields := []string{fieldOwner, fieldArea, fieldStatus, fieldSearch}
	if current.Region.Dimensions != nil {
		c.labels = slices.DeleteFunc(slices.Clone(current.Region.Dimensions.Dimensions), func(label string) bool {
			return slices.Contains(append(fields, fieldPage, config.LanguageQuery), label)
		})
	}
	for _, field := range slices.Concat(fields, c.labels, []string{config.LanguageQuery}) {
		for _, value := range query[field] {
			if value = strings.TrimSpace(value); value != "" && !slices.Contains(c.query[field], value) {
				c.query.Add(field, bounded(value, shownWords))
			}
		}
	}
	if page, err := strconv.Atoi(query.Get(fieldPage)); err == nil && page > 1 {
		c.page = page
	}
	return c
}

// chooses reports whether not all rows are asked for.
func (c chosen) chooses() bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(c.query)), func(field string) bool { return field != config.LanguageQuery })
}

// choiceOfAll is all rows, in the same language.
func choiceOfAll(c chosen) chosen {
	all := chosen{query: url.Values{}, labels: c.labels, page: 1}
	if language := c.query.Get(config.LanguageQuery); language != "" {
		all.query.Set(config.LanguageQuery, language)
	}
	return all
}

func (c chosen) with(field, value string) chosen {
	next := chosen{query: maps.Clone(c.query), labels: c.labels, page: 1}
	if value == "" {
		next.query.Del(field)
	} else {
		next.query.Set(field, value)
	}
	return next
}

// only chooses by one value alone, or by none if that is chosen already: beside the
// link stands how many rows of all have the value.
func (c chosen) only(field, value string) chosen {
	all := choiceOfAll(c)
	if only := all.with(field, value); only.address() != c.at(1).address() {
		return only
	}
	return all
}

func (c chosen) inLanguage(code string) chosen {
	next := c.with(config.LanguageQuery, code)
	next.page = c.page
	return next
}

func (c chosen) at(page int) chosen {
	next := c.with("", "")
	next.page = page
	return next
}

// address is the page with the rows, from the page without any choice.
func (c chosen) address() string {
	query := maps.Clone(c.query)
	if c.page > 1 {
		query.Set(fieldPage, strconv.Itoa(c.page))
	}
	if len(query) == 0 {
		return "./"
	}
	return "?" + query.Encode()
}

// rows are the report's that are chosen. The error says, in English, which value
// there is not.
func (c chosen) rows(current *report.Report, l *language.Language) (*report.Report, error) {
	if !c.chooses() {
		return current, nil
	}
	choice := report.Choice{Labels: map[string][]string{}}
	for field, list := range map[string]*[]string{fieldOwner: &choice.Owners, fieldArea: &choice.Areas, fieldStatus: &choice.Statuses} {
		*list = c.query[field]
	}
	for _, label := range c.labels {
		if values := c.query[label]; len(values) > 0 {
			choice.Labels[label] = values
		}
	}
	selection, err := report.NewSelection(current.Region, choice)
	if err != nil {
		return nil, err
	}
	selected, err := current.Select(selection)
	if err != nil {
		return nil, err
	}
	search := c.query.Get(fieldSearch)
	selected.Rows = slices.DeleteFunc(selected.Rows, func(row report.Row) bool {
		parts := []string{row.Title(l), row.Place(l), row.KPI.Name, l.Of(row.CollectorTitle), row.OwnerName(current.Region, l), row.Cite}
		if row.Target != nil {
			parts = append(parts, row.Target.ID)
		}
		return !language.Finds(search, parts...)
	})
	return selected, nil
}

// chooserView is the form that rows are chosen by.
type chooserView struct {
	Search, Asked string
	Fields        []fieldView
	// All is the address of all rows; "" where all are shown.
	All string
}

// fieldView is one of the form's lists.
type fieldView struct {
	Name, Title string
	Options     []optionView
}

type optionView struct {
	Value, Title string
	Chosen       bool
}

func (c chosen) form(current *report.Report, l *language.Language) chooserView {
	view := chooserView{Search: bounded(c.query.Get(fieldSearch), shownWords), Asked: c.query.Get(config.LanguageQuery)}
	if c.chooses() {
		view.All = choiceOfAll(c).address()
	}
	for _, d := range current.Breakdowns(l) {
		field := fieldView{Name: fieldArea, Title: d.Heading}
		if d.Kind == report.Owners {
			field.Name = fieldOwner
		}
		for _, part := range d.Parts {
			field.Options = append(field.Options, optionView{part.ID, part.Title, slices.Contains(c.query[field.Name], part.ID)})
		}
		slices.SortFunc(field.Options, func(a, b optionView) int { return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) })
		view.Fields = append(view.Fields, field)
	}
	for _, label := range c.labels {
		field := fieldView{Name: label, Title: current.Region.Dimensions.Title(label, l)}
		for _, value := range current.Values(label) {
			field.Options = append(field.Options, optionView{value, bounded(value, shownWords), slices.Contains(c.query[label], value)})
		}
		if len(field.Options) > 1 {
			view.Fields = append(view.Fields, field)
		}
	}
	statuses := fieldView{Name: fieldStatus, Title: l.Say("Status")}
	for _, s := range status.All() {
		statuses.Options = append(statuses.Options, optionView{s.Class(), s.Name(l), slices.Contains(c.query[fieldStatus], s.Class())})
	}
	view.Fields = append(view.Fields, statuses)
	return view
}
