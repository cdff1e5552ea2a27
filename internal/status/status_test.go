package status_test

import (
	"testing"

	"planwatch/internal/regiontest"
	"planwatch/internal/status"
	"planwatch/plan"
)

func TestStatuses(t *testing.T) {
	languages := regiontest.Languages(t)
	sv, en := languages.All()[0], languages.All()[1]
	tests := []struct {
		status                                      status.Status
		symbol, class, sv, en, svSeveral, enSeveral string
	}{
		{status.Of(plan.Critical), "■", "critical", "Kritisk", "Critical", "Kritiska", "Critical"},
		{status.Of(plan.Warning), "▲", "warning", "Varning", "Warning", "Varningar", "Warnings"},
		{status.Of(plan.Unknown), "?", "unknown", "Okänd", "Unknown", "Okända", "Unknown"},
		{status.Of(plan.WithinTolerance), "≈", "within-tolerance", "Inom toleransen", "Within tolerance", "Inom toleransen", "Within tolerance"},
		{status.Of(plan.OnPlan), "✓", "on-plan", "Enligt plan", "On plan", "Enligt plan", "On plan"},
		{status.Of(plan.TooEarly), "…", "too-early", "För tidigt", "Too early", "För tidigt", "Too early"},
		{status.NoTarget, "·", "no-target", "Utan mål", "No target", "Utan mål", "No target"},
	}
	if all := status.All(); len(all) != len(tests) {
		t.Errorf("all: %v", all)
	}
	for i, tt := range tests {
		if s := status.All()[i]; s != tt.status {
			t.Errorf("status %d in order is %v", i, s)
		}
		if tt.status != status.NoTarget && status.Of(tt.status.Plan()) != tt.status {
			t.Errorf("status %d is %s in the plan", i, tt.status.Plan())
		}
		got := []string{tt.status.Symbol(), tt.status.Class(), tt.status.Name(sv), tt.status.Name(en), tt.status.Plural(sv), tt.status.Plural(en)}
		for j, want := range []string{tt.symbol, tt.class, tt.sv, tt.en, tt.svSeveral, tt.enSeveral} {
			if got[j] != want {
				t.Errorf("status %d: got %q, want %q", i, got[j], want)
			}
		}
	}
}
