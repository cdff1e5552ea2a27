package alerts_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/alerts"
	"planwatch/alerts/message"
	"planwatch/alerts/rules"
	"planwatch/config"
	"planwatch/internal/genfiles"
)

// fresh is the region's directory under alerts, generated anew.
func fresh(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if err := genfiles.Write(root, generate(t)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, filepath.FromSlash(alerts.Directory(builtin(t))))
}

// routing is Alertmanager's configuration, generated anew.
func routing(t *testing.T) string {
	t.Helper()
	return filepath.Join(fresh(t), "alertmanager.yml")
}

// routingToAnother is routing of a region in which a target of beds is held against
// a KPI of another collector, ward_staffing.
func routingToAnother(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "region")
	if err := os.CopyFS(dir, os.DirFS("../config/norrbotten")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "plan", "targets_beds.yaml")
	const former = "where: {division: Länssjukvård 2}\n    value_from: {at: 52_weeks_earlier}"
	text := read(t, file)
	if !strings.Contains(text, former) {
		t.Fatalf("%s has no %q", file, former)
	}
	text = strings.Replace(text, former, "where: {division: Länssjukvård 2}\n    value_from: {kpi: ward_staffed_beds}", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := alerts.Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := genfiles.Write(root, files); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, filepath.FromSlash(alerts.Directory(region)), "alertmanager.yml")
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
	config := routingToAnother(t)
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
		{"stale data that a target is held against", "alertname=DataStale severity=warning owner=it-mt domain=ward_staffing source=warehouse", "lanssjukvard-1,lanssjukvard-2,it-mt"},
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
		Labels: map[string]string{"alertname": "BedsAvailableOffPlan", "severity": "critical", "owner": "lanssjukvard-2", "hospital": "Sunderby", "ward": "Kirurgi", "kpi": "beds_available", "target": "beds-sunderby-kirurgi"},
		Annotations: map[string]string{
			"summary":    "Disponibla vårdplatser, Länssjukvård 2, Sunderby, Kirurgi",
			"summary_en": "Available beds, Länssjukvård 2, Sunderby, Kirurgi",
			"actual":     "30.0 beds", "expected": "38.0 beds", "target": "38.0 beds", "threshold": "34.2 beds", "difference": "8.0 beds",
			"better": "higher", "signal": "low", "data_time": "2025-03-18 06:00", "data_age": "2h 30m",
			"runbook_url":   "http://localhost:9846/runbook/BedsAvailableOffPlan",
			"dashboard_url": "http://localhost:3000/d/planwatch-beds",
		},
		StartsAt: "2025-03-18T07:30:00Z", EndsAt: "0001-01-01T00:00:00Z",
	}
	orthopaedics := surgery
	orthopaedics.Labels = map[string]string{"alertname": "BedsAvailableOffPlan", "severity": "critical", "owner": "lanssjukvard-2", "hospital": "Sunderby", "ward": "Ortopedi", "kpi": "beds_available", "target": "beds-sunderby-ortopedi"}
	orthopaedics.Annotations = maps.Clone(surgery.Annotations)
	// A name from the warehouse may hold anything.
	orthopaedics.Annotations["summary"] = "Disponibla vårdplatser, Länssjukvård 2, Sunderby, <Ortopedi>"
	orthopaedics.Annotations["actual"], orthopaedics.Annotations["difference"] = "1.0 beds", "37.0 beds"
	moving := surgery
	moving.Annotations = maps.Clone(surgery.Annotations)
	moving.Annotations["target"], moving.Annotations["basis"] = "", "year_earlier"
	law := surgery
	law.Annotations = maps.Clone(surgery.Annotations)
	law.Annotations["basis"] = "law"
	forecast := surgery
	forecast.Labels = map[string]string{"alertname": "NetCostSekForecastMissesPlan", "severity": "warning", "owner": "ekonomi", "kpi": "net_cost_sek", "target": "net-cost-nara"}
	forecast.Annotations = map[string]string{
		"summary": "Nettokostnad hittills i år, Nära", "summary_en": "Net cost this year to date, Nära",
		"forecast": "3500.4 mnkr", "actual": "580.0 mnkr", "expected": "560.3 mnkr", "target": "3389.9 mnkr", "difference": "110.5 mnkr",
		"better": "lower", "data_time": "2025-02-28 23:59", "data_age": "17d 8h 1m", "runbook_url": "http://localhost:9846/runbook/R", "dashboard_url": "d",
	}
	watchdog := notified{
		Status: "firing", Labels: map[string]string{"alertname": "SourceDown", "severity": "critical", "owner": "it-mt"},
		Annotations: map[string]string{"summary": "Källan warehouse svarar inte", "description": "planwatch når inte källan.", "summary_en": "The source does not answer", "description_en": "planwatch cannot reach the source.", "runbook_url": "http://localhost:9846/runbook/R"},
		StartsAt:    "2025-03-18T07:30:00Z", EndsAt: "0001-01-01T00:00:00Z",
	}
	resolved := surgery
	resolved.Status, resolved.EndsAt = "resolved", "2025-07-18T09:05:00Z"
	// The warning about surgery was covered by the critical alert.
	occupancy, covered := resolved, resolved
	occupancy.Labels = map[string]string{"alertname": "BedOccupancyRatioOffPlan", "severity": "warning", "owner": "lanssjukvard-2", "hospital": "Sunderby", "kpi": "bed_occupancy_ratio", "target": "occupancy-sunderby"}
	occupancy.Annotations = maps.Clone(surgery.Annotations)
	maps.Copy(occupancy.Annotations, map[string]string{
		"summary": "Beläggningsgrad, Länssjukvård 2, Sunderby", "summary_en": "Bed occupancy, Länssjukvård 2, Sunderby", "covered": "",
		"actual": "102.7 percent", "expected": "95.0 percent", "target": "95.0 percent", "threshold": "97.0 percent", "difference": "7.7 percent", "better": "lower",
	})
	covered.Labels = maps.Clone(surgery.Labels)
	covered.Labels["severity"] = "warning"
	covered.Annotations = maps.Clone(surgery.Annotations)
	covered.Annotations["covered"] = "true"
	full := occupancy
	full.Status, full.EndsAt = surgery.Status, surgery.EndsAt
	warnings := map[string]string{"severity": "warning", "owner": "lanssjukvard-2", "hospital": "Sunderby"}
	common := map[string]string{"alertname": "BedsAvailableOffPlan", "severity": "critical", "owner": "lanssjukvard-2", "hospital": "Sunderby"}
	group := map[string]string{"owner": "lanssjukvard-2", "hospital": "Sunderby"}
	templates := filepath.Join(fresh(t), "templates", "*.tmpl")
	tests := []struct {
		name string
		notification
	}{
		{"one", notification{Status: "firing", Alerts: []notified{surgery}, GroupLabels: group, CommonLabels: surgery.Labels}},
		{"moving", notification{Status: "firing", Alerts: []notified{moving}, GroupLabels: group, CommonLabels: moving.Labels}},
		{"law", notification{Status: "firing", Alerts: []notified{law}, GroupLabels: group, CommonLabels: law.Labels}},
		{"event", notification{Status: "firing", Alerts: []notified{surgery, orthopaedics}, GroupLabels: group, CommonLabels: common}},
		{"forecast", notification{Status: "firing", Alerts: []notified{forecast}, GroupLabels: map[string]string{"owner": "ekonomi"}, CommonLabels: forecast.Labels}},
		{"source", notification{Status: "firing", Alerts: []notified{watchdog}, GroupLabels: map[string]string{"owner": "it-mt"}, CommonLabels: watchdog.Labels}},
		{"resolved", notification{Status: "resolved", Alerts: []notified{resolved}, GroupLabels: group, CommonLabels: resolved.Labels}},
		{"covered", notification{Status: "resolved", Alerts: []notified{covered, occupancy}, GroupLabels: group, CommonLabels: warnings}},
		{"covered_beside_one_that_fires", notification{Status: "firing", Alerts: []notified{full, covered}, GroupLabels: group, CommonLabels: warnings}},
		{"covered_only", notification{Status: "resolved", Alerts: []notified{covered}, GroupLabels: group, CommonLabels: covered.Labels}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var all strings.Builder
			for _, prefix := range []string{"planwatch.", "planwatch.en."} {
				for _, part := range []struct{ name, kind string }{{"subject", "text"}, {"title", "text"}, {"text", "text"}, {"markdown", "text"}, {"html", "html"}, {"sms", "text"}} {
					said := render(t, templates, tt.notification, part.kind, `{{ template "`+prefix+part.name+`" . }}`)
					all.WriteString("--- " + prefix + part.name + "\n" + said + "\n")
				}
			}
			golden(t, "testdata/messages/"+tt.name+".txt", all.String())
		})
	}
}

