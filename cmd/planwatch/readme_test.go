//go:build gms_pure_go

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README's KPI is added as the README says, and gives figures.
func TestReadmeKPI(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), "## A new KPI in five minutes")
	if !found {
		t.Fatal("the README has no section on a new KPI")
	}
	region := filepath.Join(t.TempDir(), "region")
	planwatch(t, "init", region)
	blocks := regexp.MustCompile("(?s)`region/(collectors/[a-z_.]+)`:\n\n```[a-z]+\n(.*?)```").FindAllStringSubmatch(section, -1)
	if len(blocks) != 2 {
		t.Fatalf("the README shows %d files, want a definition and a query", len(blocks))
	}
	for _, block := range blocks {
		if err := os.WriteFile(filepath.Join(region, block[1]), []byte(block[2]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	planwatch(t, "check", "--config", region)
	samples := planwatch(t, "collect", "full_wards", "--config", region, "--as-of", "2025-03-18T08:00", "--format", "prometheus")
	for _, hospital := range []string{"Gällivare", "Kalix", "Kiruna", "Piteå", "Sunderby"} {
		if !strings.Contains(samples, `kpi_wards_full{hospital="`+hospital+`"} `) {
			t.Errorf("no figure for %s in\n%s", hospital, samples)
		}
	}
}

// planwatch runs a command that is to succeed, and gives what it prints.
func planwatch(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "planwatch", args...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	stdout, err := command.Output()
	if err != nil {
		t.Fatalf("planwatch %s: %v\n%s%s", strings.Join(args, " "), err, stdout, stderr.String())
	}
	return string(stdout)
}

// The report's lines in the README are those that the report prints.
func TestReadmeReport(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)planwatch report --lang sv \\| head -[0-9]+\n(.*?)\n```").FindSubmatch(readme)
	if shown == nil {
		t.Fatal("the README shows no report")
	}
	if printed := planwatch(t, "report", "--lang", "sv"); !strings.HasPrefix(printed, string(shown[1])+"\n") {
		t.Errorf("the README shows\n%s\nand the report begins\n%.1500s", shown[1], printed)
	}
}
