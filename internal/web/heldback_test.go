package web

import (
	"testing"

	"planwatch/alerts/evaluator"
)

// A warning stands beside a critical alert only where it is about something else.
func TestHeldBack(t *testing.T) {
	alert := func(name, target, severity, state string) evaluator.Alert {
		return evaluator.Alert{State: state, Labels: map[string]string{"alertname": name, "target": target, "severity": severity}}
	}
	warning := alert("QueueOffPlan", "a", "warning", "firing")
	tests := []struct {
		name  string
		other evaluator.Alert
		want  bool
	}{
		{"the same, critical", alert("QueueOffPlan", "a", "critical", "firing"), true},
		{"the same, critical but pending", alert("QueueOffPlan", "a", "critical", "pending"), false},
		{"another target", alert("QueueOffPlan", "b", "critical", "firing"), false},
		{"another alert", alert("BedsOffPlan", "a", "critical", "firing"), false},
		{"itself", warning, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := isHeldBack(warning, []evaluator.Alert{warning, tt.other}); got != tt.want {
				t.Errorf("held back: %t", got)
			}
			if isHeldBack(tt.other, []evaluator.Alert{warning, tt.other}) {
				t.Error("the other is held back")
			}
		})
	}
}
