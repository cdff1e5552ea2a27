// Package routing makes Alertmanager's configuration from a region's on-call
// file: who gets which alert, when, and which alerts are inhibited.
package routing

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/alerts/message"
	"planwatch/alerts/oncall"
	"planwatch/alerts/rules"
	"planwatch/config"
	"planwatch/internal/calendar"
	"planwatch/internal/clock"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// Configuration returns Alertmanager's configuration for the region, to be
// written as YAML. The region must have an on-call file.
func Configuration(region *config.Region) any { return maker{region}.configuration() }

// maker makes the routing of a region.
type maker struct{ region *config.Region }

const (
	// copyWait keeps short failures from owners who only depend on the data.
	copyWait = 30 * time.Minute
)

// configuration returns the region's routing.
func (m maker) configuration() configuration {
	o := m.region.OnCall
	c := configuration{
		Templates:    m.templates(),
		Route:        m.route(),
		InhibitRules: m.inhibitions(),
		Receivers:    m.receivers(),
	}
	if o.Mail.Smarthost != "" {
		c.Global = global{Smarthost: o.Mail.Smarthost, From: o.Mail.From, Username: o.Mail.Username, RequireTLS: new(o.Mail.RequireTLS)}
		if o.Mail.PasswordFile != "" {
			c.Global.PasswordFile = o.Path(o.Mail.PasswordFile)
		}
	}
	for _, h := range o.Hours {
		c.TimeIntervals = append(c.TimeIntervals, m.interval(h))
	}
	if o.Holidays != calendar.None {
		c.TimeIntervals = append(c.TimeIntervals, m.holidays())
	}
	if w := o.Severities.Warning.Weekly; w != nil {
		c.TimeIntervals = append(c.TimeIntervals, m.weekly(*w))
	}
	c.TimeIntervals = append(c.TimeIntervals, m.shifts()...)
	return c
}

