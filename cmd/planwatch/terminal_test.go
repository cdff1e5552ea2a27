//go:build gms_pure_go

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/alerts/evaluator"
)

// obeyed are characters that terminals obey, as texts from outside may hold:
// escape, the same by one character (CSI), and a turned direction.
const obeyed = "\x1b[2J\u009b31m\u202e"

// What commands print for people is harmless to a terminal, whatever stands in
// the warehouse, the definitions, or the answer of another server. Definitions
// with control characters are refused.
func TestTerminalsObeyNothing(t *testing.T) {
	region := filepath.Join(t.TempDir(), "region")
	planwatch(t, "init", region)
	write(t, region, map[string]string{
		"collectors/hostile.sql": "SELECT CONCAT('Kir', CHAR(27), '[2J\u202e', h.hospital) AS ward, 1 AS beds FROM (SELECT DISTINCT hospital FROM ward) AS h\n",
		"collectors/hostile.yaml": `collector: hostile
title: {sv: Fientlig, en: Hostile}
source: warehouse
schedule: "*/15 * * * *"
query: hostile.sql
labels: [ward]
max_age: 10h
kpis:
  - name: hostile_beds
    title: {sv: "Titel\u202E", en: "Title\u202E"}
    definition: {sv: Platser., en: Beds.}
    column: beds
    unit: beds
    better: higher
    aggregate: sum
`,
	})
	broken := filepath.Join(t.TempDir(), "broken")
	planwatch(t, "init", broken)
	write(t, broken, map[string]string{"collectors/broken.yaml": "collector: \"br\\e[2J\\u202E\"\n"})
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/refuse/") {
			_ = json.NewEncoder(w).Encode(map[string]any{"status": "error", "error": "no" + obeyed})
			return
		}
		alert := evaluator.Alert{State: "firing", Labels: map[string]string{"alertname": "A" + obeyed}, Annotations: map[string]string{"summary": "s" + obeyed + "\nfiring  forged"}}
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"alerts": []evaluator.Alert{alert}}})
	}))
	t.Cleanup(other.Close)
	tests := []struct {
		name, shows string
		args        []string
	}{
		{"collect", `Kir␛[2J�`, []string{"collect", "hostile", "--config", region}},
		{"collect as JSON", `Kir\u001b[2J\u202e`, []string{"collect", "hostile", "--config", region, "--format", "json"}},
		{"report", "Titel�", []string{"report", "--config", region}},
		{"report as Markdown", "Titel�", []string{"report", "--config", region, "--format", "markdown"}},
		{"alerts", "A␛[2J�31m�", []string{"alerts", "--url", other.URL}},
		{"alerts as JSON", `A\u001b[2J\u009b31m\u202e`, []string{"alerts", "--url", other.URL, "--format", "json"}},
		{"another server's error", "no␛[2J�31m�", []string{"alerts", "--url", other.URL + "/refuse"}},
		{"check", "br", []string{"check", "--config", broken}},
		{"a name", "no collector", []string{"collect", "x" + obeyed}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var said bytes.Buffer
			command := exec.CommandContext(t.Context(), "planwatch", tt.args...)
			command.Stdout, command.Stderr = &said, &said
			_ = command.Run()
			printed := said.String()
			contains(t, tt.name, printed, tt.shows)
			if i := strings.IndexFunc(printed, func(r rune) bool { return r != '\n' && r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e' }); i >= 0 {
				t.Errorf("printed %q", printed[i:min(i+40, len(printed))])
			}
			if strings.Contains(printed, "\nfiring  forged") {
				t.Error("a summary makes a line of its own")
			}
		})
	}
}
