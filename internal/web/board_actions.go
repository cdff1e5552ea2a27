package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"planwatch/config"
	"planwatch/internal/action"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// The parameters of an address that choose activities or risks.
const (
	ownerQuery  = "owner"
	effectQuery = "effect"
)

// actionsView holds the page of activities, or of risks.
type actionsView struct {
	page
	// Column is what one of them is, About what its second column says of it.
	Column, About string
	Filters       []filterView
	Groups        []actionGroupView
	// Empty says why there is none.
	Empty string
}

// filterView is a choice among the values of one kind.
type filterView struct {
	Title   string
	Choices []choiceView
}

// choiceView is one value, with how many it leaves and where its link leads.
type choiceView struct {
	Text, Symbol, Class, Count, URL string
	Chosen                          bool
}

// actionGroupView is the activities of one owner, or the risks to one goal.
type actionGroupView struct {
	Title, Kind, Count string
	Actions            []actionView
}

// actionView is an activity or a risk in words.
type actionView struct {
	ID, Title, Where, About        string
	Class, Symbol, Effect          string
	Figures, More                  []figureLinkView
	Folded                         string
	Progress, Comment, CommentCite string
	Reported                       bool
	Details                        []detailView

	owner  string
	effect report.Effect
	group  string
	kind   string
}

// figureLinkView is a figure that would show an effect, and its page.
type figureLinkView struct{ URL, Symbol, Status, Class, Title, Figure string }

// mostFigures is how many figures stand open beside an activity or a risk.
const mostFigures = 4

func (b *board) serveActivities(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	p := b.page(r, "activities", current)
	p.Heading = p.Say("Activities, and whether their effect comes")
	view := actionsView{page: p, Column: p.Say("Activity"), About: p.Say("Expected effect")}
	var all []actionView
	for _, a := range current.Activities {
		one := viewAction(a.Action, a.Outcome, p)
		one.ID, one.Title, one.Where, one.About = "activity-"+a.ID, p.Lang.Of(a.Name), p.Lang.Of(a.Goal), p.Lang.Of(a.Expected)
		one.group = current.OwnerName(a.Owner, p.Lang)
		one.detail(p.Say("Description"), p.Lang.Of(a.Description))
		if !a.Begins.IsZero() || !a.Ends.IsZero() {
			one.detail(p.Say("Holds"), toDate(a.Begins)+" – "+toDate(a.Ends))
		}
		one.detail(p.Say("Source"), a.Cite)
		all = append(all, one)
	}
	b.showActions(w, r, current, view, all)
}

func (b *board) serveRisks(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	p := b.page(r, "risks", current)
	p.Heading = p.Say("Risks, and whether their measures have an effect")
	view := actionsView{page: p, Column: p.Say("Risk"), About: p.Say("Measure")}
	var all []actionView
	for _, k := range current.Risks {
		one := viewAction(k.Action, k.Outcome, p)
		number := p.Lang.Count(k.Number)
		one.ID, one.Title, one.About = "risk-"+number, number+". "+p.Lang.Of(k.Risk.Risk), p.Lang.Of(k.Measure)
		one.Where = strings.Join(slices.DeleteFunc([]string{p.Lang.Of(k.Level), current.OwnerName(k.Owner, p.Lang)}, func(part string) bool { return part == "" }), " · ")
		one.group, one.kind = p.Lang.Of(k.Goal), p.Lang.Of(k.GoalType)
		one.detail(p.Say("What would follow"), p.Lang.Of(k.Risk.Effect))
		one.detail(p.Say("Kinds of harm"), p.Lang.Of(k.Harm))
		if k.Likelihood > 0 && k.Consequence > 0 {
			one.detail(p.Say("Likelihood and consequence"), p.Say("%d and %d", k.Likelihood, k.Consequence))
		}
		one.detail(p.Say("Response"), p.Lang.Of(k.Response))
		one.detail(p.Say("Source"), k.Cite)
		all = append(all, one)
	}
	b.showActions(w, r, current, view, all)
}

