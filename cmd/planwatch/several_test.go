//go:build gms_pure_go

package main

import (
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// fjords are copies of the example region, by name, each with a title of its own.
func fjords(t *testing.T, names ...string) (root string) {
	t.Helper()
	root = t.TempDir()
	for _, name := range names {
		dir := filepath.Join(root, name)
		if err := os.CopyFS(dir, os.DirFS("../../examples/fjord")); err != nil {
			t.Fatal(err)
		}
		replace(t, filepath.Join(dir, "planwatch.yaml"), "region: Helse Fjord\n", "region: Helse "+name+"\n")
	}
	return root
}

// The job of several regions: each is served under its name, one with a fault is told of
// loudly and keeps none of the others, and is there once it is right.
func TestServeSeveral(t *testing.T) {
	root := fjords(t, "nord", "sor", "vest")
	fault := filepath.Join(root, "vest", "planwatch.yaml")
	replace(t, fault, "languages: [nb]\n", "languages: [nb]\ncolour: blue\n")
	args := []string{"--storage.path", filepath.Join(root, "data"), "--web.enable-lifecycle"}
	for _, name := range []string{"nord", "sor", "vest"} {
		args = append(args, "--config", filepath.Join(root, name))
	}
	served := startServing(t, args...)
	if !regexp.MustCompile(`^nord, sor are served on http://\S+ \(metrics: those of http://\S+/-/targets\); vest is not: the log says why\n$`).MatchString(served.said) {
		t.Errorf("serve said %q", served.said)
	}
	contains(t, "readiness", body(t, served.url+"/-/ready"), "planwatch is ready.\nregion vest is not served: planwatch.yaml:", "colour")
	contains(t, "the process' metrics", body(t, served.url+"/metrics"), `planwatch_region_up{region="nord"} 1`, `planwatch_region_up{region="vest"} 0`, "go_goroutines ", "process_cpu_seconds_total ", "planwatch_build_info{")
	for _, name := range []string{"nord", "sor"} {
		of := body(t, served.url+"/r/"+name+"/metrics")
		contains(t, "metrics of "+name, of, `kpi_beds_staffed{clinic="Kirurgi",trust="Ytre Fjord"} 30`, "planwatch_build_info{", `planwatch_source_up{source="warehouse"} 1`)
		for _, not := range []string{"go_goroutines", "process_cpu_seconds_total", `region="`} {
			if strings.Contains(of, not) {
				t.Errorf("%s's metrics have %s", name, not)
			}
		}
		for _, kept := range []string{"snapshot", "history.sqlite", "alerting", "comments.jsonl", "audit.jsonl"} {
			if _, err := os.Stat(filepath.Join(root, "data", name, kept)); err != nil {
				t.Error(err)
			}
		}
	}
	promtool := exec.CommandContext(served.ctx, "promtool", "check", "metrics")
	promtool.Stdin = strings.NewReader(body(t, served.url+"/metrics"))
	if said, err := promtool.CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("promtool: %v\n%s", err, said)
	}
	contains(t, "the page of all", body(t, served.url+"/"), "Helse nord", "Helse sor", "vises ikke her", "1 av 1 svarer")
	crawl(t, served.url+"/", served.url+"/r/nord/", 60)
	served.until(t, "alerts are evaluated", func() bool {
		return status(t, http.MethodGet, served.url+"/r/sor/api/v1/alerts") == http.StatusOK
	})
	served.until(t, "an alert with its region", func() bool {
		return strings.Contains(body(t, served.url+"/r/sor/api/v1/alerts"), `"region":"sor"`)
	})
	if alerts := body(t, served.url+"/r/sor/api/v1/alerts"); strings.Contains(alerts, `"region":"nord"`) {
		t.Errorf("alerts of another region:\n%s", alerts)
	}
	contains(t, "planwatch alerts", planwatch(t, "alerts", "--url", served.url+"/r/sor"), "OffPlan")
	for line := range strings.Lines(served.stderr.String()) {
		if strings.Contains(line, "source=filler.go") && !strings.Contains(line, " region=") {
			t.Errorf("a line of no region: %s", line)
		}
	}
	contains(t, "the log", served.stderr.String(), `level=ERROR`, `msg="region not served; the others are. Correct it, and reload" region=vest`)

	if got := status(t, http.MethodPost, served.url+"/r/vest/-/reload"); got != http.StatusInternalServerError {
		t.Errorf("reloaded with the fault: %d", got)
	}
	replace(t, fault, "colour: blue\n", "")
	replace(t, filepath.Join(root, "nord", "planwatch.yaml"), "languages: [nb]\n", "languages: [nb]\ncolour: blue\n")
	if err := served.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	const reloaded = "planwatch_config_last_reload_successful 0\n"
	served.until(t, "a region that is right served, and one with a fault going on", func() bool {
		return status(t, http.MethodGet, served.url+"/r/vest/-/ready") == http.StatusOK && strings.Contains(body(t, served.url+"/r/nord/metrics"), reloaded)
	})
	contains(t, "the process' metrics", body(t, served.url+"/metrics"), `planwatch_region_up{region="vest"} 1`)
	contains(t, "what goes on", body(t, served.url+"/r/nord/metrics"), `kpi_beds_staffed{clinic="Kirurgi",trust="Ytre Fjord"} 30`)
	if of := body(t, served.url+"/r/sor/metrics"); strings.Contains(of, reloaded) {
		t.Error("the fault of one is another's")
	}
	if err := served.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := served.Wait(); err != nil {
		t.Errorf("stopped with %v\n%s", err, served.stderr.String())
	}
}

