package oncall

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"planwatch/internal/diskfile"
	"planwatch/internal/icalendar"
	"planwatch/internal/yamlfile"
)

// Calendar is where a rota's iCalendar is: in a file, or at an address, which
// may hold a secret and so is in a file itself.
type Calendar struct {
	// File with the calendar, in the region's directory. One of file and url_file is given.
	File string `yaml:"file,omitempty"`
	// File with the calendar's address alone, http or https. Only where planwatch itself sends.
	URLFile string `yaml:"url_file,omitempty"`
}

// Years are those in which the events of calendars are shifts. First is after
// Last if there are none.
type Years struct{ First, Last int }

// named extends the years to those that the calendar names and the one after,
// so that a series without an end is cut off at a place that files alone say.
func (y Years) named(c *icalendar.Calendar) Years {
	first, last := c.Years()
	if first == 0 {
		return y
	}
	if y.First > y.Last {
		return Years{first, last + 1}
	}
	return Years{y.First, max(y.Last, last+1)}
}

func (r Rota) validateCalendar(o *OnCall, f *yamlfile.Faults) {
	if len(r.Weeks) > 0 {
		f.Add(".calendar", "calendar: weeks are given as well; give only one of them")
	}
	if r.ChangeDay != "" || r.ChangeTime != "" {
		f.Add("", "change_day and change_time: they go with weeks, and a calendar has its own times; leave them out")
	}
	if (r.Calendar.File == "") == (r.Calendar.URLFile == "") {
		f.Add(".calendar", "calendar: give one of file and url_file")
	}
	for _, title := range slices.Sorted(maps.Keys(r.People)) {
		id := r.People[title]
		if strings.TrimSpace(title) == "" || title != strings.TrimSpace(title) {
			f.Add(".people", "people: %q is not a title of events, which has no space around it", title)
		}
		if _, ok := o.Receiver(id); !ok {
			f.Add(".people", "people: %q: %q is not one of the receivers", title, id)
		}
	}
}

// ReadCalendars reads the calendars that are files, of the region or of the
// machine. Errors give the place here, and the file and line of the event. It is
// called once, before anything else has o.
func (o *OnCall) ReadCalendars(files fs.FS, zone *time.Location, years Years) error {
	f := yamlfile.NewFaults()
	for i := range o.Rotas {
		r := &o.Rotas[i]
		if r.Calendar == nil || r.Calendar.File == "" {
			continue
		}
		part := f.In(fmt.Sprintf(".rotas[%d].calendar", i), "rota "+r.ID)
		data, err := readCalendar(files, r.Calendar.File)
		if err != nil {
			part.Add(".file", "calendar: file: %w", err)
			continue
		}
		c, err := icalendar.Read(r.Calendar.File, data, zone)
		if err != nil {
			part.Append(err)
			continue
		}
		r.titles = c.Summaries()
		if r.read, err = o.shifts(*r, c, zone, years); err != nil {
			part.Append(err)
		}
	}
	if !f.Any() && !o.Fetches() {
		o.checkUsed(f)
	}
	return o.file.Locate(f.Err())
}

// readCalendar reads a file of the region, or of the machine if the path is
// absolute.
func readCalendar(files fs.FS, name string) ([]byte, error) {
	if path.IsAbs(name) {
		return diskfile.Read(name, icalendar.MaxBytes)
	}
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, icalendar.MaxBytes+1)) // what is larger is refused as it is read
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return data, nil
}

// ShiftsIn returns the shifts that a calendar has for the rota. name is what
// errors call the calendar.
func (o *OnCall) ShiftsIn(r Rota, name string, data []byte, zone *time.Location, years Years) ([]Shift, error) {
	c, err := icalendar.Read(name, data, zone)
	if err != nil {
		return nil, err
	}
	return o.shifts(r, c, zone, years)
}

// maxCalendarFaults is how many faults are told of one calendar.
const maxCalendarFaults = 20