// viewAction is what the page says alike of activities and risks.
func viewAction(a action.Action, o report.Outcome, p page) actionView {
	view := actionView{
		Class: o.Effect.Class(), Symbol: o.Effect.Symbol(), Effect: o.Effect.Words(p.Lang), effect: o.Effect, owner: a.Owner,
		Progress: a.Progress.Words(p.Lang), Reported: a.Progress != action.NotReported, Comment: p.Lang.Of(a.Comment), CommentCite: a.CommentCite,
	}
	for _, row := range o.Rows {
		view.Figures = append(view.Figures, figureLink(row, p))
	}
	if len(view.Figures) > mostFigures {
		view.Figures, view.More = view.Figures[:mostFigures-1], view.Figures[mostFigures-1:]
		view.Folded = p.Say("%d more", len(view.More))
	}
	return view
}

// figureLink is a row of the report in short, with a link to its KPI's page.
func figureLink(row report.Row, p page) figureLinkView {
	view := figureLinkView{
		URL: p.Root + rowAddress(row, p.Asked), Symbol: row.Status.Symbol(), Status: row.Status.Name(p.Lang), Class: row.Status.Class(),
		Title: row.Title(p.Lang) + ", " + bounded(row.Place(p.Lang), shownWords), Figure: row.Figure(p.Lang, row.Actual),
	}
	switch {
	case row.Why(p.Lang) != "":
		view.Figure = row.Why(p.Lang)
	case row.Margin != nil && row.Status.Judged():
		view.Figure = p.Say("%s against %s (%s)", view.Figure, row.Figure(p.Lang, row.Expected), row.MarginFigure(p.Lang))
	}
	return view
}

// detail adds a detail, unless its text is empty.
func (v *actionView) detail(term, text string) {
	if text = language.OneLine(text); text != "" {
		v.Details = append(v.Details, detailView{term, text})
	}
}

// showActions writes the page of those that the address chooses.
func (b *board) showActions(w http.ResponseWriter, r *http.Request, current *report.Report, view actionsView, all []actionView) {
	asked := r.URL.Query()
	choice, err := report.NewActionChoice(current.Region, given(asked[ownerQuery]), given(asked[effectQuery]))
	code := http.StatusOK
	if err != nil {
		code = http.StatusBadRequest
		view.Notices, choice = append(view.Notices, unchosen(err, current, view.Lang)), report.ActionChoice{}
	}
	view.at(current.At)
	if view.Other != nil {
		view.OtherURL = chosenAddress(choice, view.Other.Code())
	}
	view.Filters = filters(current, choice, all, view.page)
	var chosen []string
	for _, filter := range view.Filters {
		for _, one := range filter.Choices[1:] { // the first is all
			if one.Chosen {
				chosen = append(chosen, one.Text)
			}
		}
	}
	view.Choice = choiceWords(chosen, 1, view.Lang)
	for _, one := range all {
		if !hasOwner(choice, one) || !hasEffect(choice, one) {
			continue
		}
		if n := len(view.Groups); n == 0 || view.Groups[n-1].Title != one.group {
			view.Groups = append(view.Groups, actionGroupView{Title: one.group, Kind: one.kind})
		}
		last := &view.Groups[len(view.Groups)-1]
		last.Actions = append(last.Actions, one)
		last.Count = view.Lang.Count(len(last.Actions))
	}
	switch {
	case len(all) == 0:
		view.Empty = view.Say("The region has none: its table is not there.")
	case len(view.Groups) == 0:
		view.Empty = view.Say("None is of what is chosen.")
	}
	b.renderStatus(w, code, "actions", view.Lang, view)
}

// given are the values of a parameter; one without a value chooses nothing.
func given(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(value string) bool { return value == "" })
}

func hasOwner(c report.ActionChoice, one actionView) bool {
	return len(c.Owners) == 0 || slices.Contains(c.Owners, one.owner)
}

func hasEffect(c report.ActionChoice, one actionView) bool {
	return len(c.Effects) == 0 || slices.Contains(c.Effects, one.effect)
}

