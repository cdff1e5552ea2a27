package endtoend_test

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"planwatch/alerts/evaluator"
	"planwatch/internal/databasetest"
	"planwatch/internal/logtest"
	"planwatch/internal/naming"
)

// lateness is how long after it is due a run may begin on a machine that does other things.
const lateness = 3 * time.Second

// regions are several regions made of one template, in one planwatch. Each has a database and
// a user of its own, and figures of its own.
type regions struct {
	t      *testing.T
	root   string
	names  []string
	binary string
	url    string
	log    *logtest.Log
}

// template is what the regions are made of.
const template = "examples/fjord"

// generated makes n regions, of which place says on which server each is.
func generated(t *testing.T, n int, place func(i int) *databasetest.Server) *regions {
	t.Helper()
	r := &regions{t: t, root: t.TempDir(), binary: build(t), log: &logtest.Log{}}
	files := os.DirFS(filepath.Join(repository, template))
	schema, err := os.ReadFile(filepath.Join(repository, template, "warehouse", "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	loaded := map[*databasetest.Server]bool{}
	for i := range n {
		name, server := fmt.Sprintf("r%02d", i+1), place(i)
		if !loaded[server] {
			server.Load(string(schema), os.DirFS(filepath.Join(repository, template, "warehouse")))
			loaded[server] = true
		}
		statements := []string{"CREATE DATABASE " + name}
		for _, table := range []string{"bed_count", "ledger", "referral"} {
			statements = append(statements,
				fmt.Sprintf("CREATE TABLE %s.%s LIKE %s.%[2]s", name, table, databasetest.Database),
				fmt.Sprintf("INSERT INTO %s.%s SELECT * FROM %s.%[2]s", name, table, databasetest.Database))
		}
		execute(t, server, append(statements,
			fmt.Sprintf("UPDATE %s.bed_count SET staffed = staffed + %d", name, i+1),
			fmt.Sprintf("CREATE USER %s@'%%' IDENTIFIED BY 'secret'", name),
			fmt.Sprintf("GRANT SELECT ON %s.* TO %[1]s@'%%'", name))...)
		dir := filepath.Join(r.root, name)
		if err := os.CopyFS(dir, files); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "password"), []byte("secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "planwatch.yaml"), fmt.Appendf(nil, `region: Helse %[1]s
languages: [nb]
time_zone: Europe/Oslo
clock: 2026-03-02T08:00:00+01:00
sources:
  warehouse: {driver: mysql, address: %[2]s, database: %[1]s, user: %[1]s, password_file: %[3]s, connect_timeout: 1s}
alerting: {outbox: true, interval: 5s}
history: {backfill: false}
retry: {initial: 1s, max: 5s}
`, name, server.Socket(), filepath.Join(dir, "password")), 0o600); err != nil {
			t.Fatal(err)
		}
		rewrite(t, filepath.Join(dir, "collectors"), `(?m)^schedule: .*$`, `schedule: "* * * * *"`)
		r.names = append(r.names, name)
	}
	return r
}

func execute(t *testing.T, server *databasetest.Server, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := server.Root().ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// configs are the flags that name the regions.
func (r *regions) configs() []string {
	var args []string
	for _, name := range r.names {
		args = append(args, "--config", filepath.Join(r.root, name))
	}
	return args
}

// serve serves the regions until the test ends, and waits until all are ready.
func (r *regions) serve() {
	r.t.Helper()
	args := append([]string{"serve", "--web.listen-address", "127.0.0.1:0", "--web.enable-lifecycle", "--storage.path", filepath.Join(r.root, "data")}, r.configs()...)
	command := exec.CommandContext(r.t.Context(), r.binary, args...)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = patience
	command.Stderr = r.log
	out, err := command.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait() // a region may be broken
		if r.t.Failed() {
			r.t.Log(r.log.String())
		}
	})
	said, err := bufio.NewReader(out).ReadString('\n')
	if r.url = regexp.MustCompile(`http://[^ ]+`).FindString(said); r.url == "" {
		r.t.Fatalf("serve said %q, %v\n%s", said, err, r.log)
	}
	r.until("ready", func() bool { status, _ := r.get("/-/ready"); return status == http.StatusOK })
}

func (r *regions) get(path string) (status int, body string) {
	r.t.Helper()
	return r.ask(http.MethodGet, r.url+path)
}

func (r *regions) ask(method, url string) (status int, body string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, url, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

func (r *regions) until(what string, holds func() bool) {
	r.t.Helper()
	deadline, again := time.After(patience), time.NewTicker(100*time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-deadline:
			r.t.Fatalf("never %s", what)
		}
	}
}

// scrape is what a Prometheus gets of a region: its figures, as bytes, and planwatch's own
// metrics about it.
func (r *regions) scrape(name string) (figures string, own map[string]float64) {
	r.t.Helper()
	status, body := r.get("/r/" + name + "/metrics")
	if status != http.StatusOK {
		r.t.Fatalf("region %s: %d", name, status)
	}
	own = map[string]float64{}
	var lines strings.Builder
	for line := range strings.Lines(body) {
		if !strings.HasPrefix(line, "planwatch_") {
			if !strings.Contains(line, " "+naming.Planwatch+"_") { // of # HELP and # TYPE
				lines.WriteString(line)
			}
			continue
		}
		series, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if i := strings.LastIndex(line, "} "); i >= 0 {
			series, text = line[:i+1], strings.TrimSpace(line[i+2:])
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			r.t.Fatalf("region %s: %s", name, line)
		}
		own[series] = value
	}
	return lines.String(), own
}

// of is a metric of a collector.
func of(metric, collector string) string {
	return fmt.Sprintf("%s{%s=%q}", metric, naming.LabelCollector, collector)
}

var collectorsOfTemplate = []string{"capacity", "cost", "referrals"}

// Twenty-one regions in one process, of which five break, each in another way: a query that
// hangs, a bad reload, a full pool, a source that is frozen, a storage that is gone. The
// others' scrapes have the same figures to the byte, and each of their runs is on time.
func TestOneRegionBreaksNoOther(t *testing.T) {
	common, own := databasetest.Start(t), databasetest.Start(t)
	const frozen = 3
	r := generated(t, 21, func(i int) *databasetest.Server {
		if i == frozen {
			return own
		}
		return common
	})
	r.serve()
	hangs, reload, pool, stops, storage := r.names[0], r.names[1], r.names[2], r.names[frozen], r.names[4]
	others := r.names[5:]
	before, due := map[string]string{}, map[string]map[string]float64{}
	for i, name := range others {
		want := fmt.Sprintf(`kpi_beds_staffed{clinic="Kirurgi",trust="Ytre Fjord"} %d`+"\n", 30+6+i)
		var figures string
		var metrics map[string]float64
		r.until("region "+name+" has "+want, func() bool {
			figures, metrics = r.scrape(name)
			fails := func(c string) bool { return metrics[of(naming.CollectorSuccess, c)] != 1 }
			return strings.Contains(figures, want) && !slices.ContainsFunc(collectorsOfTemplate, fails)
		})
		before[name], due[name] = figures, map[string]float64{}
		for _, c := range collectorsOfTemplate {
			due[name][c] = metrics[of(naming.CollectorNextRun, c)]
		}
	}

	// A query that hangs.
	locking, err := common.Root().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locking.Close()
	if _, err := locking.ExecContext(t.Context(), "LOCK TABLES "+hangs+".bed_count WRITE, "+hangs+".ledger WRITE, "+hangs+".referral WRITE"); err != nil {
		t.Fatal(err)
	}
	if status, said := r.ask(http.MethodPost, r.url+"/r/"+hangs+"/-/reload"); status != http.StatusOK {
		t.Fatal(said)
	}
	// A bad reload.
	rewrite(t, filepath.Join(r.root, reload, "plan"), `kpi: bed_use_ratio`, "kpi: no_such_kpi")
	if status, said := r.ask(http.MethodPost, r.url+"/-/reload"); status != http.StatusInternalServerError || !strings.HasPrefix(said, "region "+reload+": ") || strings.Contains(said, "region "+r.names[6]) {
		t.Errorf("a reload of all: %d\n%s", status, said)
	}
	// A full pool: another has all connections that the user may have.
	execute(t, common, "ALTER USER "+pool+"@'%' WITH MAX_USER_CONNECTIONS 1")
	taken := take(t, common, pool)
	// A source that is frozen.
	own.Freeze()
	defer own.Thaw()
	// A storage that is gone, and cannot be made.
	kept := filepath.Join(r.root, "data", storage)
	if err := os.RemoveAll(kept); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	// The reload of all ran each collector at once; from here on they run by schedule.
	runs := map[string]int{}
	for _, name := range others {
		_, metrics := r.scrape(name)
		for _, c := range collectorsOfTemplate {
			due[name][c] = metrics[of(naming.CollectorNextRun, c)]
		}
	}
	const twice = 2
	deadline, again := time.After(5*time.Minute), time.NewTicker(250*time.Millisecond)
	defer again.Stop()
	for least := 0; least < twice; {
		least = twice
		for _, name := range others {
			figures, metrics := r.scrape(name)
			if figures != before[name] {
				t.Fatalf("region %s: its figures have changed:\n%s\nwere\n%s", name, figures, before[name])
			}
			for _, c := range collectorsOfTemplate {
				key := name + " " + c
				if last := metrics[of(naming.CollectorLastRun, c)]; last >= due[name][c] {
					if late := time.Duration((last - due[name][c]) * float64(time.Second)); late > lateness {
						t.Errorf("%s: a run was %s late", key, late)
					}
					due[name][c] = metrics[of(naming.CollectorNextRun, c)]
					runs[key]++
				}
				if metrics[of(naming.CollectorSuccess, c)] != 1 {
					t.Errorf("%s: a run failed", key)
				}
				least = min(least, runs[key])
			}
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("runs by schedule: %v", runs)
		}
	}

	_, metrics := r.scrape(hangs)
	if metrics[of(naming.CollectorSuccess, "capacity")] != 0 {
		t.Error("nothing hangs")
	}
	if _, metrics = r.scrape(reload); metrics[naming.ConfigReloadSuccess] != 0 {
		t.Error("the reload was not bad")
	}
	for _, name := range []string{pool, stops} {
		if _, metrics = r.scrape(name); metrics[fmt.Sprintf("%s{%s=%q}", naming.SourceUp, naming.LabelSource, "warehouse")] != 0 {
			t.Errorf("region %s: its source answers", name)
		}
	}
	if _, metrics = r.scrape(storage); metrics[naming.SnapshotSaveFailures] == 0 {
		t.Error("the snapshot is saved")
	}
	if status, said := r.get("/-/ready"); status != http.StatusOK {
		t.Errorf("not ready: %s", said)
	}
	if _, page := r.get("/"); strings.Count(page, "<tr id=") != len(r.names) {
		t.Errorf("not every region is on the page:\n%s", page)
	}

	// Whole again, without a restart.
	if _, err := locking.ExecContext(t.Context(), "UNLOCK TABLES"); err != nil {
		t.Fatal(err)
	}
	own.Thaw()
	taken()
	execute(t, common, "ALTER USER "+pool+"@'%' WITH MAX_USER_CONNECTIONS 0")
	for _, name := range []string{hangs, pool, stops} {
		r.until("region "+name+" whole", func() bool {
			_, metrics := r.scrape(name)
			return metrics[of(naming.CollectorSuccess, "capacity")] == 1 && metrics[fmt.Sprintf("%s{%s=%q}", naming.SourceUp, naming.LabelSource, "warehouse")] == 1
		})
	}
}

// take takes a user's only connection, once those of others are closed.
func take(t *testing.T, server *databasetest.Server, user string) (release func()) {
	t.Helper()
	settings := mysql.NewConfig()
	settings.User, settings.Passwd, settings.Net, settings.Addr = user, "secret", "unix", server.Socket()
	db, err := sql.Open("mysql", settings.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	release = func() { _ = db.Close() }
	t.Cleanup(release)
	deadline := time.After(patience)
	for {
		server.CloseConnections(user)
		conn, err := db.Conn(t.Context())
		if err == nil {
			if err = conn.PingContext(t.Context()); err == nil {
				return release
			}
			_ = conn.Close()
		}
		select {
		case <-deadline:
			t.Fatalf("the connection of %s cannot be taken: %v", user, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// A Prometheus that finds the regions by planwatch's own discovery, and has the rules of both,
// has each alert once, for its region: what happens in one fires nothing for the other.
func TestRulesOfTwoRegionsInOnePrometheus(t *testing.T) {
	server := databasetest.Start(t)
	r := generated(t, 2, func(int) *databasetest.Server { return server })
	first, second := r.names[0], r.names[1]
	made := t.TempDir()
	if said, err := exec.CommandContext(t.Context(), r.binary, append(append([]string{"generate"}, r.configs()...), made)...).CombinedOutput(); err != nil {
		t.Fatalf("planwatch generate: %v\n%s", err, said)
	}
	for _, name := range r.names {
		rules := filepath.Join(made, "alerts", name, "rules")
		rewrite(t, rules, `(?m)^( +(?:for|keep_firing_for): )[0-9]+[mhd].*$`, "${1}1s")
		rewrite(t, rules, `(?m)^( +interval: ).*$`, "${1}1s")
	}
	r.serve()
	prometheus := r.prometheus(made)

	// Both have the same plan, and are off it alike.
	told := func(region string) map[string]string { return r.alerts(prometheus)[region] }
	var one, other map[string]string
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s: %v\n%s: %v", first, one, second, other)
		}
	})
	r.until("the alerts of both regions", func() bool {
		one, other = told(first), told(second)
		return len(one) > 2 && maps.Equal(one, other)
	})

	// Beds are taken away in the first: only its owner is told.
	execute(t, server, "UPDATE "+first+".bed_count SET staffed = 1")
	if status, said := r.ask(http.MethodPost, r.url+"/r/"+first+"/-/reload"); status != http.StatusOK {
		t.Fatal(said)
	}
	const critical = naming.LabelAlertName + "=BedsStaffedOffPlan"
	fires := func(region, alert string) bool {
		one, other = told(first), told(second)
		for key, state := range map[string]map[string]string{first: one, second: other}[region] {
			if strings.Contains(key, alert) && strings.Contains(key, naming.LabelSeverity+"="+naming.SeverityCritical) && state == naming.StateFiring {
				return true
			}
		}
		return false
	}
	r.until("the first region's alert", func() bool { return fires(first, critical) })
	if fires(second, critical) {
		t.Error("the second region's fires too")
	}
	// Its source is gone: so says one alert.
	execute(t, server, "ALTER USER "+first+"@'%' ACCOUNT LOCK")
	server.CloseConnections(first)
	const down = naming.LabelAlertName + "=" + naming.SourceDown
	r.until("the alert about the first region's source", func() bool { return fires(first, down) })
	if fires(second, down) {
		t.Error("an alert about the second region's source")
	}
	if all := r.alerts(prometheus); len(all) != 2 {
		t.Errorf("alerts of %d regions: %v", len(all), all)
	}
}

// prometheus runs a Prometheus with the rules in a directory until the test ends.
func (r *regions) prometheus(made string) (url string) {
	r.t.Helper()
	dir := r.t.TempDir()
	configuration := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(configuration, fmt.Appendf(nil, `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q, %q]
scrape_configs:
  - job_name: planwatch
    http_sd_configs: [{url: "%s/-/targets", refresh_interval: 1s}]
`, filepath.Join(made, "alerts", r.names[0], "rules", "*.yaml"), filepath.Join(made, "alerts", r.names[1], "rules", "*.yaml"), r.url), 0o600); err != nil {
		r.t.Fatal(err)
	}
	log := &logtest.Log{}
	command := exec.CommandContext(r.t.Context(), "prometheus", "--config.file="+configuration, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address=127.0.0.1:0")
	command.Stderr = log
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = patience
	if err := command.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
		if r.t.Failed() {
			r.t.Log(log.String())
		}
	})
	listens := regexp.MustCompile(`msg="Listening on" component=web address=(127\.0\.0\.1:[0-9]+)`)
	r.until("a Prometheus", func() bool { return listens.MatchString(log.String()) })
	return "http://" + listens.FindStringSubmatch(log.String())[1]
}

// alerts are those of Prometheus by region, each by its other labels. An alert that is there
// twice, or is of no region, is wrong.
func (r *regions) alerts(prometheus string) map[string]map[string]string {
	r.t.Helper()
	status, body := r.ask(http.MethodGet, prometheus+"/api/v1/alerts")
	if status == http.StatusServiceUnavailable {
		return nil // it is starting
	}
	var answer struct {
		Data struct {
			Alerts []evaluator.Alert `json:"alerts"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		r.t.Fatal(err)
	}
	all := map[string]map[string]string{}
	for _, alert := range answer.Data.Alerts {
		region := alert.Labels[naming.LabelRegion]
		if region == "" {
			r.t.Fatalf("an alert of no region: %v", alert.Labels)
		}
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(alert.Labels)) {
			if name != naming.LabelRegion {
				parts = append(parts, name+"="+alert.Labels[name])
			}
		}
		key := strings.Join(parts, " ")
		if all[region] == nil {
			all[region] = map[string]string{}
		}
		if _, twice := all[region][key]; twice {
			r.t.Fatalf("twice for region %s: %s", region, key)
		}
		all[region][key] = alert.State
	}
	return all
}