// render is what Alertmanager makes of a text that calls the templates.
func render(t *testing.T, templates string, n notification, kind, text string) string {
	t.Helper()
	data, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "data.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := run(t, ".", "amtool", "template", "render", "--template.glob="+templates, "--template.text="+text, "--template.type="+kind, "--template.data="+file)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return said
}

// What a message says and what planwatch's page says are made apart, and the
// same: in every measure of the region, at figures that are written in different
// ways, in each language.
func TestMessagesAndPageSayTheSame(t *testing.T) {
	region := builtin(t)
	writer := message.New(region)
	var n notification
	for _, u := range region.Units.Units {
		for _, m := range u.Measures {
			for i, value := range []float64{0, 1, -1, 1.5, 2, 40, 100.04, 999.96, 1000, 1234567.8, -98765432.1} {
				figure := fmt.Sprintf("%.*f %s", m.Decimals, value, m.Name)
				alert := notified{
					Status: "firing", StartsAt: "2025-03-18T07:30:00Z", EndsAt: "0001-01-01T00:00:00Z",
					Labels: map[string]string{"alertname": "X", "severity": rules.Severities[i%2]},
					Annotations: map[string]string{
						"summary": "Vad", "summary_en": "What", "actual": figure, "expected": figure, "target": figure, "threshold": figure, "difference": figure,
						"better": []string{"higher", "lower"}[i%2], "data_time": "2025-03-18 06:00", "data_age": []string{"17d 8h 1m", "2h 30m", "1d 0h 5m", "3h 0m", "59m", "8s"}[i%6],
					},
				}
				alert.Annotations["signal"] = []string{"", "high", "low", "usual"}[i%4]
				basis := []string{"law", "national", "report", "operational", "plan", "year_earlier", "52_weeks_earlier", "2024", "2024-11-26", "beds_occupied"}
				if i < len(basis) {
					alert.Annotations["basis"] = basis[i]
				}
				switch i % 3 {
				case 0:
					alert.Annotations["forecast"] = figure
				case 1:
					alert.Annotations["target"] = "" // as of a moving one without an end
				}
				n.Alerts = append(n.Alerts, alert)
			}
		}
	}
	templates := filepath.Join(fresh(t), "templates", "*.tmpl")
	for _, l := range region.Languages.All() {
		const end = "\n====\n"
		said := render(t, templates, n, "text", fmt.Sprintf("{{ range .Alerts }}{{ template %q . }}\n{{ template %q . }}%s{{ end }}",
			message.Name("summary", region.Languages, l), message.Name("description", region.Languages, l), end))
		texts := strings.Split(strings.TrimSuffix(said, strings.TrimSpace(end)), end)
		if len(texts) != len(n.Alerts) {
			t.Fatalf("%d texts of %d alerts", len(texts), len(n.Alerts))
		}
		for i, alert := range n.Alerts {
			want := writer.Summary(alert.Labels, alert.Annotations, l) + "\n" + writer.Description(alert.Labels, alert.Annotations, l)
			if got := strings.TrimSpace(texts[i]); got != want {
				t.Errorf("%s, %s: the message says\n%s\nand the page\n%s", l.Code(), alert.Annotations["actual"], got, want)
			}
		}
	}
}
