package backtest

import (
	"cmp"
	"slices"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/routing"
	"planwatch/config"
	"planwatch/internal/backfill"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// Result is which alerts would have fired.
type Result struct {
	// From is the first moment that was replayed, and Until the last.
	From, Until time.Time
	// Step is the longest time between two moments, and Moments counts those of all
	// steps.
	Step    yamlfile.Duration
	Moments int
	// Alerts are those that fired, the noisiest first.
	Alerts []Alert
	// OnlyPending counts those that were pending and never fired, and StillPending those
	// of them that are so at the end.
	OnlyPending, StillPending int
	// Missing are the collectors that could not be asked, or failed at a moment, with
	// the reason, in order of name.
	Missing []string
}

// Fired counts the times that alerts fired, and Noise those of them that were noise.
func (r Result) Fired() (fired, noise int) {
	for _, a := range r.Alerts {
		fired += len(a.Episodes)
		noise += a.Noise()
	}
	return fired, noise
}

// already counts the alerts whose first condition held at the first moment.
func (r Result) already() int {
	n := 0
	for _, a := range r.Alerts {
		if !a.Episodes[0].Began {
			n++
		}
	}
	return n
}

// Alert is an alert that fired, with its labels.
type Alert struct {
	Labels map[string]string
	// Summary is what it is about, in the region's first language.
	Summary string
	Told    routing.Told
	// Episodes are the times that it fired, in order.
	Episodes []Episode
	// Firing is how long it fired altogether.
	Firing time.Duration
}

// Name returns the alert's name.
func (a Alert) Name() string { return a.Labels[naming.LabelAlertName] }

// Severity returns how severe the alert is.
func (a Alert) Severity() string { return a.Labels[naming.LabelSeverity] }

// Noise counts the episodes that were noise.
func (a Alert) Noise() int {
	n := 0
	for _, e := range a.Episodes {
		if e.Noise != "" {
			n++
		}
	}
	return n
}

// Episode is one time that an alert fired.
type Episode struct {
	evaluator.Episode
	// Began is whether its condition began to hold after the first moment, so that it is
	// known since when.
	Began bool
	// Withdrawn is whether its condition ceased since there was no figure any more.
	Withdrawn bool
	Noise     Noise
}

// Worst is the figure that was farthest off while the alert fired.
func (e Episode) Worst() float64 {
	if e.Annotations[naming.AnnotationBetter] == string(kpi.Higher) {
		return e.Least
	}
	return e.Most
}

// add adds the alerts of the episodes. isUnknown tells whether there was no figure from
// a moment.
func (r *Result) add(region *config.Region, replayed backfill.Replayed, step yamlfile.Duration, episodes []evaluator.Episode, isUnknown func(labels map[string]string, from time.Time) bool) {
	byLabels := map[string]*Alert{}
	slices.SortStableFunc(episodes, func(a, b evaluator.Episode) int { return a.From.Compare(b.From) })
	for _, e := range episodes {
		key := key(e.Labels)
		a := byLabels[key]
		if a == nil {
			a = &Alert{Labels: e.Labels, Summary: e.Annotations[naming.AnnotationSummary("")], Told: routing.Tells(region.OnCall, e.Labels)}
			byLabels[key] = a
		}
		until := e.Until
		if until.IsZero() {
			until = replayed.Until
		}
		a.Firing += until.Sub(e.From)
		a.Episodes = append(a.Episodes, Episode{
			Episode: e, Began: e.ActiveAt.After(replayed.From), Withdrawn: !e.ActiveUntil.IsZero() && isUnknown(e.Labels, e.ActiveUntil),
		})
	}
	for _, a := range byLabels {
		judge(a.Episodes, step, region.Location)
		r.Alerts = append(r.Alerts, *a)
	}
}

// sort puts the noisiest alerts first.
func (r *Result) sort() {
	slices.Sort(r.Missing)
	r.Missing = slices.Compact(r.Missing)
	slices.SortFunc(r.Alerts, func(a, b Alert) int {
		return cmp.Or(
			-cmp.Compare(a.Noise(), b.Noise()),
			-cmp.Compare(len(a.Episodes), len(b.Episodes)),
			-cmp.Compare(a.Firing, b.Firing),
			cmp.Compare(a.Name(), b.Name()),
			cmp.Compare(key(a.Labels), key(b.Labels)),
		)
	})
}

// key is a text that two sets of labels share only if they are the same.
func key(labels map[string]string) string {
	var all []kpi.Label
	for name, value := range labels {
		all = append(all, kpi.Label{Name: name, Value: value})
	}
	return kpi.NewLabels(all...).String()
}
