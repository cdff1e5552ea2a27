package config

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"planwatch/alerts/oncall"
	"planwatch/internal/warehouse/settings"
	"planwatch/internal/yamlfile"
)

// Notices are in words what is valid and may not be meant: those of Loading,
// settings of the sample beside a database, that another region has the same title,
// that there are no alerts, and when nobody is on duty.
func (r *Region) Notices() []string {
	notices := append(r.Loading(), r.sampleSettings()...)
	if len(r.Namesakes) > 0 {
		notices = append(notices, fmt.Sprintf("region: %q is the title of %s too, so that people cannot tell them apart", r.Title, strings.Join(r.Namesakes, ", ")))
	}
	if r.OnCall == nil {
		notices = append(notices, "no "+oncall.File+": there are no alerts and there is no routing")
		return notices
	}
	return append(notices, r.OnCall.DutyNotices(r.NewClock().Now(), r.Location)...)
}

// Loading are those of the Notices that say where the region and its settings
// come from: compiled in, and variables that set nothing.
func (r *Region) Loading() []string {
	var notices []string
	if r.Dir == "" {
		notices = append(notices, "no --config: this is the built-in region, on its sample")
	}
	for _, name := range r.unknown {
		notices = append(notices, "environment: "+name+" is no setting"+r.variableLike(name))
	}
	return notices
}

// sampleSettings are the settings that planwatch init writes for the sample, where
// they are left beside a source for which they are not meant.
func (r *Region) sampleSettings() []string {
	source, ok := r.Database()
	if !ok {
		return nil
	}
	var notices []string
	if r.Clock != "" {
		notices = append(notices, fmt.Sprintf("clock: set to %s, while source %s is a database: figures, the report and alerts are as of then, and not of today; leave clock out", r.Clock, source))
	}
	if r.Sends() && r.Alerting.Outbox {
		notices = append(notices, fmt.Sprintf("alerting: outbox: on, while source %s is a database: messages are kept for the page /outbox, and nobody gets one; leave outbox out to send them", source))
	}
	return notices
}

// Database returns the name of a source that is no folder of CSV files, the first in
// order of their names; ok is false if there is none.
func (r *Region) Database() (name string, ok bool) {
	for _, name := range slices.Sorted(maps.Keys(r.Sources)) {
		if r.Sources[name].Driver != settings.CSV {
			return name, true
		}
	}
	return "", false
}

// variableLike suggests a variable for one that is none. What all of them begin
// with makes none alike.
func (r *Region) variableLike(name string) string {
	const prefix = environmentPrefix + "_"
	rests := make([]string, len(r.variables))
	for i, variable := range r.variables {
		rests[i] = strings.TrimPrefix(variable, prefix)
	}
	return strings.Replace(yamlfile.Suggestion(strings.TrimPrefix(name, prefix), rests), "did you mean ", "did you mean "+prefix, 1)
}

// linked matches the variables that Kubernetes and Docker set for a service that
// is called planwatch, or planwatch and something more.
var linked = regexp.MustCompile(`_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)$`)

// unknownVariables are those of the environment that are planwatch's by their
// name, and set nothing.
func unknownVariables(known []string) []string {
	var unknown []string
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		switch {
		case !strings.HasPrefix(name, environmentPrefix+"_"), slices.Contains(known, name), linked.MatchString(name):
		case strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://"): // linked, too
		default:
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}
