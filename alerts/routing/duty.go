package routing

import (
	"fmt"
	"strconv"
	"time"

	"planwatch/alerts/oncall"
	"planwatch/internal/naming"
)

// onDuty returns the routes of an owner's critical alerts to whoever is on duty.
func (m maker) onDuty(owner oncall.Owner) []route {
	if owner.Duty == "" {
		return nil
	}
	rota, _ := m.region.OnCall.Rota(owner.Duty)
	var routes []route
	for _, person := range rota.Persons() {
		routes = append(routes, m.also(onDuty(rota.ID, person), shiftsOf(rota.ID, person)))
	}
	return routes
}

// also returns a route of critical alerts beside the owner's, in an interval;
// "" is always.
func (m maker) also(receiver, interval string) route {
	critical := m.region.OnCall.Severities.Critical
	r := m.sent(critical, critical.Hours, matcher(naming.LabelSeverity, "=", naming.SeverityCritical))
	r.Receiver, r.Continue = receiver, true
	if interval != "" {
		r.Active = append([]string{interval}, r.Active...)
	}
	return r
}

// escalations returns the routes of an owner's critical alerts that nobody has
// acknowledged. An acknowledged alert is silenced, and so not told of. Each alert
// is a group of its own, since the others of its event may have been
// acknowledged long ago, or may not have waited long enough.
func (m maker) escalations(owner oncall.Owner) []route {
	var routes []route
	for i, e := range owner.Escalation {
		add := func(r route) {
			r.GroupBy, r.GroupWait = []string{"..."}, e.After
			routes = append(routes, r)
		}
		if len(m.escalatedTo(e)) > 0 {
			add(m.also(escalated(owner.ID, i), ""))
		}
		for _, id := range e.Receivers {
			rota, ok := m.region.OnCall.Rota(id)
			if !ok {
				continue
			}
			for _, person := range rota.Persons() {
				add(m.also(escalated(owner.ID, i)+", "+onDuty(rota.ID, person), shiftsOf(rota.ID, person)))
			}
		}
	}
	return routes
}

// escalatedTo returns the receivers of an escalation that are no rota.
func (m maker) escalatedTo(e oncall.Escalation) []oncall.Receiver {
	var all []oncall.Receiver
	for _, id := range e.Receivers {
		if r, ok := m.region.OnCall.Receiver(id); ok {
			all = append(all, r)
		}
	}
	return all
}

// others returns the receivers of those on duty and of escalations.
func (m maker) others() []receiver {
	o, languages := m.region.OnCall, m.region.Languages
	var all []receiver
	known := map[string]bool{}
	add := func(name, before string, receivers ...oncall.Receiver) {
		if known[name] || len(receivers) == 0 {
			return
		}
		known[name] = true
		r := receiver{Name: name}
		for _, one := range receivers {
			r.add(o, one, languages, before)
		}
		all = append(all, r)
	}
	persons := func(rota oncall.Rota, name, before string) {
		for _, person := range rota.Persons() {
			one, _ := o.Receiver(person)
			add(name+onDuty(rota.ID, person), before, one)
		}
	}
	for _, owner := range o.Owners {
		if rota, ok := o.Rota(owner.Duty); ok {
			persons(rota, "", "")
		}
		for i, e := range owner.Escalation {
			before := languages.First().Say("Not acknowledged") + ": "
			add(escalated(owner.ID, i), before, m.escalatedTo(e)...)
			for _, id := range e.Receivers {
				if rota, ok := o.Rota(id); ok {
					persons(rota, escalated(owner.ID, i)+", ", before)
				}
			}
		}
	}
	return all
}

// onDuty is the receiver of a person who is on duty.
func onDuty(rota, person string) string { return person + " (" + rota + ")" }

// shiftsOf is the interval in which the person is on duty.
func shiftsOf(rota, person string) string { return "duty " + rota + " " + person }

// escalated is the receiver of an owner's alerts that nobody has acknowledged.
func escalated(owner string, step int) string {
	return fmt.Sprintf("%s, not acknowledged %d", owner, step+1)
}

// shifts returns the intervals in which each person of each rota is on duty.
func (m maker) shifts() []interval {
	var all []interval
	for _, rota := range m.region.OnCall.Rotas {
		shifts := rota.Shifts(m.region.Location)
		for _, person := range rota.Persons() {
			duty := interval{Name: shiftsOf(rota.ID, person)}
			for _, shift := range shifts {
				if shift.Receiver == person {
					duty.Times = append(duty.Times, between(shift.From, shift.To)...)
				}
			}
			all = append(all, duty)
		}
	}
	return all
}

// between returns the time from one moment to another as Alertmanager has it: a
// part of the first day, whole days, month by month, and a part of the last day.
// They are in UTC, since Alertmanager takes a month in which the clocks go
// forward to be a day shorter, and never matches its last day.
func between(from, to time.Time) []times {
	from, to = from.UTC(), to.UTC()
	var all []times
	for day := from; day.Before(to); {
		last, end := day, midnightAfter(day)
		t := times{Months: []string{strconv.Itoa(int(day.Month()))}, Years: []string{strconv.Itoa(day.Year())}, Location: time.UTC.String()}
		switch {
		case end.After(to):
			end = to
			t.Times = []timeRange{{day.Format("15:04"), to.Format("15:04")}}
		case day.Format("15:04") != "00:00":
			t.Times = []timeRange{{day.Format("15:04"), "24:00"}}
		default:
			for after := midnightAfter(end); !after.After(to) && end.Month() == day.Month(); after = midnightAfter(end) {
				last, end = end, after
			}
		}
		t.Days = []string{days(day, last)}
		all = append(all, t)
		day = end
	}
	return all
}

func midnightAfter(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
}

func days(first, last time.Time) string {
	if first.Day() == last.Day() {
		return strconv.Itoa(first.Day())
	}
	return fmt.Sprintf("%d:%d", first.Day(), last.Day())
}
