package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/prometheus/common/version"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/report"
	"planwatch/internal/status"
)

// regionsView holds the page of all regions.
type regionsView struct {
	page
	All     []regionView
	Commons []commonView
}

// regionView is how a region does.
type regionView struct {
	Name, Title, URL string
	// Class and Symbol are of the worst that is so, which State has in words, with the page
	// that tells more; and Error is why it is not served.
	Class, Symbol, State, StateURL, Error string
	// Sources says how many of its sources answer.
	Sources            string
	Collecting, Alerts []condition
	Targets            []countView
	// At is the moment of its figures.
	At string
}

// standing is how a region does, at the moment that it was asked for. Its report is nil
// where it is not served.
type standing struct {
	name       string
	err        error
	report     *report.Report
	waits      error
	sources    int
	collecting collecting
	alerts     evaluator.Overview
	// undelivered is whether the last message did not reach a recipient.
	undelivered bool
}

// errFault is that of a region in which there is a fault of planwatch's.
var errFault = errors.New("how it does could not be found; the log says why")

// standings are those of all regions.
func (rs *Regions) standings() []standing {
	all := make([]standing, len(rs.places))
	for i, p := range rs.places {
		all[i] = rs.standing(p)
	}
	return all
}

// standing is that of a region, in which a fault ends no other's.
func (rs *Regions) standing(p *place) (s standing) {
	defer func() {
		if fault := recover(); fault != nil {
			rs.logger.Error("page ended by a panic", naming.LabelRegion, p.name, "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
			s = standing{name: p.name, err: errFault}
		}
	}()
	now := p.now.Load()
	s = standing{name: p.name, err: now.err}
	if now.err != nil {
		return s
	}
	c := now.content
	s.report, s.waits, s.alerts = c.Report(), c.Ready(), c.Alerts()
	s.sources, s.collecting, s.undelivered = len(s.report.Region.Sources), collectingOf(c.Collectors()), len(c.undelivered()) > 0
	return s
}

// languagesOf are those of all regions that are served; nil where none is.
func languagesOf(all []standing) *language.Set {
	var sets []*language.Set
	for _, s := range all {
		if s.report != nil {
			sets = append(sets, s.report.Region.Languages)
		}
	}
	if len(sets) == 0 {
		return nil
	}
	return language.Union(sets...)
}

// page makes what all pages of the process share, in the language of the request. Without
// a region that is served there is none, which it answers.
func (rs *Regions) page(w http.ResponseWriter, r *http.Request, all []standing) (p page, ok bool) {
	languages := languagesOf(all)
	if languages == nil {
		http.Error(w, "no region is served; /-/ready says why", http.StatusServiceUnavailable)
		return page{}, false
	}
	p = page{Page: "regions", Region: naming.Planwatch, Version: version.Version}
	l, err := languages.Get(r.URL.Query().Get(config.LanguageQuery))
	if err != nil {
		l = languages.Negotiate(r.Header.Get("Accept-Language"))
	} else {
		p.Asked, p.Query = l.Code(), "?"+config.LanguageQuery+"="+l.Code()
	}
	p.messages = messages{l}
	if other := languages.Next(l); other != l {
		p.Other, p.OtherURL = other, "?"+config.LanguageQuery+"="+other.Code()
	}
	return p, true
}

// send writes a page that a browser may keep as long as it is the same.
func (rs *Regions) send(w http.ResponseWriter, r *http.Request, name string, l *language.Language, view any) {
	var made bytes.Buffer
	if err := templates.ExecuteTemplate(&made, name, view); err != nil {
		rs.logger.Error("page not made", "page", name, "err", err)
		http.Error(w, "the page could not be made; the log says why", http.StatusInternalServerError)
		return
	}
	setPage(w.Header(), l)
	sendCached(w, r, http.StatusOK, &made)
}

// serveList is the page of all regions, with how each does, and the KPIs that they have in
// common.
func (rs *Regions) serveList(w http.ResponseWriter, r *http.Request) {
	all := rs.standings()
	p, ok := rs.page(w, r, all)
	if !ok {
		return
	}
	p.Heading = p.Say("Regions")
	view := regionsView{page: p}
	for _, s := range all {
		view.All = append(view.All, s.view(p.Asked, p.Lang))
	}
	for _, c := range commons(all) {
		view.Commons = append(view.Commons, viewCommon(c, p))
	}
	allowBoard(w)
	rs.send(w, r, "regions", p.Lang, view)
}

// view is the region in words. A region that does not have the language that is asked for
// is read in its own.
func (s standing) view(asked string, l *language.Language) regionView {
	under := strings.TrimPrefix(config.RegionsPath, "/") + s.name + "/"
	v := regionView{Name: s.name, Title: s.name, URL: under, Sources: language.Dash}
	if s.report == nil {
		v.Class, v.Symbol, v.State = status.Critical.Class(), status.Critical.Symbol(), l.Say("is not served")
		v.Error = bounded(s.err.Error(), shownError)
		return v
	}
	region := s.report.Region
	v.Title, v.At = region.DistinctTitle(), l.Moment(s.report.At)
	query := ""
	if slices.Contains(region.Languages.Codes(), asked) {
		query = "?" + config.LanguageQuery + "=" + asked
	}
	v.URL += query
	v.Sources = l.Say("%d of %d answer", s.sources-len(s.collecting.silent), s.sources)
	v.Alerts, v.Collecting, v.Targets = s.ofAlerts(under+"alerts"+query, l), s.ofCollectors(under+"collectors"+query, l), s.viewTargets(l)
	worst := worstOf(slices.Concat(v.Alerts, v.Collecting))
	v.Class, v.Symbol, v.State, v.StateURL = worst.Class(), worst.Symbol(), worst.Text, worst.URL
	return v
}

// viewTargets counts the targets by status.
func (s standing) viewTargets(l *language.Language) []countView {
	var counts []countView
	for _, group := range s.report.Groups() {
		if group.Status == status.NoTarget || len(group.Rows) == 0 {
			continue
		}
		of := group.Status
		counts = append(counts, countView{of.Class(), of.Symbol(), l.Count(len(group.Rows)) + " " + strings.ToLower(wordOf(of, len(group.Rows), l))})
	}
	return counts
}

// wordOf is the status of one or of several.
func wordOf(of status.Status, number int, l *language.Language) string {
	if number == 1 {
		return of.Name(l)
	}
	return of.Plural(l)
}