// templates returns the paths of the files with messages and addresses.
func (m maker) templates() []string {
	files := []string{"templates/*.tmpl"}
	for _, receiver := range m.region.OnCall.Receivers {
		if receiver.AddressFile() == "" {
			continue
		}
		if file := m.region.OnCall.Path(receiver.AddressFile()); !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	return files
}

func (m maker) route() route {
	o := m.region.OnCall
	root := route{
		Receiver:       o.Operations,
		GroupBy:        append([]string{naming.LabelOwner}, o.GroupBy...),
		GroupWait:      o.Wait,
		GroupInterval:  o.Interval,
		RepeatInterval: o.Severities.Warning.Repeat,
	}
	watchdog := route{Receiver: oncall.Nowhere, Matchers: []string{matcher(naming.LabelAlertName, "=", naming.Watchdog)}}
	if o.Watchdog != "" {
		watchdog.Receiver = oncall.WatchdogReceiver
		watchdog.GroupBy = []string{naming.LabelAlertName}
		watchdog.RepeatInterval = yamlfile.Duration(5 * time.Minute)
	}
	root.Routes = append(root.Routes, watchdog)
	for _, owner := range o.Owners {
		root.Routes = append(root.Routes, m.copies(owner)...)
	}
	for _, owner := range o.Owners {
		route := route{Receiver: owner.ID, Matchers: []string{matcher(naming.LabelOwner, "=", owner.ID)}}
		for _, quiet := range o.Quiet {
			critical := o.Severities.Critical
			if quiet.Repeat != 0 {
				critical.Repeat = quiet.Repeat
			}
			route.Routes = append(route.Routes, m.sent(critical, quiet.Hours,
				matcher(naming.LabelSeverity, "=", naming.SeverityCritical), matcher(naming.LabelDomain, "=~", quiet.Domains...)))
		}
		route.Routes = append(route.Routes, m.onDuty(owner)...)
		route.Routes = append(route.Routes, m.escalations(owner)...)
		route.Routes = append(route.Routes,
			m.sent(o.Severities.Critical, o.Severities.Critical.Hours, matcher(naming.LabelSeverity, "=", naming.SeverityCritical)),
			m.warnings())
		root.Routes = append(root.Routes, route)
	}
	return root
}

// sent returns the route of alerts that match, active in the hours.
func (m maker) sent(s oncall.Sending, hours string, matchers ...string) route {
	route := route{Matchers: matchers, RepeatInterval: s.Repeat}
	if hours != "" {
		route.Active = []string{hours}
		if h, _ := m.region.OnCall.HoursOf(hours); !h.OnHolidays && m.region.OnCall.Holidays != calendar.None {
			route.Mute = []string{oncall.HolidaysInterval}
		}
	}
	return route
}

// warnings returns the route of an owner's warnings.
func (m maker) warnings() route {
	warning := m.region.OnCall.Severities.Warning
	route := m.sent(warning, warning.Hours, matcher(naming.LabelSeverity, "=", naming.SeverityWarning))
	if warning.Weekly != nil {
		// All of the owner's in one message, in the hour of the week: what repeats
		// more often than weekly is sent in each such hour, and in no other.
		route.GroupBy, route.Active, route.RepeatInterval = []string{naming.LabelOwner}, []string{oncall.WeeklyInterval}, yamlfile.Duration(6*24*time.Hour)
	}
	return route
}

// copies returns routes that notify an owner of faults in the data that the
// owner's alerts depend on: one message instead of the inhibited ones. It is
// sent in the hours of warnings, and only for a failure that lasts.
func (m maker) copies(owner oncall.Owner) []route {
	domains, sources := m.dependsOn(owner.ID)
	if owner.ID == m.region.OnCall.Operations || len(domains) == 0 {
		return nil
	}
	var routes []route
	for _, matchers := range [][]string{
		{matcher(naming.LabelAlertName, "=", naming.SourceDown), matcher(naming.LabelSource, "=~", sources...)},
		{matcher(naming.LabelAlertName, "=", naming.DataStale), matcher(naming.LabelDomain, "=~", domains...)},
	} {
		route := m.sent(m.region.OnCall.Severities.Warning, m.region.OnCall.Severities.Warning.Hours, matchers...)
		route.Receiver, route.GroupWait, route.Continue = owner.ID, yamlfile.Duration(copyWait), true
		routes = append(routes, route)
	}
	return routes
}

// dependsOn returns the collectors and sources that an owner's targets need.
func (m maker) dependsOn(owner string) (domains, sources []string) {
	for _, t := range m.region.Plan.Targets {
		if t.Owner != owner {
			continue
		}
		for _, name := range needs(t) {
			if d := m.region.Giving(name); d != nil {
				domains, sources = append(domains, d.Collector), append(sources, d.Source)
			}
		}
	}
	slices.Sort(domains)
	slices.Sort(sources)
	return slices.Compact(domains), slices.Compact(sources)
}

// needs returns the KPIs that a target needs.
func needs(t plan.Target) []string {
	if t.ValueFrom != nil && t.ValueFrom.KPI != "" {
		return []string{t.KPI, t.ValueFrom.KPI}
	}
	return []string{t.KPI}
}

// aboutKPIs matches every alert about a KPI.
var aboutKPIs = matcher(naming.LabelAlertName, "=~", naming.AnyKPIAlert)

// inhibitions returns the rules that inhibit alerts whose cause has its own
// alert.
func (m maker) inhibitions() []inhibition {
	same := func(alert string) []string { return []string{matcher(naming.LabelAlertName, "=", alert)} }
	inhibited := []inhibition{
		{same(naming.PlanwatchDown), []string{matcher(naming.LabelAlertName, "!~", naming.PlanwatchDown, naming.Watchdog)}, nil},
		{[]string{matcher(naming.LabelSeverity, "=", naming.SeverityCritical)}, []string{matcher(naming.LabelSeverity, "=", naming.SeverityWarning)},
			[]string{naming.LabelAlertName, naming.LabelDomain, naming.LabelSource, naming.LabelTarget}},
		{[]string{matcher(naming.LabelAlertName, "=~", naming.AnyOffPlan)}, []string{matcher(naming.LabelAlertName, "=~", naming.AnyForecast)}, []string{naming.LabelTarget}},
		{same(naming.SourceDown), []string{matcher(naming.LabelAlertName, "!=", naming.SourceDown), matcher(naming.LabelDomain, "!=", naming.DomainPlanwatch)}, []string{naming.LabelSource}},
		{same(naming.DataStale), []string{aboutKPIs}, []string{naming.LabelDomain}},
		{same(naming.DataStale), []string{matcher(naming.LabelAlertName, "=~", naming.KPIMissing, naming.TargetWithoutFigure)}, []string{naming.LabelDomain}},
		{same(naming.CollectorFailing), []string{matcher(naming.LabelAlertName, "=~", naming.DataStale, naming.KPIMissing, naming.TargetWithoutFigure), matcher(naming.LabelSeverity, "=", naming.SeverityWarning)}, []string{naming.LabelDomain}},
		{same(naming.KPIMissing), same(naming.TargetWithoutFigure), []string{naming.LabelKPI}},
	}
	return append(inhibited, m.foreignInhibitions()...)
}

// foreignInhibitions returns the rules that inhibit alerts on targets whose
// value comes from another collector than the actual figure.
func (m maker) foreignInhibitions() []inhibition {
	targets, foreign := map[string][]string{}, []string{}
	for _, t := range m.region.Plan.Targets {
		if t.ValueFrom == nil || t.ValueFrom.KPI == "" {
			continue
		}
		own, other := m.region.Giving(t.KPI), m.region.Giving(t.ValueFrom.KPI)
		if own == nil || other == nil || own == other {
			continue
		}
		if targets[other.Collector] == nil {
			foreign = append(foreign, other.Collector)
		}
		targets[other.Collector] = append(targets[other.Collector], t.ID)
	}
	slices.Sort(foreign)
	var inhibited []inhibition
	for _, collector := range foreign {
		target := []string{aboutKPIs, matcher(naming.LabelTarget, "=~", targets[collector]...)}
		inhibited = append(inhibited, inhibition{[]string{matcher(naming.LabelAlertName, "=", naming.DataStale), matcher(naming.LabelDomain, "=", collector)}, target, nil})
		for _, d := range m.region.Collectors {
			if d.Collector == collector && len(rules.Sources(m.region.Collectors)) > 1 {
				inhibited = append(inhibited, inhibition{[]string{matcher(naming.LabelAlertName, "=", naming.SourceDown), matcher(naming.LabelSource, "=", d.Source)}, target, nil})
			}
		}
	}
	return inhibited
}

// matcher returns an Alertmanager matcher; it matches any of the values.
func matcher(label, operator string, values ...string) string {
	return label + operator + strconv.Quote(strings.Join(values, "|"))
}

// receivers returns one receiver for each owner, with all of the owner's
// addresses.
func (m maker) receivers() []receiver {
	o := m.region.OnCall
	all := []receiver{{Name: oncall.Nowhere}}
	if o.Watchdog != "" {
		w := receiver{Name: oncall.WatchdogReceiver}
		receiver, _ := o.Receiver(o.Watchdog)
		w.add(o, receiver, m.region.Languages, "")
		all = append(all, w)
	}
	for _, owner := range o.Owners {
		a := receiver{Name: owner.ID}
		for _, id := range owner.Receivers {
			receiver, _ := o.Receiver(id)
			a.add(o, receiver, m.region.Languages, "")
		}
		all = append(all, a)
	}
	return append(all, m.others()...)
}

// payload is what is sent to a webhook, as a template of an object; "" for
// Alertmanager's own JSON. Alertmanager reads what the template gives as YAML, where
// 46701234567 is a number and what has a colon an object: in a block, all is text.
func payload(r oncall.Receiver, languages *language.Set, before string) string {
	places := strings.NewReplacer(oncall.PlaceSMS, before+call("sms", languages), oncall.PlaceAddress, fmt.Sprintf("{{ template %q . }}", AddressOf(r.ID)))
	var object strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.Webhook.Payload)) {
		fmt.Fprintf(&object, "%q: |2-\n  %s\n", name, places.Replace(r.Webhook.Payload[name]))
	}
	return object.String()
}