// anchor matches what a page leads to.
var anchor = regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)

// crawl follows the links of pages: each is there, and leads within a region but for the
// page of all.
func crawl(t *testing.T, all, first string, least int) {
	t.Helper()
	seen, waiting := map[string]bool{}, []string{first}
	for len(waiting) > 0 && len(seen) < 4*least {
		address := waiting[0]
		waiting = waiting[1:]
		if seen[address] {
			continue
		}
		seen[address] = true
		at, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		response := request(t, http.MethodGet, address)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", address, response.Status)
		}
		if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, found := range anchor.FindAllStringSubmatch(body(t, address), -1) {
			to, err := at.Parse(html.UnescapeString(found[1]))
			if err != nil {
				t.Fatal(err)
			}
			to.Fragment = ""
			if to.Host != at.Host || to.Host == "localhost:9846" {
				continue
			}
			if got := to.String(); strings.HasPrefix(got, first) {
				waiting = append(waiting, got)
			} else if got != all {
				t.Errorf("%s leads to %s", address, got)
			}
		}
	}
	if len(seen) < least {
		t.Errorf("only %d pages", len(seen))
	}
}

// What is wrong with the regions together, rather than with one of them, keeps planwatch
// from starting.
func TestServeSeveralRefused(t *testing.T) {
	root := fjords(t, "nord", "sor")
	replace(t, filepath.Join(root, "sor", "planwatch.yaml"), "languages: [nb]\n", "languages: [nb]\nweb: {listen_address: [\":9000\"]}\n")
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"a typing error", []string{"--config", filepath.Join(root, "nord"), "--config", filepath.Join(root, "nrod")}, "no region"},
		{"an address of its own", []string{"--config", filepath.Join(root, "nord"), "--config", filepath.Join(root, "sor")}, "planwatch.yaml: web.listen_address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), "planwatch", append([]string{"serve", "--storage.path", t.TempDir()}, tt.args...)...)
			said, _ := command.CombinedOutput() // the status is looked at
			if got := command.ProcessState.ExitCode(); got != exitFoundWrong || !strings.Contains(string(said), tt.want) {
				t.Errorf("exit status %d\n%s", got, said)
			}
		})
	}
	// By a flag all have one.
	served := start(t, "--storage.path", t.TempDir(), "--config", filepath.Join(root, "nord"), "--config", filepath.Join(root, "sor"))
	contains(t, "health", body(t, served.url+"/-/healthy"), "planwatch is up.")
}

