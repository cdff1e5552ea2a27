package routing

import (
	"planwatch/alerts/oncall"
	"planwatch/internal/naming"
)

// Told is whom Alertmanager tells of an alert about a KPI, and when.
type Told struct {
	// Owner is the id of the owner that the alert is routed to, and Receivers are the
	// ids of the owner's receivers.
	Owner     string
	Receivers []string
	// Hours is the name of the hours that it waits for, or "" if it is sent at once.
	Hours string
}

// Tells returns whom an alert about a KPI with those labels is sent to, as the
// routes of Configuration send it.
func Tells(o *oncall.OnCall, labels map[string]string) Told {
	told := Told{Owner: labels[naming.LabelOwner]}
	if owner, ok := o.Owner(told.Owner); ok {
		told.Receivers = owner.Receivers
	}
	if labels[naming.LabelSeverity] != naming.SeverityCritical {
		told.Hours = o.Severities.Warning.Hours
		return told
	}
	told.Hours = o.Severities.Critical.Hours
	if quiet, ok := o.QuietOf(labels[naming.LabelDomain]); ok {
		told.Hours = quiet.Hours
	}
	return told
}
