package web

import (
	"net/http"
	"slices"
	"strings"

	"planwatch/config"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/status"
)

// commonView is a KPI that several regions have, on the page of all: the worst of their
// statuses, and how many have which.
type commonView struct {
	Class, Symbol, Status string
	Title, URL            string
	Regions               string
	Counts                []countView
}

// commonKPIView holds the page of one KPI in all regions that have it.
type commonKPIView struct {
	page
	Definition string
	Rows       []regionRowView
	// Funnel is nil for a KPI that is not compared by a funnel plot.
	Funnel *funnelView
}

// regionRowView is how the KPI stands in one region, as a whole.
type regionRowView struct {
	Title, URL               string
	Class, Symbol, Status    string
	Actual, Expected, Margin string
	// At is the moment of the region's figures.
	At string
	// Note says why there is no figure, or in what the definition differs.
	Note string
}

// commons are the KPIs that two of the regions have or more.
func commons(all []standing) []report.Common {
	var reports []*report.Report
	for _, s := range all {
		if s.report != nil {
			reports = append(reports, s.report)
		}
	}
	return report.Across(reports)
}

// viewCommon counts the regions by status. One with a definition of its own is not counted.
func viewCommon(c report.Common, p page) commonView {
	l := p.Lang
	view := commonView{Title: language.OneLine(l.Of(c.KPI.Title)), URL: "kpi/" + c.KPI.Name + p.Query}
	counts, alike := map[status.Status]int{}, 0
	for _, r := range c.Regions {
		if len(r.Disagrees) == 0 {
			counts[r.Row.Status]++
			alike++
		}
	}
	view.Regions = l.Say("in %d regions", len(c.Regions))
	for _, s := range status.All() {
		n := counts[s]
		if n == 0 {
			continue
		}
		if view.Class == "" {
			view.Class, view.Symbol, view.Status = s.Class(), s.Symbol(), s.Name(l)
		}
		view.Counts = append(view.Counts, countView{s.Class(), s.Symbol(), l.Count(n) + " " + strings.ToLower(wordOf(s, n, l))})
	}
	if n := len(c.Regions) - alike; n > 0 {
		view.Counts = append(view.Counts, countView{status.NoTarget.Class(), status.NoTarget.Symbol(), l.Say("%d with another definition", n)})
	}
	return view
}

// serveCommon is the page of one KPI in all regions that have it.
func (rs *Regions) serveCommon(w http.ResponseWriter, r *http.Request) {
	all := rs.standings()
	p, ok := rs.page(w, r, all)
	if !ok {
		return
	}
	found := commons(all)
	i := slices.IndexFunc(found, func(c report.Common) bool { return c.KPI.Name == r.PathValue("kpi") })
	if i < 0 {
		http.Error(w, "there is no key figure of that name in two regions or more", http.StatusNotFound)
		return
	}
	l, c := p.Lang, found[i]
	p.Root, p.Heading = root(r.URL), language.OneLine(l.Of(c.KPI.Title))
	view := commonKPIView{page: p, Definition: language.OneLine(l.Of(c.KPI.Definition))}
	for _, one := range c.Regions {
		view.Rows = append(view.Rows, viewRegionRow(one, p))
	}
	view.Funnel = viewFunnel(c, all, p)
	rs.send(w, r, "region-kpi", l, view)
}

// regionURL is the address of the region's own page of the KPI.
func regionURL(r report.RegionRow, p page) string {
	region, asked := r.Report.Region, ""
	if slices.Contains(region.Languages.Codes(), p.Asked) {
		asked = p.Asked
	}
	return p.Root + strings.TrimPrefix(config.RegionsPath, "/") + region.Name + "/" + kpiAddress(r.Row.KPI.Name, "", nil, asked)
}

func viewRegionRow(r report.RegionRow, p page) regionRowView {
	l, region, row := p.Lang, r.Report.Region, r.Row
	// Measures have words in the region's languages alone.
	own, err := region.Languages.Get(l.Code())
	if err != nil {
		own = region.Languages.First()
	}
	view := regionRowView{
		Title: region.DistinctTitle(), URL: regionURL(r, p),
		Actual: row.Figure(own, row.Actual), At: l.Moment(r.Report.At), Class: status.NoTarget.Class(), Symbol: status.NoTarget.Symbol(),
		Expected: language.Dash, Margin: language.Dash,
	}
	if len(r.Disagrees) > 0 {
		view.Note = l.Say("has another definition, not to be compared: %s", keysOf(r.Disagrees))
		return view
	}
	view.Class, view.Symbol, view.Status, view.Note = row.Status.Class(), row.Status.Symbol(), row.Status.Name(l), row.Why(l)
	if row.Target != nil {
		view.Expected, view.Margin = row.Figure(own, row.Expected), row.MarginFigure(own)
	}
	return view
}
