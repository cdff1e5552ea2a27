package config_test

import (
	"testing"

	"planwatch/config"
	"planwatch/internal/naming"
)

func TestLinks(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	first := region.Languages.First()
	english, err := region.Languages.Get("en")
	if err != nil {
		t.Fatal(err)
	}
	const grafana, runbooks = "http://localhost:3000/d/planwatch-", "http://localhost:9846/runbook/"
	for _, tt := range []struct{ name, got, want string }{
		{"a collector", region.DashboardURL("beds", first), grafana + "beds"},
		{"a collector on another's dashboard", region.DashboardURL("staffing_last_year", first), grafana + "staffing"},
		{"a collector, in another language", region.DashboardURL("beds", english), grafana + "beds-en"},
		{"planwatch itself", region.DashboardURL(naming.DomainPlanwatch, first), grafana + "exporter"},
		{"planwatch itself, in another language", region.DashboardURL(naming.DomainPlanwatch, english), grafana + "exporter-en"},
		{"the plan", region.DashboardURL(naming.DomainPlan, first), grafana + "overview"},
		{"what is shown nowhere", region.DashboardURL("unicorns", first), grafana + "overview"},
		{"a runbook", region.RunbookURL("DataStale", first), runbooks + "DataStale"},
		{"a runbook in another language", region.RunbookURL("DataStale", english), runbooks + "DataStale?lang=en"},
		{"a runbook with a name of other signs", region.RunbookURL("Å/?#", first), runbooks + "%C3%85%2F%3F%23"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	behind, own := *region, *region
	behind.Web.ExternalURL = "https://proxy.example/planwatch/"
	if got, want := behind.RunbookURL("DataStale", english), "https://proxy.example/planwatch/runbook/DataStale?lang=en"; got != want {
		t.Errorf("behind a proxy: got %s, want %s", got, want)
	}
	onCall := *region.OnCall
	onCall.Links.Runbook = "https://wiki.example.org/{alert}.md"
	own.OnCall = &onCall
	if got, want := own.RunbookURL("DataStale", english), "https://wiki.example.org/en/DataStale.md"; got != want {
		t.Errorf("at an address of its own: got %s, want %s", got, want)
	}
	without := *region
	without.Dashboards = nil
	if got := without.DashboardURL("beds", first); got != "" {
		t.Errorf("without dashboards: %s", got)
	}
	without = *region
	without.OnCall = nil
	if got := without.DashboardURL("beds", first); got != "" {
		t.Errorf("without on-call: %s", got)
	}
}

func TestLink(t *testing.T) {
	for _, tt := range []struct{ external, path, want string }{
		{"http://localhost:9846", "/event", "http://localhost:9846/event"},
		{"http://localhost:9846/", "/event", "http://localhost:9846/event"},
		{"https://proxy.example/planwatch", "/runbook/X", "https://proxy.example/planwatch/runbook/X"},
		{"https://proxy.example/planwatch/", "/runbook/X", "https://proxy.example/planwatch/runbook/X"},
	} {
		if got := (config.Web{ExternalURL: tt.external}).Link(tt.path); got != tt.want {
			t.Errorf("%s and %s: got %s, want %s", tt.external, tt.path, got, tt.want)
		}
	}
}
