package backtest

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"planwatch/internal/format"
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// Formats are those that a Result is written in.
func Formats() []format.Format { return []format.Format{format.Table, format.JSON} }

// Write writes the result in a format. Moments are in the location.
func (r Result) Write(w io.Writer, chosen format.Format, location *time.Location) error {
	if chosen == format.JSON {
		return format.WriteJSON(w, r.document(location))
	}
	return r.writeTable(w, location)
}

func (r Result) writeTable(w io.Writer, location *time.Location) error {
	if len(r.Alerts) > 0 {
		out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(out, "ALERT\tSEVERITY\tFIRED\tNOISE\tFIRING\tFIRST\tLAST\tTOLD\tSUMMARY")
		for _, a := range r.Alerts {
			first, last := a.Episodes[0], a.Episodes[len(a.Episodes)-1]
			until := "still firing"
			if !last.Until.IsZero() {
				until = last.Until.In(location).Format(minute)
			}
			cells := []string{
				a.Name(), a.Severity(), strconv.Itoa(len(a.Episodes)), strconv.Itoa(a.Noise()), span(a.Firing),
				first.From.In(location).Format(minute), until, a.told(), a.Summary,
			}
			for i := range cells {
				cells[i] = format.Cell(cells[i])
			}
			_, _ = fmt.Fprintln(out, strings.Join(cells, "\t"))
		}
		if err := out.Flush(); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, r.total())
	if already := r.already(); already > 0 && err == nil {
		_, err = fmt.Fprintf(w, "off plan at the first moment already, so for longer than is told: %s; an earlier --from tells since when\n", format.Count(already, "alert"))
	}
	if r.Moments == 1 && err == nil {
		_, err = fmt.Fprintln(w, "one moment was replayed, at which no wait can be over; an earlier --from shows more")
	}
	return err
}

// minute is how a moment is written in a table.
const minute = "2006-01-02 15:04"

// total is the result in one line.
func (r Result) total() string {
	text := "no alert fired"
	if fired, noise := r.Fired(); fired > 0 {
		text = fmt.Sprintf("%s fired %s; %d of them noise", format.Count(len(r.Alerts), "alert"), format.Count(fired, "time"), noise)
	}
	if r.OnlyPending > 0 {
		text += fmt.Sprintf("; off plan too shortly to fire: %d more", r.OnlyPending)
	}
	if r.StillPending > 0 {
		text += fmt.Sprintf("; off plan at the end, and not yet for long enough to fire: %d more", r.StillPending)
	}
	return text
}

// told is whom the alert tells, and when unless at once.
func (a Alert) told() string {
	text := strings.Join(a.Told.Receivers, ", ")
	if a.Told.Hours != "" {
		text += " (" + a.Told.Hours + ")"
	}
	return text
}

// span writes a length of time in days and hours, or if it is shorter in hours and
// minutes.
func span(d time.Duration) string {
	minutes := int(d.Round(time.Minute) / time.Minute)
	hours := int(d.Round(time.Hour) / time.Hour)
	switch {
	case hours >= 24 && hours%24 == 0:
		return fmt.Sprintf("%dd", hours/24)
	case hours >= 24:
		return fmt.Sprintf("%dd%dh", hours/24, hours%24)
	case minutes >= 60:
		return fmt.Sprintf("%dh%dm", minutes/60, minutes%60)
	}
	return fmt.Sprintf("%dm", minutes)
}

// document is a Result as JSON.
type document struct {
	From         time.Time         `json:"from"`
	To           time.Time         `json:"to"`
	Step         yamlfile.Duration `json:"step"`
	Moments      int               `json:"moments"`
	Fired        int               `json:"fired"`
	Noise        int               `json:"noise"`
	OnlyPending  int               `json:"only_pending"`
	StillPending int               `json:"still_pending"`
	Alerts       []documentAlert   `json:"alerts"`
	Missing      []string          `json:"missing"`
}

type documentAlert struct {
	Labels   map[string]string `json:"labels"`
	Summary  string            `json:"summary"`
	Told     documentTold      `json:"told"`
	Fired    int               `json:"fired"`
	Noise    int               `json:"noise"`
	Firing   float64           `json:"firing_seconds"`
	Episodes []documentEpisode `json:"episodes"`
}

type documentTold struct {
	Owner     string   `json:"owner"`
	Receivers []string `json:"receivers"`
	Hours     string   `json:"hours,omitempty"`
}

type documentEpisode struct {
	// OffSince is left out where the figure was off plan at the first moment.
	OffSince *time.Time `json:"off_since,omitempty"`
	From     time.Time  `json:"from"`
	// Until is left out where the alert still fires.
	Until *time.Time `json:"until,omitempty"`
	// Value is the figure in the KPI's base unit; the texts have its measure.
	Value float64 `json:"value"`
	// Worst is the figure that was farthest off while the alert fired.
	Worst     float64 `json:"worst"`
	Threshold string  `json:"threshold,omitempty"`
	Actual    string  `json:"actual"`
	Expected  string  `json:"expected"`
	Forecast  string  `json:"forecast,omitempty"`
	Target    string  `json:"target,omitempty"`
	// Withdrawn is set where the alert ceased since there was no figure any more.
	Withdrawn bool  `json:"withdrawn,omitempty"`
	Noise     Noise `json:"noise,omitempty"`
}

func (r Result) document(location *time.Location) document {
	d := document{
		From: r.From.In(location), To: r.Until.In(location), Step: r.Step, Moments: r.Moments,
		OnlyPending: r.OnlyPending, StillPending: r.StillPending, Alerts: []documentAlert{}, Missing: append([]string{}, r.Missing...),
	}
	d.Fired, d.Noise = r.Fired()
	for _, a := range r.Alerts {
		alert := documentAlert{
			Labels: a.Labels, Summary: a.Summary, Told: documentTold{a.Told.Owner, a.Told.Receivers, a.Told.Hours},
			Fired: len(a.Episodes), Noise: a.Noise(), Firing: a.Firing.Seconds(),
		}
		for _, e := range a.Episodes {
			episode := documentEpisode{
				From: e.From.In(location), Value: e.Value, Noise: e.Noise,
				Actual: e.Annotations[naming.AnnotationActual], Expected: e.Annotations[naming.AnnotationExpected],
				Forecast: e.Annotations[naming.AnnotationForecast], Target: e.Annotations[naming.AnnotationTarget],
				Worst: e.Worst(), Threshold: e.Annotations[naming.AnnotationThreshold], Withdrawn: e.Withdrawn,
			}
			if e.Began {
				episode.OffSince = new(e.ActiveAt.In(location))
			}
			if !e.Until.IsZero() {
				episode.Until = new(e.Until.In(location))
			}
			alert.Episodes = append(alert.Episodes, episode)
		}
		d.Alerts = append(d.Alerts, alert)
	}
	return d
}
