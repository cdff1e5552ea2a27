package oncall

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// Rota is who is on duty when.
type Rota struct {
	// The name that owners and escalations call the rota by.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// With weeks: the day of the week on which the next person takes over.
	ChangeDay string `yaml:"change_day,omitempty" jsonschema:"default=monday"`
	// With weeks: when, on that day, in the region's time zone: 08:00.
	ChangeTime string `yaml:"change_time,omitempty" jsonschema:"default=08:00"`
	// The id of the receiver who is on duty from the change in that week, by ISO week: 2025-W12. There is no gap between the first and the last. One of weeks and calendar is given.
	Weeks map[string]string `yaml:"weeks,omitempty"`
	// An iCalendar, each event of which is a shift.
	Calendar *Calendar `yaml:"calendar,omitempty"`
	// With a calendar: the id of the receiver whom an event's title names. A title that is a receiver's id need not be here.
	People map[string]string `yaml:"people,omitempty"`

	// read are the calendar's shifts, and titles whom its events name by ids.
	read   []Shift
	titles []string
}

// UnmarshalYAML gives the keys that are left out their defaults.
func (r *Rota) UnmarshalYAML(decode func(any) error) error {
	type plain Rota
	var made plain
	if err := decode(&made); err != nil {
		return err
	}
	*r = Rota(made)
	if r.Calendar == nil {
		r.ChangeDay, r.ChangeTime = cmp.Or(r.ChangeDay, "monday"), cmp.Or(r.ChangeTime, "08:00")
	}
	return nil
}

// Shift is a time that one receiver is on duty.
type Shift struct {
	// From and To are local moments: To is the next one's From.
	From, To time.Time
	// Receiver is the id of who is on duty.
	Receiver string
}

// Rota returns the rota with the id.
func (o *OnCall) Rota(id string) (Rota, bool) {
	i := slices.IndexFunc(o.Rotas, func(r Rota) bool { return r.ID == id })
	if i < 0 {
		return Rota{}, false
	}
	return o.Rotas[i], true
}

// Shifts returns who is on duty when, in order, in the time zone. Those of a
// calendar are as it was last read, and none before.
func (r Rota) Shifts(zone *time.Location) []Shift {
	if r.Calendar != nil {
		return r.read
	}
	var shifts []Shift
	for _, week := range slices.Sorted(maps.Keys(r.Weeks)) {
		monday, err := mondayOf(week)
		if err != nil {
			continue // it is not valid
		}
		from := r.change(monday, zone)
		to := r.change(monday.AddDate(0, 0, 7), zone)
		if n := len(shifts); n > 0 && shifts[n-1].Receiver == r.Weeks[week] && shifts[n-1].To.Equal(from) {
			shifts[n-1].To = to
			continue
		}
		shifts = append(shifts, Shift{From: from, To: to, Receiver: r.Weeks[week]})
	}
	return shifts
}

// change returns when the next person takes over in the week of that monday.
func (r Rota) change(monday time.Time, zone *time.Location) time.Time {
	clock, _ := time.Parse("15:04", r.ChangeTime)
	day := monday.AddDate(0, 0, slices.Index(weekdays, r.ChangeDay))
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
}

var weekPattern = regexp.MustCompile(`^([0-9]{4})-W([0-9]{2})$`)

// mondayOf returns the monday of an ISO week such as 2025-W12.
func mondayOf(week string) (time.Time, error) {
	found := weekPattern.FindStringSubmatch(week)
	if found == nil {
		return time.Time{}, fmt.Errorf("%q is not a week such as 2025-W12", week)
	}
	year, _ := strconv.Atoi(found[1])
	number, _ := strconv.Atoi(found[2])
	// The 4th of January is always in the first week.
	fourth := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday()+6)%7)+7*(number-1))
	if y, n := monday.ISOWeek(); y != year || n != number {
		return time.Time{}, fmt.Errorf("%s has no week %d", found[1], number)
	}
	return monday, nil
}

func (o *OnCall) validateRotas(f *yamlfile.Faults) {
	for i, r := range o.Rotas {
		place := fmt.Sprintf(".rotas[%d]", i)
		_, taken := o.Receiver(r.ID)
		switch first := slices.IndexFunc(o.Rotas, func(other Rota) bool { return other.ID == r.ID }); {
		case !naming.ValidID(r.ID):
			f.Add(place+".id", "rotas: %q is not a name of lower-case words joined by hyphens", r.ID)
		case taken || first < i:
			f.Add(place+".id", "rota %s: the name is given twice", r.ID)
		}
		r.validate(o, f.In(place, "rota "+r.ID))
	}
}

func (r Rota) validate(o *OnCall, f *yamlfile.Faults) {
	if r.Calendar != nil {
		r.validateCalendar(o, f)
		return
	}
	if len(r.People) > 0 {
		f.Add(".people", "people: they go with a calendar; leave them out, or give one")
	}
	if !slices.Contains(weekdays, r.ChangeDay) {
		f.Add(".change_day", "change_day: %q is not a day such as monday", r.ChangeDay)
	}
	if !timePattern.MatchString(r.ChangeTime) || r.ChangeTime == "24:00" {
		f.Add(".change_time", "change_time: %q is not a time such as 08:00", r.ChangeTime)
	}
	if len(r.Weeks) == 0 {
		f.Add("", "weeks: missing; say who is on duty in which week, or give a calendar")
	}
	var before time.Time
	for _, week := range slices.Sorted(maps.Keys(r.Weeks)) {
		part := f.In(".weeks."+week, "weeks")
		monday, err := mondayOf(week)
		switch {
		case err != nil:
			part.Add("", "%w", err)
			continue
		case !before.IsZero() && monday.Sub(before) > 7*24*time.Hour:
			part.Add("", "%s follows %s: nobody is on duty between", week, isoWeek(before))
		}
		before = monday
		if _, ok := o.Receiver(r.Weeks[week]); !ok {
			part.Add("", "%s: %q is not one of the receivers", week, r.Weeks[week])
		}
	}
}

func isoWeek(of time.Time) string {
	year, week := of.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// Persons returns the receivers that are on duty at some time, in order of
// their ids.
func (r Rota) Persons() []string {
	persons := slices.Collect(maps.Values(r.Weeks))
	for _, shift := range r.read {
		persons = append(persons, shift.Receiver)
	}
	slices.SortFunc(persons, cmp.Compare[string])
	return slices.Compact(persons)
}