// AddressOf is the name of the template with a receiver's address: of e-mail, or what
// stands for it at a webhook.
func AddressOf(receiver string) string { return "address." + receiver }

// add adds an address; before begins the subject of its messages.
func (a *receiver) add(o *oncall.OnCall, r oncall.Receiver, languages *language.Set, before string) {
	switch {
	case r.Email != nil:
		a.Emails = append(a.Emails, email{
			SendResolved: true,
			// Alertmanager cannot read an address from a file, so the address
			// is a template in its own file.
			To:      fmt.Sprintf("{{ template %q . }}", AddressOf(r.ID)),
			Headers: headers{Subject: before + call("subject", languages)},
			HTML:    call("html", languages),
			Text:    call("text", languages),
		})
	case r.Webhook != nil:
		a.Webhooks = append(a.Webhooks, webhook{SendResolved: true, URLFile: o.Path(r.Webhook.URLFile), Payload: payload(r, languages, before)})
	case r.Teams != nil:
		a.Teams = append(a.Teams, teams{
			SendResolved: true, URLFile: o.Path(r.Teams.URLFile),
			Title: before + call("title", languages), Text: call("markdown", languages),
		})
	}
}

// interval returns the hours as an Alertmanager time interval.
func (m maker) interval(h oncall.Hours) interval {
	return interval{Name: h.ID, Times: []times{{
		Times: []timeRange{{h.From, h.To}}, Weekdays: h.Weekdays, Location: m.region.Location.String(),
	}}}
}