// generate writes each region's files beside one another, with links under its name, and
// rules that ask for its series.
func TestGenerateSeveral(t *testing.T) {
	root := fjords(t, "nord", "sor")
	made := t.TempDir()
	planwatch(t, "generate", "--config", filepath.Join(root, "nord"), "--config", filepath.Join(root, "sor"), made)
	for _, name := range []string{"nord", "sor"} {
		for _, file := range []string{"docs/kpis/" + name + ".md", "alerts/" + name + "/alertmanager.yml", "dashboards/" + name} {
			if _, err := os.Stat(filepath.Join(made, filepath.FromSlash(file))); err != nil {
				t.Error(err)
			}
		}
		rules := 0
		err := filepath.WalkDir(filepath.Join(made, "alerts", name, "rules"), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			text := string(data)
			rules += strings.Count(text, "- alert: ")
			contains(t, path, text, `region="`+name+`"`, "http://localhost:9846/r/"+name+"/runbook/")
			return err
		})
		if err != nil || rules < 10 {
			t.Errorf("%d rules of %s: %v", rules, name, err)
		}
	}
	planwatch(t, "generate", "--check", "--config", filepath.Join(root, "nord"), "--config", filepath.Join(root, "sor"), made)
	operator := planwatch(t, "generate", "--format", "prometheusrule", "--config", filepath.Join(root, "nord"), "--config", filepath.Join(root, "sor"))
	contains(t, "objects", operator, "name: planwatch-nord\n", "name: planwatch-nord-capacity\n", "\n---\n", "name: planwatch-sor-capacity\n")
}

// What is of one region at a time says so.
func TestOneOfSeveralAsked(t *testing.T) {
	root := fjords(t, "nord", "sor")
	command := exec.CommandContext(t.Context(), "planwatch", "report", "--config", filepath.Join(root, "nord"), "--config", filepath.Join(root, "sor"))
	said, _ := command.CombinedOutput() // the status is looked at
	if got := command.ProcessState.ExitCode(); got != exitCouldNotRun || !strings.Contains(string(said), "--config: 2 regions are given, and this is of one at a time") {
		t.Errorf("exit status %d\n%s", got, said)
	}
	contains(t, "check", planwatch(t, "check", "--config", filepath.Join(root, "nord"), "--config", filepath.Join(root, "sor")), "Helse nord: 1 kilde", "Helse sor: 1 kilde")
}

// The national board: the same KPI by region, where it is the same, and check tells where it
// is not.
func TestKPIsOfSeveralRegions(t *testing.T) {
	root := fjords(t, "nord", "sor", "vest")
	replace(t, filepath.Join(root, "sor", "collectors", "capacity.yaml"), "Senger som er bemannet og kan tas i bruk når det telles.", "Senger som er bemannet.")
	replace(t, filepath.Join(root, "vest", "warehouse", "bed_count.csv"), "Ytre Fjord,Kirurgi,2026-03-02 07:00:00,30,", "Ytre Fjord,Kirurgi,2026-03-02 07:00:00,29,")
	args := []string{"--storage.path", filepath.Join(root, "data")}
	for _, name := range []string{"nord", "sor", "vest"} {
		args = append(args, "--config", filepath.Join(root, name))
	}
	served := startServing(t, args...)
	contains(t, "the page of all", body(t, served.url+"/"), "Felles nøkkeltall", `<a href="kpi/beds_staffed">Bemannede senger</a>`, "i 3 regioner", "1 med en annen definisjon", `<a href="kpi/cost_nok">Driftskostnader</a>`)
	const nbsp = "\u00a0"
	board := body(t, served.url+"/kpi/beds_staffed")
	contains(t, "a KPI by region", board, "<h1>Bemannede senger</h1>", `<a href="../r/nord/kpi/beds_staffed">Helse nord</a>`, `<a href="../r/sor/kpi/beds_staffed">Helse sor</a>`,
		"har en annen definisjon og skal ikke sammenlignes: definition.nb", `data-heading="Resultat">88</td>`, `data-heading="Resultat">87</td>`)
	contains(t, "a KPI with a target for the whole region", body(t, served.url+"/kpi/bed_use_ratio"), "90,0"+nbsp+"%")
	for path, want := range map[string]int{"/kpi/nothing": http.StatusNotFound, "/kpi/": http.StatusNotFound} {
		if got := status(t, http.MethodGet, served.url+path); got != want {
			t.Errorf("%s: %d", path, got)
		}
	}
	check := append([]string{"check"}, args[2:]...)
	command := exec.CommandContext(t.Context(), "planwatch", check...)
	said, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	contains(t, "check", string(said), `warning: kpi beds_staffed: definition.nb: "Senger som er bemannet og kan tas i bruk når det telles." in nord/collectors/capacity.yaml, "Senger som er bemannet." in sor/collectors/capacity.yaml`)
	command = exec.CommandContext(t.Context(), "planwatch", append(check, "--strict")...)
	said, _ = command.CombinedOutput() // the status is looked at
	if got := command.ProcessState.ExitCode(); got != exitFoundWrong {
		t.Errorf("exit status %d\n%s", got, said)
	}
}