// shifts returns the calendar's shifts. Errors have no word of what an event is
// about, since a wrong calendar may be about anyone.
func (o *OnCall) shifts(r Rota, c *icalendar.Calendar, zone *time.Location, years Years) ([]Shift, error) {
	years = years.named(c)
	if years.First > years.Last {
		return nil, nil
	}
	from := time.Date(years.First, time.January, 1, 0, 0, 0, 0, zone)
	to := time.Date(years.Last+1, time.January, 1, 0, 0, 0, 0, zone)
	occurrences, err := c.Occurrences(from, to)
	if err != nil {
		return nil, err
	}
	var faults []error
	fault := func(at icalendar.Occurrence, format string, args ...any) {
		if len(faults) < maxCalendarFaults {
			faults = append(faults, fmt.Errorf("%s:%d: event of %s: %w", c.Name(), at.Line, at.From.Format(minute), fmt.Errorf(format, args...)))
		}
	}
	var shifts []Shift
	unknown := map[int]bool{}
	var latest icalendar.Occurrence // of those before, the one that ends last
	for _, at := range occurrences {
		if at.From.Before(latest.To) {
			fault(at, "it overlaps the event of %s in line %d; one person is on duty at a time", latest.From.Format(minute), latest.Line)
		}
		if at.To.After(latest.To) {
			latest = at
		}
		person, ok := o.person(r, at.Summary)
		if !ok {
			if !unknown[at.Line] {
				fault(at, "its title is neither in people nor a receiver's id; add it to people")
			}
			unknown[at.Line] = true
			continue
		}
		if n := len(shifts); n > 0 && shifts[n-1].Receiver == person && shifts[n-1].To.Equal(at.From) {
			shifts[n-1].To = at.To
			continue
		}
		shifts = append(shifts, Shift{From: at.From, To: at.To, Receiver: person})
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return shifts, nil
}

// minute is how errors and notices write a moment.
const minute = "2006-01-02 15:04"

// person returns the id of the receiver whom a title names.
func (o *OnCall) person(r Rota, title string) (id string, ok bool) {
	if id, ok := r.People[title]; ok {
		return id, true
	}
	_, ok = o.Receiver(title)
	return title, ok
}

// Fetches reports whether a rota's calendar is at an address.
func (o *OnCall) Fetches() bool {
	return slices.ContainsFunc(o.Rotas, Rota.Fetched)
}

// Fetched reports whether the rota's calendar is at an address.
func (r Rota) Fetched() bool { return r.Calendar != nil && r.Calendar.URLFile != "" }

// CheckWritten returns why an Alertmanager's file cannot say who is on duty: a
// calendar at an address changes without the file.
func (o *OnCall) CheckWritten() error {
	for i, r := range o.Rotas {
		if r.Fetched() {
			return o.Fault(fmt.Sprintf("$.rotas[%d].calendar.url_file", i),
				"rota %s: calendar: url_file: only a planwatch that itself sends knows what is there now; for an Alertmanager's file, give weeks or calendar: {file: …}", r.ID)
		}
	}
	return nil
}

// WithShifts returns o with the shifts of those rotas whose ids are given.
func (o *OnCall) WithShifts(shifts map[string][]Shift) *OnCall {
	changed := *o
	changed.Rotas = slices.Clone(o.Rotas)
	for i, r := range changed.Rotas {
		if read, ok := shifts[r.ID]; ok {
			changed.Rotas[i].read = read
		}
	}
	return &changed
}

// ending is how long before its last shift's end a rota is told to end.
const ending = 14 * 24 * time.Hour

// DutyNotices are in words where the rotas leave nobody on duty at or after a
// moment. Those that are fetched are left out.
func (o *OnCall) DutyNotices(now time.Time, zone *time.Location) []string {
	var notices []string
	for _, r := range o.Rotas {
		if r.Fetched() {
			continue
		}
		for _, notice := range dutyNotices(r.Shifts(zone), now.In(zone)) {
			notices = append(notices, fmt.Sprintf("%s: rota %s: %s", File, r.ID, notice))
		}
	}
	return notices
}

func dutyNotices(shifts []Shift, now time.Time) []string {
	if len(shifts) == 0 {
		return []string{"its calendar has no shift: nobody is on duty"}
	}
	var notices []string
	var gaps [][2]time.Time
	free := now
	for _, shift := range shifts {
		if !shift.To.After(now) {
			continue
		}
		if shift.From.After(free) {
			gaps = append(gaps, [2]time.Time{free, shift.From})
		}
		free = shift.To
	}
	if len(gaps) > 0 {
		notice := fmt.Sprintf("nobody is on duty from %s to %s", gaps[0][0].Format(minute), gaps[0][1].Format(minute))
		if more := len(gaps) - 1; more > 0 {
			notice += fmt.Sprintf(", nor in later gaps: %d", more)
		}
		notices = append(notices, notice)
	}
	switch last := shifts[len(shifts)-1].To; {
	case !last.After(now):
		notices = append(notices, fmt.Sprintf("nobody is on duty since %s; add shifts", last.Format(minute)))
	case last.Before(now.Add(ending)):
		notices = append(notices, fmt.Sprintf("nobody is on duty after %s; add shifts", last.Format(minute)))
	}
	return notices
}