// weekly returns the hour of the week. Where the clocks skip all of it, it is the hour
// after the change: in the years of the plan's targets and the year after, since
// Alertmanager takes dates only.
func (m maker) weekly(w oncall.Weekly) interval {
	hour := m.interval(oncall.Hours{ID: oncall.WeeklyInterval, Weekdays: []string{w.Day}, From: w.Time, To: w.End()})
	begins, err := time.Parse("15:04", w.Time)
	if err != nil {
		return hour // it is not valid
	}
	first, last := m.region.Years()
	for day := time.Date(first, time.January, 1, begins.Hour(), begins.Minute(), 0, 0, time.UTC); day.Year() <= last; day = day.AddDate(0, 0, 1) {
		if !strings.EqualFold(day.Weekday().String(), w.Day) {
			continue
		}
		from := clock.FirstShowing(day, m.region.Location)
		if clock.FirstShowing(day.Add(time.Hour), m.region.Location).Equal(from) {
			hour.Times = append(hour.Times, between(from, from.Add(time.Hour))...)
		}
	}
	return hour
}

// holidays returns the public holidays of the years of the plan's targets and
// of the year after; none without targets. Alertmanager cannot compute Easter,
// so each is a date.
func (m maker) holidays() interval {
	interval := interval{Name: oncall.HolidaysInterval}
	first, last := m.region.Years()
	for year := first; year <= last; year++ {
		for _, holiday := range m.region.OnCall.Holidays.Holidays(year) {
			month, day := strconv.Itoa(int(holiday.Date.Month())), strconv.Itoa(holiday.Date.Day())
			if n := len(interval.Times); n > 0 && interval.Times[n-1].Months[0] == month && interval.Times[n-1].Years[0] == strconv.Itoa(year) {
				interval.Times[n-1].Days = append(interval.Times[n-1].Days, day)
				continue
			}
			interval.Times = append(interval.Times, times{
				Days: []string{day}, Months: []string{month}, Years: []string{strconv.Itoa(year)}, Location: m.region.Location.String(),
			})
		}
	}
	return interval
}

// call returns a call of a notification template in the region's first
// language.
func call(part string, languages *language.Set) string {
	return fmt.Sprintf("{{ template %q . }}", message.Name(part, languages, languages.First()))
}
