package config

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"planwatch/alerts/oncall"
	"planwatch/internal/yamlfile"
)

// Notices are in words what is valid and may not be meant: those of Loading,
// that another region has the same title, that there are no alerts, and when
// nobody is on duty.
func (r *Region) Notices() []string {
	notices := r.Loading()
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
