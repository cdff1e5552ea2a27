package alerts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// amConfig is Alertmanager's configuration, as far as planwatch uses it.
type amConfig struct {
	Global        amGlobal     `yaml:"global,omitempty"`
	Templates     []string     `yaml:"templates"`
	Route         amRoute      `yaml:"route"`
	InhibitRules  []amInhibit  `yaml:"inhibit_rules"`
	Receivers     []amReceiver `yaml:"receivers"`
	TimeIntervals []amInterval `yaml:"time_intervals,omitempty"`
}

type amGlobal struct {
	Smarthost    string `yaml:"smtp_smarthost,omitempty"`
	From         string `yaml:"smtp_from,omitempty"`
	Username     string `yaml:"smtp_auth_username,omitempty"`
	PasswordFile string `yaml:"smtp_auth_password_file,omitempty"`
	RequireTLS   *bool  `yaml:"smtp_require_tls,omitempty"`
}

type amRoute struct {
	Receiver       string            `yaml:"receiver,omitempty"`
	Matchers       []string          `yaml:"matchers,omitempty"`
	GroupBy        []string          `yaml:"group_by,omitempty,flow"`
	GroupWait      yamlfile.Duration `yaml:"group_wait,omitempty"`
	GroupInterval  yamlfile.Duration `yaml:"group_interval,omitempty"`
	RepeatInterval yamlfile.Duration `yaml:"repeat_interval,omitempty"`
	Active         []string          `yaml:"active_time_intervals,omitempty,flow"`
	Mute           []string          `yaml:"mute_time_intervals,omitempty,flow"`
	Continue       bool              `yaml:"continue,omitempty"`
	Routes         []amRoute         `yaml:"routes,omitempty"`
}

type amInhibit struct {
	Source []string `yaml:"source_matchers"`
	Target []string `yaml:"target_matchers"`
	Equal  []string `yaml:"equal,omitempty,flow"`
}

type amReceiver struct {
	Name     string      `yaml:"name"`
	Emails   []amEmail   `yaml:"email_configs,omitempty"`
	Webhooks []amWebhook `yaml:"webhook_configs,omitempty"`
	Teams    []amTeams   `yaml:"msteamsv2_configs,omitempty"`
}

type amEmail struct {
	SendResolved bool      `yaml:"send_resolved"`
	To           string    `yaml:"to"`
	Headers      amHeaders `yaml:"headers"`
	HTML         string    `yaml:"html"`
	Text         string    `yaml:"text"`
}

type amHeaders struct {
	Subject string `yaml:"Subject"`
}

type amWebhook struct {
	SendResolved bool   `yaml:"send_resolved"`
	URLFile      string `yaml:"url_file"`
}

type amTeams struct {
	SendResolved bool   `yaml:"send_resolved"`
	URLFile      string `yaml:"webhook_url_file"`
	Title        string `yaml:"title"`
	Text         string `yaml:"text"`
}

type amInterval struct {
	Name  string   `yaml:"name"`
	Times []amTime `yaml:"time_intervals"`
}

type amTime struct {
	Times    []amTimeRange `yaml:"times,omitempty"`
	Weekdays []string      `yaml:"weekdays,omitempty,flow"`
	Days     []string      `yaml:"days_of_month,omitempty,flow"`
	Months   []string      `yaml:"months,omitempty,flow"`
	Years    []string      `yaml:"years,omitempty,flow"`
	Location string        `yaml:"location"`
}

type amTimeRange struct {
	Start string `yaml:"start_time"`
	End   string `yaml:"end_time"`
}

const (
	// nowhere is the receiver of what is not sent.
	nowhere = "nowhere"
	// watchdogReceiver is the receiver of the watchdog.
	watchdogReceiver = "watchdog"
	// holidaysInterval are the public holidays.
	holidaysInterval = "public-holidays"
)