// filters are the choices by owner, where any has one, and by effect. Each keeps the
// other, and says how many it leaves.
func filters(current *report.Report, c report.ActionChoice, all []actionView, p page) []filterView {
	count := func(has func(actionView) bool) string {
		n := 0
		for _, one := range all {
			if has(one) {
				n++
			}
		}
		return p.Lang.Count(n)
	}
	owners := filterView{Title: p.Say("Owner"), Choices: []choiceView{{
		Text: p.Say("All"), Chosen: len(c.Owners) == 0, URL: chosenAddress(report.ActionChoice{Effects: c.Effects}, p.Asked),
		Count: count(func(one actionView) bool { return hasEffect(c, one) }),
	}}}
	met := map[string]bool{"": true}
	for _, one := range all {
		if met[one.owner] {
			continue
		}
		met[one.owner] = true
		owners.Choices = append(owners.Choices, choiceView{
			Text: current.OwnerName(one.owner, p.Lang), Chosen: slices.Contains(c.Owners, one.owner),
			URL:   chosenAddress(report.ActionChoice{Owners: []string{one.owner}, Effects: c.Effects}, p.Asked),
			Count: count(func(other actionView) bool { return other.owner == one.owner && hasEffect(c, other) }),
		})
	}
	effects := filterView{Title: p.Say("Effect"), Choices: []choiceView{{
		Text: p.Say("All"), Chosen: len(c.Effects) == 0, URL: chosenAddress(report.ActionChoice{Owners: c.Owners}, p.Asked),
		Count: count(func(one actionView) bool { return hasOwner(c, one) }),
	}}}
	for _, e := range report.Effects() {
		effects.Choices = append(effects.Choices, choiceView{
			Text: e.Words(p.Lang), Symbol: e.Symbol(), Class: e.Class(), Chosen: slices.Contains(c.Effects, e),
			URL:   chosenAddress(report.ActionChoice{Owners: c.Owners, Effects: []report.Effect{e}}, p.Asked),
			Count: count(func(one actionView) bool { return one.effect == e && hasOwner(c, one) }),
		})
	}
	if len(owners.Choices) == 1 {
		return []filterView{effects}
	}
	return []filterView{owners, effects}
}

// chosenAddress is the query of a choice, from the page itself.
func chosenAddress(c report.ActionChoice, language string) string {
	query := url.Values{}
	for _, owner := range c.Owners {
		query.Add(ownerQuery, owner)
	}
	for _, e := range c.Effects {
		query.Add(effectQuery, e.Word())
	}
	if language != "" {
		query.Set(config.LanguageQuery, language)
	}
	return "?" + query.Encode()
}

// shortView is the activities, or the risks, whose effect does not come, on the report's page.
type shortView struct {
	ID, Heading, Column, Off, URL string
	Actions                       []actionView
}

// shortOf are the lists at the end of the report's page.
func shortOf(current *report.Report, p page) []shortView {
	missing := "?" + effectQuery + "=" + report.Missing.Word()
	if p.Asked != "" {
		missing += "&" + config.LanguageQuery + "=" + p.Asked
	}
	activities, risks := current.Short()
	var views []shortView
	add := func(id, heading, column string, actions []actionView) {
		if len(actions) > 0 {
			views = append(views, shortView{id, heading, column, p.Say("Off plan"), p.Root + id + missing, actions})
		}
	}
	var of []actionView
	for _, a := range activities {
		one := viewAction(a.Action, report.Outcome{Effect: a.Outcome.Effect, Rows: a.Off()}, p)
		one.ID, one.Title, one.Where = "activity-"+a.ID, p.Lang.Of(a.Name), current.OwnerName(a.Owner, p.Lang)
		of = append(of, one)
	}
	add("activities", current.ActivitiesHeading(len(of), p.Lang), p.Say("Activity"), of)
	of = nil
	for _, k := range risks {
		one := viewAction(k.Action, report.Outcome{Effect: k.Outcome.Effect, Rows: k.Off()}, p)
		one.ID, one.Title, one.Where = "risk-"+p.Lang.Count(k.Number), p.Lang.Count(k.Number)+". "+p.Lang.Of(k.Risk.Risk), p.Lang.Of(k.Level)
		of = append(of, one)
	}
	add("risks", current.RisksHeading(len(of), p.Lang), p.Say("Risk"), of)
	return views
}
