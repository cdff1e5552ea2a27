//go:build gms_pure_go

package main

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// write writes files by their name under a directory.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// replace changes a file, in which old must stand once.
func replace(t *testing.T, path, old, replacement string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), old); n != 1 {
		t.Fatalf("%s: %q stands there %d times", path, old, n)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), old, replacement, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// contains reports texts that are not in what was given.
func contains(t *testing.T, what, got string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(got, want) {
			if len(got) > 4000 {
				got = got[:4000] + "…"
			}
			t.Errorf("%s: no %q in\n%s", what, want, got)
		}
	}
}

// A KPI in a unit of its own takes YAML and SQL alone: metric, report, page,
// rule, message and dashboard show it, in both languages.
func TestKPIInANewUnit(t *testing.T) {
	region := filepath.Join(t.TempDir(), "region")
	planwatch(t, "init", region)
	replace(t, filepath.Join(region, "units.yaml"), "units:\n", `units:
  - unit: pascals
    measures:
      - {measure: kpa, factor: 1000, decimals: 1, word: {sv: kilopascal, en: kilopascals}}
  - unit: cylinders
    measures:
      - {measure: cylinders, word: {sv: {one: gasflaska, other: gasflaskor}, en: {one: gas cylinder, other: gas cylinders}}}
`)
	write(t, region, map[string]string{
		"collectors/oxygen.sql": "SELECT h.hospital, 412.5 * 1000 AS pressure, 1 AS cylinders FROM (SELECT DISTINCT hospital FROM ward) AS h WHERE h.hospital <> ''\n",
		"collectors/oxygen.yaml": `collector: oxygen
title: {sv: Syrgas, en: Oxygen}
source: warehouse
schedule: "*/15 * * * *"
query: oxygen.sql
labels: [hospital]
max_age: 10h
kpis:
  - name: oxygen_pressure_pascals
    title: {sv: Syrgastryck, en: Oxygen pressure}
    definition: {sv: Trycket i syrgasledningen., en: The pressure in the oxygen line.}
    column: pressure
    unit: pascals
    better: higher
    aggregate: min
  - name: oxygen_cylinders
    title: {sv: Reservflaskor, en: Spare cylinders}
    definition: {sv: Fyllda flaskor i reserv., en: Full cylinders in reserve.}
    column: cylinders
    unit: cylinders
    better: higher
    aggregate: sum
`,
		"plan/targets_oxygen.yaml": `plan: Prov
targets:
  - {id: oxygen-pressure, kpi: oxygen_pressure_pascals, value: 450, unit: kpa, from: 2025-01-01, basis: operational, owner: it-mt}
  - {id: oxygen-cylinders, kpi: oxygen_cylinders, where: {hospital: Kiruna}, value: 3, from: 2025-01-01, basis: operational, owner: it-mt}
`,
	})
	contains(t, "check", planwatch(t, "check", "--config", region), "; 0 fel i konfigurationen\n")

	contains(t, "metric", planwatch(t, "collect", "oxygen", "--config", region, "--format", "prometheus"),
		`kpi_oxygen_pressure_pascals{hospital="Kiruna"} 412500`, `kpi_oxygen_cylinders{hospital="Kiruna"} 1`)
	const nbsp = "\u00a0"
	contains(t, "report in Swedish", planwatch(t, "report", "--config", region, "--lang", "sv"), "Syrgastryck", "412,5"+nbsp+"kilopascal", "Reservflaskor")
	contains(t, "report in English", planwatch(t, "report", "--config", region, "--lang", "en"), "Oxygen pressure", "412.5"+nbsp+"kilopascals", "Spare cylinders")

	made := t.TempDir()
	if err := os.MkdirAll(filepath.Join(made, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	planwatch(t, "generate", "--config", region, made)
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(made, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	contains(t, "rule", read("alerts/region/rules/oxygen.yaml"), "plan_actual{target=%[1]q} / 1000", "printf `%.1f` }} kpa{{ end }}", "}} cylinders{{ end }}")
	contains(t, "message in Swedish", read("alerts/region/templates/planwatch.tmpl"), "kilopascal", "gasflaskor", "gasflaska")
	contains(t, "message in English", read("alerts/region/templates/planwatch.en.tmpl"), "kilopascals", "gas cylinders", "gas cylinder")
	contains(t, "runbook in Swedish", read("alerts/region/runbooks/OxygenPressurePascalsOffPlan.md"), "Syrgastryck", "450"+nbsp+"kilopascal")
	contains(t, "runbook in English", read("alerts/region/runbooks/en/OxygenPressurePascalsOffPlan.md"), "Oxygen pressure", "450"+nbsp+"kilopascals")
	contains(t, "dashboard in Swedish", read("dashboards/region/sv/oxygen.json"), "Syrgastryck", `"axisLabel": "kilopascal"`, `"axisLabel": "gasflaskor"`, "/ 1000")
	contains(t, "dashboard in English", read("dashboards/region/en/oxygen.json"), "Oxygen pressure", `"axisLabel": "kilopascals"`, `"axisLabel": "gas cylinders"`)
	contains(t, "documentation", read("docs/kpis.md"), "kpi_oxygen_pressure_pascals")

	served := startServing(t, "--config", region, "--storage.path", t.TempDir())
	contains(t, "scrape", body(t, served.url+"/metrics"), `kpi_info{better="higher",collector="oxygen",kpi="oxygen_pressure_pascals",title_en="Oxygen pressure",title_sv="Syrgastryck",unit="pascals"} 1`,
		`plan_expected{kpi="oxygen_pressure_pascals",owner="it-mt",target="oxygen-pressure",unit="pascals"} 450000`)
	served.until(t, "evaluated its alerts", func() bool { return status(t, http.MethodGet, served.url+"/api/v1/alerts") == http.StatusOK })
	served.until(t, "an alert about the pressure and one about the cylinders", func() bool {
		said := planwatch(t, "alerts", "--url", served.url)
		return strings.Contains(said, "OxygenPressurePascalsOffPlan") && strings.Contains(said, "OxygenCylindersOffPlan")
	})
	contains(t, "page in Swedish", body(t, served.url+"/?lang=sv"), "Syrgastryck, hela regionen: 412,5"+nbsp+"kilopascal mot 450"+nbsp+"kilopascal enligt regionens egen gräns", "Reservflaskor, Kiruna: 1 mot 3 enligt regionens egen gräns")
	contains(t, "page in English", body(t, served.url+"/?lang=en"), "Oxygen pressure, the whole region: 412.5"+nbsp+"kilopascals against 450"+nbsp+"kilopascals by the region&#39;s own limit", "Spare cylinders, Kiruna: 1 against 3 by the region&#39;s own limit")
}

// first matches what belongs to the region that is compiled in.
var first = regexp.MustCompile(`(?i)norrbotten|sunderby|division|hospital|\bward|mnkr|[^a-z]sek[^a-z]|title_sv|hela regionen`)

// A second region, in another country, with other labels, another currency and
// one language that planwatch has no messages in, is data alone.
func TestSecondRegion(t *testing.T) {
	const region = "../../examples/fjord"
	contains(t, "check", planwatch(t, "check", "--config", region), "Helse Fjord: 1 kilde, 3 innsamlere, 5 måltall\n0 feil i konfigurasjonen\n")
	const nbsp = "\u00a0"
	report := planwatch(t, "report", "--config", region, "--lang", "nb")
	document := planwatch(t, "report", "--config", region, "--lang", "nb", "--format", "markdown")
	contains(t, "the director's report", document, "# Direktørens rapport\n", "## Sammendrag\n", "Bemannede senger<br>Ytre Fjord")
	contains(t, "report", report, "Bemannede senger", "Ytre Fjord", "117,6"+nbsp+"mill. kr", "97,7"+nbsp+"%")

	made := t.TempDir()
	if err := os.MkdirAll(filepath.Join(made, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	planwatch(t, "generate", "--config", region, made)
	files := 0
	err := filepath.WalkDir(made, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if found := first.FindString(string(data)); found != "" {
			t.Errorf("%s: has %q, which is the first region's", path, found)
		}
		return err
	})
	if err != nil || files < 20 {
		t.Fatalf("%d files generated: %v", files, err)
	}
	planwatch(t, "generate", "--config", region, "--check", made)

	served := startServing(t, "--config", region, "--storage.path", t.TempDir())
	metrics := body(t, served.url+"/metrics")
	contains(t, "scrape", metrics, `kpi_beds_staffed{clinic="Kirurgi",trust="Ytre Fjord"} 30`, `kpi_cost_nok{trust="Ytre Fjord"} 3.0015e+08`, `title_nb="Driftskostnader"`)
	page := body(t, served.url+"/")
	contains(t, "page", page, `<html lang="nb">`, "Helse Fjord", "Bemannede senger")
	activities, risks := body(t, served.url+"/activities"), body(t, served.url+"/risks")
	contains(t, "activities", activities, "Bemanne flere senger", "Ytre Fjord sykehus", "Forventet effekt", "Ikke påbegynt", "Effekten uteblir")
	contains(t, "risks", risks, "For få sykepleiere søker", "Tiltak", "Høy")
	for what, text := range map[string]string{"scrape": metrics, "page": page, "report": report, "document": document, "activities": activities, "risks": risks} {
		if found := first.FindString(text); found != "" {
			t.Errorf("%s: has %q, which is the first region's", what, found)
		}
	}
}
