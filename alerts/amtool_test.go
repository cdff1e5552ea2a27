package alerts_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/alerts"
	"planwatch/internal/generated"
)

// fresh is the region's directory under alerts, generated anew.
func fresh(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if err := generated.Write(root, generate(t)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, filepath.FromSlash(alerts.Directory(region)))
}

// routing is Alertmanager's configuration, generated anew.
func routing(t *testing.T) string {
	t.Helper()
	return filepath.Join(fresh(t), "alertmanager.yml")
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAmtoolHasNothingToSayOfTheRouting(t *testing.T) {
	said, err := run(t, ".", "amtool", "check-config", routing(t))
	if err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	if lower := strings.ToLower(said); strings.Contains(lower, "warn") || strings.Contains(lower, "fail") {
		t.Errorf("amtool: %s", said)
	}
}

func TestRoutes(t *testing.T) {
	config := routing(t)
	tests := []struct {
		name   string
		labels string
		want   string
	}{
		{"a ward's beds, critical", "alertname=BedsAvailableOffPlan severity=critical owner=lanssjukvard-2 domain=beds source=warehouse hospital=Sunderby", "lanssjukvard-2"},
		{"a ward's beds, warning", "alertname=BedsAvailableOffPlan severity=warning owner=lanssjukvard-2 domain=beds source=warehouse", "lanssjukvard-2"},
		{"finance, critical", "alertname=NetCostSekOffPlan severity=critical owner=nara domain=finance source=warehouse", "nara"},
		{"a forecast", "alertname=NetCostSekForecastMissesPlan severity=warning owner=ekonomi domain=finance source=warehouse", "ekonomi"},
		{"an owner whom nobody knows goes to operations", "alertname=X severity=critical owner=nobody domain=beds", "it-mt"},
		{"the watchdog", "alertname=Watchdog severity=none owner=it-mt domain=planwatch", "watchdog"},
		{"planwatch down is operations' alone", "alertname=PlanwatchDown severity=critical owner=it-mt domain=planwatch", "it-mt"},
		{"a collector that fails is operations' alone", "alertname=CollectorFailing severity=warning owner=it-mt domain=beds source=warehouse", "it-mt"},
		{"stale data are told those whose alerts are built on them", "alertname=DataStale severity=critical owner=it-mt domain=infections source=warehouse", "smittskydd,it-mt"},
		{"stale data that a target is held against", "alertname=DataStale severity=warning owner=it-mt domain=beds_year_earlier source=warehouse", "lanssjukvard-2,regiondirektor,it-mt"},
		{"stale data that nothing is held against", "alertname=DataStale severity=warning owner=it-mt domain=births source=warehouse", "it-mt"},
		{
			"a source that is down is told everyone once", "alertname=SourceDown severity=critical owner=it-mt domain=planwatch source=warehouse",
			"nara,lanssjukvard-1,lanssjukvard-2,psykiatri,funktion,regionstod,ekonomi,hr,sakerhet,hallbarhet,patientsakerhet,smittskydd,regiondirektor,it-mt",
		},
		{"the plan's end", "alertname=PlanExpiring severity=warning owner=hr domain=plan", "hr"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"config", "routes", "test", "--config.file=" + config}, strings.Fields(tt.labels)...)
			got, err := run(t, ".", "amtool", args...)
			if err != nil {
				t.Fatalf("%v\n%s", err, got)
			}
			if got != tt.want {
				t.Errorf("goes to %s, want %s", got, tt.want)
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, name); got != want {
		t.Errorf("%s differs; go test ./alerts -update rewrites it. Got:\n%s", name, got)
	}
}

// notification is what Alertmanager gives a template.
type notification struct {
	Receiver          string            `json:"receiver"`
	Status            string            `json:"status"`
	Alerts            []notified        `json:"alerts"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
}

type notified struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    string            `json:"startsAt"`
	EndsAt      string            `json:"endsAt"`
}

func TestMessages(t *testing.T) {
	surgery := notified{
		Status: "firing",
		Labels: map[string]string{"alertname": "BedsAvailableOffPlan", "severity": "critical", "owner": "lanssjukvard-2", "hospital": "Sunderby", "ward": "Kirurgi"},
		Annotations: map[string]string{
			"summary":       "Disponibla vårdplatser, Länssjukvård 2, Sunderby, Kirurgi: 30 mot 38 enligt plan",
			"description":   "Disponibla vårdplatser, Länssjukvård 2, Sunderby, Kirurgi: 30 vårdplatser.\nEnligt planen minst 38 vårdplatser nu, alltså 8 vårdplatser under plan.",
			"runbook_url":   "alerts/norrbotten/runbooks/BedsAvailableOffPlan.md",
			"dashboard_url": "http://localhost:3000/d/planwatch-beds",
		},
		StartsAt: "2025-03-18T07:30:00Z", EndsAt: "0001-01-01T00:00:00Z",
	}
	orthopaedics := surgery
	orthopaedics.Labels = map[string]string{"alertname": "BedsAvailableOffPlan", "severity": "critical", "owner": "lanssjukvard-2", "hospital": "Sunderby", "ward": "Ortopedi"}
	orthopaedics.Annotations = map[string]string{
		"summary":       "Disponibla vårdplatser, Länssjukvård 2, Sunderby, Ortopedi: 18 mot 24 enligt plan",
		"description":   "Disponibla vårdplatser, Länssjukvård 2, Sunderby, Ortopedi: 18 vårdplatser. <Ny rad>",
		"runbook_url":   surgery.Annotations["runbook_url"],
		"dashboard_url": surgery.Annotations["dashboard_url"],
	}
	resolved := surgery
	resolved.Status, resolved.EndsAt = "resolved", "2025-07-18T09:05:00Z"
	common := map[string]string{"alertname": "BedsAvailableOffPlan", "severity": "critical", "owner": "lanssjukvard-2", "hospital": "Sunderby"}
	templates := filepath.Join(fresh(t), "templates", "*.tmpl")
	tests := []struct {
		name string
		notification
	}{
		{"one", notification{Status: "firing", Alerts: []notified{surgery}, CommonLabels: surgery.Labels}},
		{"event", notification{Status: "firing", Alerts: []notified{surgery, orthopaedics}, CommonLabels: common}},
		{"resolved", notification{Status: "resolved", Alerts: []notified{resolved}, CommonLabels: resolved.Labels}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data, err := json.Marshal(tt.notification)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "data.json")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, part := range []struct{ name, kind string }{{"subject", "text"}, {"text", "text"}, {"markdown", "text"}, {"html", "html"}} {
				said, err := run(t, ".", "amtool", "template", "render", "--template.glob="+templates,
					"--template.text={{ template \"planwatch."+part.name+"\" . }}", "--template.type="+part.kind, "--template.data="+file)
				if err != nil {
					t.Fatalf("%v\n%s", err, said)
				}
				all.WriteString("--- " + part.name + "\n" + said + "\n")
			}
			golden(t, "testdata/messages/"+tt.name+".txt", all.String())
		})
	}
}