const (
	// groupWait lets what one event sets off come together in one message.
	groupWait = 30 * time.Second
	// groupInterval is how soon a message tells of more in the same group.
	groupInterval = 5 * time.Minute
	// copyWait spares those who only depend on the data the short failures.
	copyWait = 30 * time.Minute
)

// alertmanager is the region's routing.
func (r *Region) alertmanager() amConfig {
	o := r.OnCall
	c := amConfig{
		Templates:    r.templates(),
		Route:        r.route(),
		InhibitRules: r.inhibitions(),
		Receivers:    r.receivers(),
	}
	if o.Mail.Smarthost != "" {
		c.Global = amGlobal{Smarthost: o.Mail.Smarthost, From: o.Mail.From, Username: o.Mail.Username, RequireTLS: new(o.Mail.RequireTLS)}
		if o.Mail.PasswordFile != "" {
			c.Global.PasswordFile = o.path(o.Mail.PasswordFile)
		}
	}
	for _, h := range o.Hours {
		c.TimeIntervals = append(c.TimeIntervals, r.interval(h))
	}
	if o.Holidays != NoHolidays {
		c.TimeIntervals = append(c.TimeIntervals, r.holidays())
	}
	return c
}

// templates are the files with messages and with addresses.
func (r *Region) templates() []string {
	files := []string{"templates/*.tmpl"}
	for _, receiver := range r.OnCall.Receivers {
		if receiver.Email != nil {
			if file := r.OnCall.path(receiver.Email.AddressFile); !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files
}

func (r *Region) route() amRoute {
	o := r.OnCall
	root := amRoute{
		Receiver:       o.Operations,
		GroupBy:        append([]string{LabelOwner}, o.GroupBy...),
		GroupWait:      duration(groupWait),
		GroupInterval:  duration(groupInterval),
		RepeatInterval: o.Severities.Warning.Repeat,
	}
	watchdog := amRoute{Receiver: nowhere, Matchers: []string{matcher("alertname", "=", Watchdog)}}
	if o.Watchdog != "" {
		watchdog.Receiver = watchdogReceiver
		watchdog.GroupBy = []string{"alertname"}
		watchdog.RepeatInterval = duration(5 * time.Minute)
	}
	root.Routes = append(root.Routes, watchdog)
	for _, owner := range o.Owners {
		root.Routes = append(root.Routes, r.copies(owner)...)
	}
	for _, owner := range o.Owners {
		route := amRoute{Receiver: owner.ID, Matchers: []string{matcher(LabelOwner, "=", owner.ID)}}
		for _, quiet := range o.Quiet {
			route.Routes = append(route.Routes, r.sent(o.Severities.Critical, quiet.Hours,
				matcher(LabelSeverity, "=", plan.SeverityCritical), matcher(LabelDomain, "=~", quiet.Domains...)))
		}
		route.Routes = append(route.Routes,
			r.sent(o.Severities.Critical, o.Severities.Critical.Hours, matcher(LabelSeverity, "=", plan.SeverityCritical)),
			r.sent(o.Severities.Warning, o.Severities.Warning.Hours, matcher(LabelSeverity, "=", plan.SeverityWarning)))
		root.Routes = append(root.Routes, route)
	}
	return root
}

// sent is the route of what the matchers match, at its hours.
func (r *Region) sent(s Sending, hours string, matchers ...string) amRoute {
	route := amRoute{Matchers: matchers, RepeatInterval: s.Repeat}
	if hours != "" {
		route.Active = []string{hours}
		if h, _ := r.OnCall.hours(hours); !h.OnHolidays && r.OnCall.Holidays != NoHolidays {
			route.Mute = []string{holidaysInterval}
		}
	}
	return route
}

// copies tell an owner of data that the owner's own alerts are built on: one
// message in place of those that are held back. It comes when warnings do,
// and only of a failure that lasts.
func (r *Region) copies(owner Owner) []amRoute {
	domains, sources := r.dependsOn(owner.ID)
	if owner.ID == r.OnCall.Operations || len(domains) == 0 {
		return nil
	}
	var routes []amRoute
	for _, matchers := range [][]string{
		{matcher("alertname", "=", SourceDown), matcher(LabelSource, "=~", sources...)},
		{matcher("alertname", "=", DataStale), matcher(LabelDomain, "=~", domains...)},
	} {
		route := r.sent(r.OnCall.Severities.Warning, r.OnCall.Severities.Warning.Hours, matchers...)
		route.Receiver, route.GroupWait, route.Continue = owner.ID, duration(copyWait), true
		routes = append(routes, route)
	}
	return routes
}

// dependsOn are the collectors and sources that an owner's targets need.
func (r *Region) dependsOn(owner string) (domains, sources []string) {
	for _, t := range r.Plan.Targets {
		if t.Owner != owner {
			continue
		}
		for _, name := range needs(t) {
			if d := r.definition(name); d != nil {
				domains, sources = append(domains, d.Collector), append(sources, d.Source)
			}
		}
	}
	slices.Sort(domains)
	slices.Sort(sources)
	return slices.Compact(domains), slices.Compact(sources)
}

// needs are the KPIs that a target is about.
func needs(t plan.Target) []string {
	if t.ValueFrom != nil {
		return []string{t.KPI, t.ValueFrom.KPI}
	}
	return []string{t.KPI}
}

// aboutKPIs matches every alert that is built on figures.
var aboutKPIs = `alertname=~".+(` + suffixOffPlan + `|` + suffixForecast + `)"`

// inhibitions hold back what follows from something else that is said already.
func (r *Region) inhibitions() []amInhibit {
	same := func(alert string) []string { return []string{matcher("alertname", "=", alert)} }
	rules := []amInhibit{
		{same(PlanwatchDown), []string{matcher("alertname", "!~", PlanwatchDown, Watchdog)}, nil},
		{[]string{matcher(LabelSeverity, "=", plan.SeverityCritical)}, []string{matcher(LabelSeverity, "=", plan.SeverityWarning)},
			[]string{"alertname", LabelDomain, LabelSource, plan.LabelTarget}},
		{[]string{`alertname=~".+` + suffixOffPlan + `"`}, []string{`alertname=~".+` + suffixForecast + `"`}, []string{plan.LabelTarget}},
		{same(SourceDown), []string{matcher("alertname", "!=", SourceDown), matcher(LabelDomain, "!=", DomainPlanwatch)}, []string{LabelSource}},
		{same(DataStale), []string{aboutKPIs}, []string{LabelDomain}},
		{same(DataStale), []string{matcher("alertname", "=~", KPIMissing, TargetWithoutFigure)}, []string{LabelDomain}},
		{same(CollectorFailing), []string{matcher("alertname", "=~", DataStale, KPIMissing, TargetWithoutFigure), matcher(LabelSeverity, "=", plan.SeverityWarning)}, []string{LabelDomain}},
		{same(KPIMissing), same(TargetWithoutFigure), []string{plan.LabelKPI}},
	}
	return append(rules, r.foreignInhibitions()...)
}

// foreignInhibitions hold back alerts on targets whose value another
// collector gives than the one that gives the figure.
func (r *Region) foreignInhibitions() []amInhibit {
	targets, foreign := map[string][]string{}, []string{}
	for _, t := range r.Plan.Targets {
		if t.ValueFrom == nil {
			continue
		}
		own, other := r.definition(t.KPI), r.definition(t.ValueFrom.KPI)
		if own == nil || other == nil || own == other {
			continue
		}
		if targets[other.Collector] == nil {
			foreign = append(foreign, other.Collector)
		}
		targets[other.Collector] = append(targets[other.Collector], t.ID)
	}
	slices.Sort(foreign)
	var rules []amInhibit
	for _, collector := range foreign {
		target := []string{aboutKPIs, matcher(plan.LabelTarget, "=~", targets[collector]...)}
		rules = append(rules, amInhibit{[]string{matcher("alertname", "=", DataStale), matcher(LabelDomain, "=", collector)}, target, nil})
		for _, d := range r.Collectors {
			if d.Collector == collector && len(r.sources()) > 1 {
				rules = append(rules, amInhibit{[]string{matcher("alertname", "=", SourceDown), matcher(LabelSource, "=", d.Source)}, target, nil})
			}
		}
	}
	return rules
}

// matcher writes one of Alertmanager's matchers; several values are
// alternatives.
func matcher(label, operator string, values ...string) string {
	return label + operator + strconv.Quote(strings.Join(values, "|"))
}

// receivers are one an owner, with all of the owner's addresses.
func (r *Region) receivers() []amReceiver {
	o := r.OnCall
	all := []amReceiver{{Name: nowhere}}
	if o.Watchdog != "" {
		w := amReceiver{Name: watchdogReceiver}
		receiver, _ := o.receiver(o.Watchdog)
		w.add(o, receiver)
		all = append(all, w)
	}
	for _, owner := range o.Owners {
		a := amReceiver{Name: owner.ID}
		for _, id := range owner.Receivers {
			receiver, _ := o.receiver(id)
			a.add(o, receiver)
		}
		all = append(all, a)
	}
	return all
}

func (a *amReceiver) add(o *OnCall, r Receiver) {
	switch {
	case r.Email != nil:
		a.Emails = append(a.Emails, amEmail{
			SendResolved: true,
			// The address is a template in a file of its own: Alertmanager
			// reads no address from a file otherwise.
			To:      fmt.Sprintf("{{ template %q . }}", "address."+r.ID),
			Headers: amHeaders{Subject: `{{ template "planwatch.subject" . }}`},
			HTML:    `{{ template "planwatch.html" . }}`,
			Text:    `{{ template "planwatch.text" . }}`,
		})
	case r.Webhook != nil:
		a.Webhooks = append(a.Webhooks, amWebhook{SendResolved: true, URLFile: o.path(r.Webhook.URLFile)})
	case r.Teams != nil:
		a.Teams = append(a.Teams, amTeams{
			SendResolved: true, URLFile: o.path(r.Teams.URLFile),
			Title: `{{ template "planwatch.subject" . }}`, Text: `{{ template "planwatch.markdown" . }}`,
		})
	}
}

// interval are the hours as Alertmanager has them.
func (r *Region) interval(h Hours) amInterval {
	return amInterval{Name: h.ID, Times: []amTime{{
		Times: []amTimeRange{{h.From, h.To}}, Weekdays: h.Weekdays, Location: r.Location.String(),
	}}}
}

// holidays are the public holidays of the years that the plan speaks of, and
// of one more; none without targets. Alertmanager has no notion of Easter, so each is a date.
func (r *Region) holidays() amInterval {
	interval := amInterval{Name: holidaysInterval}
	first, last := r.years()
	for year := first; year <= last; year++ {
		for _, holiday := range r.OnCall.Holidays.Holidays(year) {
			month, day := strconv.Itoa(int(holiday.Date.Month())), strconv.Itoa(holiday.Date.Day())
			if n := len(interval.Times); n > 0 && interval.Times[n-1].Months[0] == month && interval.Times[n-1].Years[0] == strconv.Itoa(year) {
				interval.Times[n-1].Days = append(interval.Times[n-1].Days, day)
				continue
			}
			interval.Times = append(interval.Times, amTime{
				Days: []string{day}, Months: []string{month}, Years: []string{strconv.Itoa(year)}, Location: r.Location.String(),
			})
		}
	}
	return interval
}

// years are the first and the last year that holidays are needed for, in
// that order if there are any.
func (r *Region) years() (first, last int) {
	for _, t := range r.Plan.Targets {
		if first == 0 || t.From.Year < first {
			first = t.From.Year
		}
		last = max(last, t.From.Year, t.To.Year)
	}
	if first == 0 {
		return 1, 0
	}
	return first, last + 1
}
