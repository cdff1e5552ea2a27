package exporter_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/databasetest"
	"planwatch/internal/history"
)

// past is a Prometheus with a series a minute for so many days, and its URL.
func past(t *testing.T, series string, value float64, days int) string {
	t.Helper()
	directory := t.TempDir()
	file, err := os.Create(filepath.Join(directory, "past.om"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewWriter(file)
	end := time.Now().Add(-time.Minute).Unix()
	for at := end - int64(days)*24*60*60; at <= end; at += 60 {
		fmt.Fprintf(lines, "%s %v %d\n", series, value, at)
	}
	fmt.Fprintln(lines, "# EOF")
	if err := lines.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(directory, "data")
	if said, err := exec.CommandContext(t.Context(), "promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=1440h", file.Name(), data).CombinedOutput(); err != nil {
		t.Fatalf("promtool: %v\n%s", err, said)
	}
	configuration := filepath.Join(directory, "prometheus.yml")
	if err := os.WriteFile(configuration, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "prometheus", "--config.file="+configuration, "--storage.tsdb.path="+data, "--storage.tsdb.retention.time=10y", "--web.listen-address=127.0.0.1:0")
	said, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	address := regexp.MustCompile(`msg="Listening on".*address=(\S+)`)
	url := ""
	log := bufio.NewScanner(said)
	for url == "" && log.Scan() {
		if found := address.FindStringSubmatch(log.Text()); found != nil {
			url = "http://" + found[1]
		}
	}
	go func() {
		for log.Scan() { // so that it does not wait to write
		}
	}()
	await(t, "the Prometheus is ready", func() bool {
		response, err := http.Get(url + "/-/ready")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return url
}

const beds = `collector: beds
title: {sv: Platser, en: Beds}
source: warehouse
schedule: "0 6 * * *"
query: beds.sql
labels: [hospital]
max_age: 1h
kpis:
  - {name: beds_available, title: {sv: Platser, en: Beds}, definition: {sv: Disponibla platser., en: Available beds.}, column: beds, unit: beds, better: higher, aggregate: sum}
`

const bedUnit = `units:
  - unit: beds
    measures:
      - {measure: beds, word: {sv: {one: plats, other: platser}, en: {one: bed, other: beds}}}
`

func bedRegion(t *testing.T, server *databasetest.Server, more string) string {
	t.Helper()
	secret := region(t, map[string]string{"password": password + "\n"})
	return region(t, map[string]string{
		"planwatch.yaml":       fmt.Sprintf(settings(server), filepath.Join(secret, "password")) + more,
		"units.yaml":           bedUnit,
		"collectors/beds.yaml": beds,
		"collectors/beds.sql":  "SELECT q.hospital, q.patients AS beds FROM queue AS q WHERE :as_of > '2000-01-01'",
	})
}

// What an engine has of the past is read from there, as it was shown, and the rest from the
// warehouse.
func TestPastFromAnEngine(t *testing.T) {
	log := filepath.Join(t.TempDir(), "queries.log")
	server := queue(t, databasetest.WithSetting("general_log=1"), databasetest.WithSetting("general_log_file="+log))
	engine := past(t, `kpi_beds_available{hospital="Kalix",region="norrbotten",job="planwatch",instance="a:9846"}`, 17, 40)
	dir := bedRegion(t, server, fmt.Sprintf("history: {months: 1, years: 1, pause: 0s, url: %q, labels: {region: norrbotten}}\n", engine))
	storage := t.TempDir()
	p := start(t, dir, storage)
	var kept history.Progress
	await(t, "the past is read", func() bool {
		kept, _ = p.History()
		return kept.Wanted > 10 && kept.Kept == kept.Wanted
	})
	loaded, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := history.OpenKept(t.Context(), storage)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	key := history.Key{Collector: "beds", Fingerprint: loaded.Fingerprint(loaded.Collectors[0])}
	moments, err := store.Kept(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	within, before := 0, 0
	for at := range moments {
		figures, err := store.Figures(t.Context(), key, []time.Time{at})
		if err != nil || len(figures[at]) != 1 {
			t.Fatalf("%s: %v, %v", at, figures, err)
		}
		f := figures[at][0]
		switch age := time.Since(at); {
		case age < 39*24*time.Hour:
			within++
			if f.Value != 17 || f.Labels.String() != `hospital="Kalix"` {
				t.Errorf("%s: %v at %s, want what the engine has", at, f.Value, f.Labels)
			}
		case age > 41*24*time.Hour:
			before++
			if f.Value != 42 {
				t.Errorf("%s: %v, want what the warehouse has", at, f.Value)
			}
		}
	}
	// Beside the moments before, the warehouse was asked for the figures of now.
	if n := askedFor(t, log); within < 5 || before < 5 || n > len(moments)-within+1 {
		t.Errorf("%d moments of the engine, %d before, %d queries", within, before, n)
	}
}

// An engine that does not answer is waited for, and told of once; its password is for it
// alone.
func TestEngineThatDoesNotAnswer(t *testing.T) {
	log := filepath.Join(t.TempDir(), "queries.log")
	server := queue(t, databasetest.WithSetting("general_log=1"), databasetest.WithSetting("general_log_file="+log))
	var asked, led atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { led.Add(1) }))
	t.Cleanup(elsewhere.Close)
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, secret, _ := r.BasicAuth(); user != "planwatch" || secret != password {
			t.Errorf("%s asks with %q", user, secret)
		}
		asked.Add(1)
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(engine.Close)
	secret := filepath.Join(region(t, map[string]string{"password": password}), "password")
	p := start(t, bedRegion(t, server, fmt.Sprintf("history: {months: 1, years: 1, pause: 0s, url: %q, client: {user: planwatch, password_file: %q}}\n", engine.URL, secret)), t.TempDir())
	p.untilLogged("the past cannot be read from history.url; it is waited for")
	await(t, "it is asked again", func() bool { return asked.Load() > 1 })
	if n := strings.Count(p.log.String(), "it is waited for"); n != 1 || led.Load() > 0 {
		t.Errorf("told %d times, led elsewhere %d times", n, led.Load())
	}
	await(t, "the figures of now are asked for", func() bool { return askedFor(t, log) > 0 })
	if n := askedFor(t, log); n != 1 {
		t.Errorf("%d queries, want that of now alone", n)
	}
}
