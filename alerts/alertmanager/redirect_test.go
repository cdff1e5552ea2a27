package alertmanager_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/alerts"
	"planwatch/config"
	"planwatch/internal/exporter"
)

// A recipient that leads elsewhere is not followed, whatever is sent: the message
// would come to whom nobody has named, or without its text, and pass for delivered.
func TestMessagesFollowNoRedirect(t *testing.T) {
	kinds := map[string]string{
		"webhook": "webhook: {url_file: drift.url}",
		"gateway": "webhook: {url_file: drift.url, address_file: drift.tmpl, payload: {to: '{address}', message: '{sms}'}}",
		"Teams":   "teams: {url_file: drift.url}",
	}
	for kind, receiver := range kinds {
		for _, status := range []int{
			http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
		} {
			t.Run(kind+" "+strconv.Itoa(status), func(t *testing.T) { testNoRedirect(t, receiver, status) })
		}
	}
}

func testNoRedirect(t *testing.T, receiver string, status int) {
	t.Helper()
	t.Parallel() // each waits for a second
	var led, asked atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { led.Add(1) }))
	defer elsewhere.Close()
	leading := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, elsewhere.URL+"/hunter2", status)
	}))
	defer leading.Close()
	directory, data := fjord(t)
	file, files := filepath.Join(directory, "oncall.yaml"), t.TempDir()
	settings := filepath.Join(directory, "planwatch.yaml")
	before, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer("group_by: [trust]", "group_by: [trust]\nwait: 1s\ndirectory: "+files, "webhook: {url_file: drift.url}", receiver).Replace(string(data))
	for path, text := range map[string]string{
		file:                                   changed,
		settings:                               strings.Replace(string(before), "outbox: true", "outbox: false", 1),
		filepath.Join(files, "drift.url"):      leading.URL,
		filepath.Join(files, "ytre-fjord.url"): leading.URL,
		filepath.Join(files, "drift.tmpl"):     `{{ define "address.drift" }}46701234567{{ end }}`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	region, err := config.Load(directory, nil)
	if err != nil {
		t.Fatal(err)
	}
	generated, err := alerts.Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	s.start(exporter.Sending(region, generated))
	s.post(map[string]any{
		"labels":      map[string]string{"alertname": "DataStale", "severity": "critical", "owner": "drift", "trust": "Ytre"},
		"annotations": map[string]string{"summary": "Tall er for gamle"}, "startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour),
	})
	// What is not followed is told; what is has been by the time that it has ended.
	deadline := time.After(20 * time.Second)
	for len(s.Undelivered()) == 0 {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("asked %d times, led elsewhere %d times, and no failure is told\n%s", asked.Load(), led.Load(), s.log)
		}
	}
	s.stop()
	told := s.Undelivered()
	if want := "unexpected status code " + strconv.Itoa(status); len(told) != 1 || told[0].Receiver != "drift" || told[0].Err.Error() != want {
		t.Errorf("told %+v, want %q of drift", told, want)
	}
	if led.Load() > 0 {
		t.Errorf("led elsewhere %d times", led.Load())
	}
}
