package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/yamlfile"
)

// fieldSearch is what is searched for among KPIs.
const fieldSearch = "q"

// kpisView holds the list of all KPIs, or of those that a search finds.
type kpisView struct {
	page
	// Unknown says that there is no KPI of the name that was asked for, and Near names one
	// that looks like it.
	Unknown string
	Near    *linkView
	Search  string
	Found   string
	Groups  []kpiGroupView
}

// kpiGroupView is the KPIs of a collector.
type kpiGroupView struct {
	Collector, Title string
	KPIs             []kpiLineView
}

// kpiLineView is a KPI in the list, by the worst of its rows.
type kpiLineView struct {
	Class, Symbol, Status string
	Title, Name, URL      string
	Figure, Where, Rows   string
}

func (b *kpiPages) serveList(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	b.showList(w, r, current, kpisView{page: b.page(r, "kpis", current)}, http.StatusOK)
}

// toList leads from the address of a KPI without a name to the list of all.
func toList(w http.ResponseWriter, r *http.Request) {
	address := "../kpi"
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.Query().Encode()
	}
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusMovedPermanently)
}

// serveUnknown answers that there is no KPI of the name, with the list of those there are.
func (b *kpiPages) serveUnknown(w http.ResponseWriter, r *http.Request, current *report.Report, name string) {
	view := kpisView{page: b.page(r, "kpis", current)}
	view.Unknown = view.Say("There is no key figure %s.", bounded(name, shownWords))
	if near := yamlfile.Nearest(bounded(name, shownWords), current.Region.KPIs.Names()); near != "" {
		entry, _ := current.Region.KPIs.Get(near)
		view.Near = &linkView{view.Say("Did you mean"), language.OneLine(view.Lang.Of(entry.Title)), view.Root + kpiAddress(near, "", nil, view.Asked)}
	}
	b.showList(w, r, current, view, http.StatusNotFound)
}

func (b *kpiPages) showList(w http.ResponseWriter, r *http.Request, current *report.Report, view kpisView, code int) {
	l := view.Lang
	view.Heading = l.Say("Key figures")
	view.at(current.At)
	search := strings.TrimSpace(r.URL.Query().Get(fieldSearch))
	view.Search = bounded(search, shownWords)
	if view.Other != nil {
		query := url.Values{config.LanguageQuery: {view.Other.Code()}}
		if search != "" {
			query.Set(fieldSearch, view.Search)
		}
		view.OtherURL = "?" + query.Encode()
	}
	worst, rows := map[string]report.Row{}, map[string]int{}
	for _, row := range current.Rows {
		if _, met := worst[row.KPI.Name]; !met {
			worst[row.KPI.Name] = row
		}
		rows[row.KPI.Name]++
	}
	places := map[string][]string{}
	if search != "" {
		places = b.placesByKPI()
	}
	found := 0
	for _, d := range current.Region.Collectors {
		group := kpiGroupView{Collector: d.Collector, Title: language.OneLine(l.Of(d.Title))}
		for _, k := range d.KPIs {
			entry, ok := current.Region.KPIs.Get(k.Name)
			if !ok || !matches(entry, d.Title, places[entry.Name], view.Search, l) {
				continue
			}
			line := kpiLineView{Title: language.OneLine(l.Of(entry.Title)), Name: entry.Name, URL: view.Root + kpiAddress(entry.Name, "", nil, view.Asked)}
			if row, ok := worst[entry.Name]; ok {
				line.Class, line.Symbol, line.Status = row.Status.Class(), row.Status.Symbol(), row.Status.Name(l)
				line.Title, line.Figure, line.Where = row.Title(l), row.Figure(l, row.Actual), bounded(row.Place(l), shownWords)
				if more := rows[entry.Name] - 1; more > 0 {
					line.Rows = l.Say("%d more", more)
				}
			}
			group.KPIs = append(group.KPIs, line)
			found++
		}
		if len(group.KPIs) > 0 {
			view.Groups = append(view.Groups, group)
		}
	}
	if search != "" {
		view.Choice = `"` + view.Search + `"`
		view.Found = l.Say("%d found", found)
	}
	allowSearch(w)
	b.renderStatus(w, code, "kpis", l, view)
}

// placesByKPI are the values of the labels that each KPI is kept for.
func (b *board) placesByKPI() map[string][]string {
	met := map[string]map[string]bool{}
	for _, sample := range b.content.Store.Samples() {
		if met[sample.KPI] == nil {
			met[sample.KPI] = map[string]bool{}
		}
		for _, label := range sample.Labels {
			met[sample.KPI][label.Value] = true
		}
	}
	places := map[string][]string{}
	for name, values := range met {
		places[name] = slices.Collect(maps.Keys(values))
	}
	return places
}

// matches reports whether every word that is searched for is in the KPI's name, title or
// definition, in its collector's title, or in the places that it is kept for.
func matches(entry kpi.Entry, collector language.Text, places []string, search string, l *language.Language) bool {
	return language.Finds(search, append([]string{entry.Name, entry.Collector, l.Of(entry.Title), l.Of(entry.Definition), l.Of(collector)}, places...)...)
}
