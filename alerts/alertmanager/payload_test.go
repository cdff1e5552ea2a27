package alertmanager_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"planwatch/alerts"
	"planwatch/config"
	"planwatch/internal/exporter"
	"planwatch/internal/sink"
)

// A gateway of text messages gets the object that it asks for, in which everything
// is text, whatever the names in the warehouse are.
func TestPayload(t *testing.T) {
	directory, data := fjord(t)
	file := filepath.Join(directory, "oncall.yaml")
	files := t.TempDir()
	changed := strings.NewReplacer(
		"group_by: [trust]", "group_by: [trust]\nwait: 1s\ndirectory: "+files,
		"webhook: {url_file: drift.url}", `webhook:
      url_file: drift.url
      address_file: drift.tmpl
      payload: {to: "{address}", message: "{sms}", flash: "yes", from: "planwatch: {{ .Status }} {{"}`,
	).Replace(string(data))
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLANWATCH_ALERTING_OUTBOX", "false")
	if _, err := config.Load(directory, nil); err == nil || !strings.Contains(err.Error(), `receiver drift: webhook: payload: from: "planwatch: {{ .Status }} {{" has a brace that is neither of {sms} and {address}`) {
		t.Fatalf("a template in a payload: %v", err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(changed, "{{ .Status }} {{", "Helse Fjord")), 0o600); err != nil {
		t.Fatal(err)
	}
	region, err := config.Load(directory, nil)
	if err != nil {
		t.Fatal(err)
	}
	generated, err := alerts.Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan map[string]any, 10)
	gateway, err := sink.Listen(t.Context(), func(m sink.Message) {
		var object map[string]any
		if err := json.Unmarshal(m.Data, &object); err != nil {
			t.Errorf("%s: %v", m.Data, err)
		}
		got <- object
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gateway.Close)
	for name, text := range map[string]string{
		"drift.url": gateway.Calls() + "/sms\n", "drift.tmpl": `{{ define "address.drift" }}46701234567{{ end }}`, "ytre-fjord.url": gateway.Calls(),
	} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	configuration := exporter.Sending(region, generated)
	if faults := configuration.Unaddressed(); len(faults) > 0 {
		t.Errorf("all files are there: %q", faults)
	}
	s := newSite(t)
	s.start(configuration)
	for _, place := range []string{"Ytre Fjord", `a: "b" 'c' {d} [e] #f`, "- &x !y *z |", "<script>alert(1)</script>", "=1+1", "\u202eabc", "\a\x1b\f\u2028\u0085x"} {
		labels := map[string]string{"alertname": "DataStale", "severity": "critical", "owner": "drift", "trust": place}
		summary := "Tall for " + place + " er for gamle"
		s.post(map[string]any{"labels": labels, "annotations": map[string]string{"summary": summary}, "startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour)})
		select {
		case object := <-got:
			message, _ := object["message"].(string)
			delete(object, "message")
			if want := (map[string]any{"to": "46701234567", "flash": "yes", "from": "planwatch: Helse Fjord"}); !maps.Equal(object, want) {
				t.Errorf("%s: %v, want %v", place, object, want)
			}
			if !strings.HasPrefix(message, "KRITISK") || !strings.Contains(message, " http://localhost:9846/event?trust=") || strings.Contains(message, "\n") || utf8.RuneCountInString(message) > 160 {
				t.Errorf("the text message is %q", message)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: no message\n%s", place, s.log)
		}
	}
	// Without a number nothing is sent, though the gateway would take it.
	number := filepath.Join(files, "drift.tmpl")
	for _, wrong := range []string{`{{ define "address.drift" }} {{ end }}`, "{{ define \"address.drift\" }}46\n70{{ end }}", "{{ define \"address.drift\" }}\xff{{ end }}"} {
		if err := os.WriteFile(number, []byte(wrong), 0o600); err != nil {
			t.Fatal(err)
		}
		if faults := configuration.Unaddressed(); len(faults) != 1 || !strings.Contains(faults[0].Error(), "gives no address of one line") {
			t.Errorf("%q: %v", wrong, faults)
		}
	}
	s.post(map[string]any{"labels": map[string]string{"alertname": "DataStale", "severity": "critical", "owner": "drift", "trust": "Indre"}, "startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour)})
	for deadline := time.Now().Add(20 * time.Second); len(s.Undelivered()) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("it is not known that there is no number")
		}
	}
	if err := os.WriteFile(number, []byte(`{{ define "address.drift" }}46701234567{{ end }}`), 0o600); err != nil {
		t.Fatal(err)
	}
	select {
	case object := <-got:
		if object["to"] != "46701234567" {
			t.Errorf("%v", object)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nothing is sent once there is a number")
	}
}
