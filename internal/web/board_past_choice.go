package web

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/config"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/report"
	"planwatch/internal/status"
)

// The names in the address of what alerts are chosen by, beside fieldOwner, fieldKPI and
// fieldPage.
const (
	fieldFrom     = "from"
	fieldTo       = "to"
	fieldSeverity = "severity"
)

// shownDays is how many days the page of alerts goes back where no day is asked for.
const shownDays = 30

// alertChoice is which alerts an address asks for.
type alertChoice struct {
	// query has what is chosen, without what is empty or wrong, and the language.
	query url.Values
	// from is the first moment that is shown, and until the first that no longer is.
	from, until time.Time
	// page counts from 1.
	page int
	// problems say what is wrong with the address.
	problems []string
}

func newAlertChoice(query url.Values, current *report.Report, now time.Time, l *language.Language) alertChoice {
	c := alertChoice{query: url.Values{}, page: 1}
	wrong := func(key string, args ...any) { c.problems = append(c.problems, l.Say(key, args...)) }
	value := func(field string) string { return bounded(strings.TrimSpace(query.Get(field)), shownWords) }
	day := func(field string) (time.Time, bool) {
		text := value(field)
		if text == "" {
			return time.Time{}, false
		}
		at, err := time.ParseInLocation(time.DateOnly, text, now.Location())
		if err != nil {
			wrong("%s is not a day such as %s.", text, now.Format(time.DateOnly))
			return time.Time{}, false
		}
		return at, true
	}
	first, fromAsked := day(fieldFrom)
	last, toAsked := day(fieldTo)
	if !toAsked {
		last = now
	}
	if !fromAsked {
		first = last.AddDate(0, 0, -shownDays)
	}
	if first.After(last) {
		wrong("The first day is after the last.")
		first, last, fromAsked, toAsked = now.AddDate(0, 0, -shownDays), now, false, false
	}
	if fromAsked {
		c.query.Set(fieldFrom, first.Format(time.DateOnly))
	}
	if toAsked {
		c.query.Set(fieldTo, last.Format(time.DateOnly))
	}
	c.from, c.until = dayOf(first), dayOf(last).AddDate(0, 0, 1)
	c.choose(current, value, wrong)
	if asked := query.Get(config.LanguageQuery); asked != "" {
		c.query.Set(config.LanguageQuery, bounded(asked, shownWords))
	}
	if page, err := strconv.Atoi(query.Get(fieldPage)); err == nil && page > 1 {
		c.page = page
	}
	return c
}

// choose reads which alerts of the time are chosen.
func (c *alertChoice) choose(current *report.Report, value func(string) string, wrong func(key string, args ...any)) {
	if owner := value(fieldOwner); owner != "" {
		if current.Region.OnCall == nil || !isOwner(current.Region, owner) {
			wrong("There is no owner %s.", owner)
		} else {
			c.query.Set(fieldOwner, owner)
		}
	}
	if name := value(fieldKPI); name != "" {
		if _, ok := current.Region.KPIs.Get(name); !ok {
			wrong("There is no key figure %s.", name)
		} else {
			c.query.Set(fieldKPI, name)
		}
	}
	if severity := value(fieldSeverity); severity != "" {
		if severity != naming.SeverityCritical && severity != naming.SeverityWarning {
			wrong("There is no severity %s.", severity)
		} else {
			c.query.Set(fieldSeverity, severity)
		}
	}
}

// dayOf is the first moment of the day.
func dayOf(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
}

// fits reports whether an alert with the labels is chosen.
func (c alertChoice) fits(labels map[string]string) bool {
	for field, label := range map[string]string{fieldOwner: naming.LabelOwner, fieldKPI: naming.LabelKPI, fieldSeverity: naming.LabelSeverity} {
		if want := c.query.Get(field); want != "" && labels[label] != want {
			return false
		}
	}
	return true
}

// choosesAlerts reports whether not all alerts are chosen.
func (c alertChoice) choosesAlerts() bool {
	return c.query.Has(fieldOwner) || c.query.Has(fieldKPI) || c.query.Has(fieldSeverity)
}

// address is the page with the same choice, in the language where one is given, from
// itself.
func (c alertChoice) address(page int, language string) string {
	query := maps.Clone(c.query)
	if language != "" {
		query.Set(config.LanguageQuery, language)
	}
	if page > 1 {
		query.Set(fieldPage, strconv.Itoa(page))
	}
	if len(query) == 0 {
		return "alerts"
	}
	return "?" + query.Encode()
}

// alertChooserView is the form that alerts are chosen by.
type alertChooserView struct {
	From, To, Asked string
	Fields          []fieldView
	// All is the address without any choice; "" where there is none.
	All string
}

// form is the choice as a form; kpis are the names of those that there are alerts about.
func (c alertChoice) form(current *report.Report, kpis map[string]bool, p page) alertChooserView {
	l := p.Lang
	view := alertChooserView{From: c.from.Format(time.DateOnly), To: c.until.AddDate(0, 0, -1).Format(time.DateOnly), Asked: p.Asked}
	if len(c.query) > 1 || len(c.query) == 1 && !c.query.Has(config.LanguageQuery) {
		view.All = "alerts" + p.Query
	}
	option := func(field, value, title string) optionView {
		return optionView{value, title, c.query.Get(field) == value}
	}
	owners := fieldView{Name: fieldOwner, Title: l.Say("Owner")}
	if current.Region.OnCall != nil {
		for _, owner := range current.Region.OnCall.Owners {
			owners.Options = append(owners.Options, option(fieldOwner, owner.ID, l.Of(owner.Name)))
		}
	}
	severities := fieldView{Name: fieldSeverity, Title: l.Say("Severity"), Options: []optionView{
		option(fieldSeverity, naming.SeverityCritical, status.Critical.Name(l)), option(fieldSeverity, naming.SeverityWarning, status.Warning.Name(l)),
	}}
	about := fieldView{Name: fieldKPI, Title: l.Say("KPI")}
	if name := c.query.Get(fieldKPI); name != "" {
		kpis[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(kpis)) {
		if entry, ok := current.Region.KPIs.Get(name); ok {
			about.Options = append(about.Options, option(fieldKPI, name, language.OneLine(l.Of(entry.Title))))
		}
	}
	for _, field := range []*fieldView{&owners, &about} {
		slices.SortStableFunc(field.Options, func(a, b optionView) int { return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) })
	}
	for _, field := range []fieldView{owners, severities, about} {
		if len(field.Options) > 0 {
			view.Fields = append(view.Fields, field)
		}
	}
	return view
}
