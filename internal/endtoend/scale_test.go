//go:build scale

package endtoend_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// pushInterval is how often the two push.
const pushInterval = time.Second

// engine is what takes figures, is asked for them, and evaluates rules over them.
type engine struct {
	// receivers are two, each of which gets everything.
	receivers []*program
	// pushed are their addresses for planwatch.yaml, and labels the labels of each replica.
	pushed []string
	labels func(replica string) string
	// query answers queries over both, and ruler evaluates the rules.
	query, ruler string
	// stores are those that hold samples, as they are asked for them: together they have
	// every one. What query shows at a moment may be a sample of a moment before, as far as
	// the engine looks back.
	stores []string
	// apart are parameters of a query that shows each replica's samples apart, by labels of
	// theirs.
	apart, replicas []string
	// durable is whether a receiver that is killed keeps what it has taken, so that each of
	// them has every moment.
	durable bool
	// added are the labels that the engine adds to series and alerts.
	added []string
}

func toolPath(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(repository, "bin", "tools", name))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("%v; make scale-test makes it", err)
	}
	return path
}

// rulesOfFjord are the rules that planwatch generates for the region, with an evaluation every
// second.
func rulesOfFjord(t *testing.T, binary string) string {
	t.Helper()
	root := t.TempDir()
	command := exec.CommandContext(t.Context(), binary, "generate", "--config", filepath.Join(repository, "examples", "fjord"), root)
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("planwatch generate: %v\n%s", err, said)
	}
	rules := filepath.Join(root, "alerts", "fjord", "rules")
	rewrite(t, rules, `(?m)^( +interval: ).*$`, "${1}1s")
	return rules
}

func thanos(t *testing.T, rules string) *engine {
	t.Helper()
	binary := toolPath(t, "thanos")
	e := &engine{
		labels: func(replica string) string { return "{replica: " + replica + "}" },
		// The ruler's alerts have the tenant that the receivers name.
		added:   []string{"tenant_id"},
		durable: true, apart: []string{"dedup", "false"}, replicas: []string{"replica", "receive_replica"},
	}
	query := []string{binary, "query", "--query.replica-label=replica", "--query.replica-label=receive_replica", "--query.lookback-delta=15s"}
	for i := range 2 {
		grpc, web, write := free(t), free(t), free(t)
		e.receivers = append(e.receivers, begin(t, &program{
			name: "thanos receive", ready: "http://" + web + "/-/ready",
			args: []string{
				binary, "receive", "--tsdb.path=" + t.TempDir(), "--grpc-address=" + grpc, "--http-address=" + web, "--remote-write.address=" + write,
				"--receive.capnproto-address=" + free(t),
				fmt.Sprintf("--label=receive_replica=%q", fmt.Sprint(i)),
			},
		}))
		e.pushed = append(e.pushed, "http://"+write+"/api/v1/receive")
		query = append(query, "--endpoint="+grpc)
	}
	web := free(t)
	e.query = "http://" + web
	e.stores = []string{e.query}
	begin(t, &program{name: "thanos query", ready: e.query + "/-/ready", args: append(query, "--http-address="+web, "--grpc-address="+free(t))})
	ruler := free(t)
	e.ruler = "http://" + ruler
	begin(t, &program{name: "thanos rule", ready: e.ruler + "/-/ready", args: []string{
		binary, "rule", "--rule-file=" + filepath.Join(rules, "*.yaml"), "--query=" + e.query, "--data-dir=" + t.TempDir(), "--eval-interval=1s",
		`--label=ruler="a"`, "--http-address=" + ruler, "--grpc-address=" + free(t),
	}})
	return e
}

func victoriaMetrics(t *testing.T, rules string) *engine {
	t.Helper()
	e := &engine{
		// Both have the same labels, and so the same series.
		labels: func(string) string { return "{}" },
		added:  []string{"alertgroup"},
	}
	for range 2 {
		web := free(t)
		e.receivers = append(e.receivers, begin(t, &program{
			name: "victoria-metrics", ready: "http://" + web + "/health",
			args: []string{
				toolPath(t, "victoria-metrics"), "-storageDataPath=" + t.TempDir(), "-httpListenAddr=" + web,
				"-dedup.minScrapeInterval=" + pushInterval.String(), "-search.latencyOffset=0s", "-search.minStalenessInterval=15s",
			},
		}))
		e.pushed = append(e.pushed, "http://"+web+"/api/v1/write")
		e.stores = append(e.stores, "http://"+web)
	}
	configuration := filepath.Join(t.TempDir(), "auth.yaml")
	text := fmt.Sprintf("unauthorized_user:\n  url_prefix: [%s]\n  load_balancing_policy: first_available\n", strings.Join(e.stores, ", "))
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	web := free(t)
	e.query = "http://" + web
	begin(t, &program{name: "vmauth", ready: e.query + "/api/v1/query?query=1", args: []string{
		toolPath(t, "vmauth"), "-auth.config=" + configuration, "-httpListenAddr=" + web, "-failTimeout=1s",
	}})
	ruler := free(t)
	e.ruler = "http://" + ruler
	begin(t, &program{name: "vmalert", ready: e.ruler + "/health", args: []string{
		toolPath(t, "vmalert"), "-rule=" + filepath.Join(rules, "*.yaml"), "-datasource.url=" + e.query, "-notifier.blackhole", "-evaluationInterval=1s",
		"-rule.evalDelay=0s", "-httpListenAddr=" + ruler,
	}})
	return e
}

// Two planwatch of a region push to two receivers. Each of the four is killed in turn and
// started again, and an alert begins meanwhile. The ruler fires what the embedded evaluators
// do, and over the whole time each figure is there at every moment, once.
func TestPushToTwoReceivers(t *testing.T) {
	binary := buildWithSample(t)
	rules := rulesOfFjord(t, binary)
	for name, start := range map[string]func(*testing.T, string) *engine{"Thanos": thanos, "VictoriaMetrics": victoriaMetrics} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			e := start(t, rules)
			var replicas []*pushing
			for _, replica := range []string{"a", "b"} {
				replicas = append(replicas, startPushing(t, binary, fmt.Sprintf(
					"push:\n  interval: %s\n  external_labels: %s\n  receivers:\n    one: {url: %q}\n    two: {url: %q}\n",
					pushInterval, e.labels(replica), e.pushed[0], e.pushed[1])))
			}
			t.Logf("started after %s", time.Since(began).Round(time.Second))
			e.agrees(t, "at first", replicas...)
			e.reaches(t, time.Now())
			from := time.Now().Truncate(pushInterval)

			replicas[0].kill()
			e.reaches(t, time.Now().Add(5*pushInterval))
			e.agrees(t, "with one planwatch killed", replicas[1])
			replicas[0].start()
			replicas[0].idle()

			e.receivers[0].kill()
			e.reaches(t, time.Now().Add(5*pushInterval))
			for _, p := range replicas {
				p.closeBeds()
			}
			eventually(t, "the ruler tells of the closed beds", func() error {
				all, err := alertsOf(e.ruler)
				if err == nil && !slices.ContainsFunc(slices.Collect(maps.Keys(all)), func(labels string) bool {
					return strings.Contains(labels, "BedsStaffedOffPlan") && strings.Contains(labels, "critical")
				}) {
					err = fmt.Errorf("it has %v", all)
				}
				return err
			})
			e.agrees(t, "with one receiver killed and beds closed", replicas...)
			e.receivers[0].start()
			for _, p := range replicas {
				p.idle()
			}

			replicas[1].kill()
			e.reaches(t, time.Now().Add(5*pushInterval))
			replicas[1].start()
			replicas[1].idle()
			e.receivers[1].kill()
			e.reaches(t, time.Now().Add(5*pushInterval))
			e.agrees(t, "with the other receiver killed", replicas...)
			e.receivers[1].start()
			for _, p := range replicas {
				p.idle()
			}
			e.agrees(t, "at last", replicas...)

			to := time.Now().Truncate(pushInterval)
			e.reaches(t, to)
			e.isWhole(t, replicas[0], from, to)
			t.Logf("passed after %s, %s of them watched", time.Since(began).Round(time.Second), to.Sub(from))
		})
	}
}

// closeBeds closes beds in the warehouse, and has every collector run at once.
func (p *pushing) closeBeds() {
	p.t.Helper()
	name := filepath.Join(p.region, "warehouse", "bed_count.csv")
	text, err := os.ReadFile(name)
	if err != nil {
		p.t.Fatal(err)
	}
	const row = "Ytre Fjord,Kirurgi,2026-03-02 07:00:00,"
	if strings.Count(string(text), row+"30,28") != 1 {
		p.t.Fatalf("%s has not the row that is changed", name)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(text), row+"30,28", row+"20,20", 1)), 0o600); err != nil {
		p.t.Fatal(err)
	}
	runAgain(p.t, p.url)
}

// agrees waits until the ruler and the embedded evaluators have the same alerts in the same
// states.
func (e *engine) agrees(t *testing.T, when string, replicas ...*pushing) {
	t.Helper()
	eventually(t, "the ruler and the embedded evaluator agree "+when, func() error {
		theirs, err := alertsOf(e.ruler, e.added...)
		if err != nil {
			return err
		}
		for _, p := range replicas {
			ours, err := alertsOf(p.url)
			if err != nil {
				return err
			}
			// That every rule has been evaluated: the watchdog is in the last group.
			if len(ours) < 5 || !maps.Equal(ours, theirs) {
				return fmt.Errorf("the ruler has %s; planwatch has %s", differ(theirs, ours), differ(ours, theirs))
			}
		}
		return nil
	})
}

// differ are those of a that b has not, or in another state.
func differ(a, b map[string]string) []string {
	var all []string
	for labels, state := range a {
		if b[labels] != state {
			all = append(all, state+" "+labels)
		}
	}
	slices.Sort(all)
	return all
}

// reaches waits until the engine has figures of a moment, or later.
func (e *engine) reaches(t *testing.T, moment time.Time) {
	t.Helper()
	eventually(t, "the engine has figures of "+moment.UTC().Format(time.TimeOnly), func() error {
		text, err := get(e.query + "/api/v1/query?" + url.Values{"query": {"max(timestamp(kpi_beds_staffed))"}}.Encode())
		if err != nil {
			return err
		}
		var answer struct {
			Data struct{ Result []struct{ Value [2]any } }
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return err
		}
		if len(answer.Data.Result) != 1 {
			return errors.New("there are none")
		}
		newest, err := strconv.ParseFloat(fmt.Sprint(answer.Data.Result[0].Value[1]), 64)
		if err == nil && int64(newest) < moment.Truncate(pushInterval).Unix() {
			err = fmt.Errorf("they are of %s", time.Unix(int64(newest), 0).UTC().Format(time.TimeOnly))
		}
		return err
	})
}

// isWhole checks that the engine shows each series of some metrics once, at every moment,
// and that its stores have a sample of every moment, and not two.
func (e *engine) isWhole(t *testing.T, p *pushing, from, to time.Time) {
	t.Helper()
	for _, metric := range []string{"kpi_beds_staffed", "kpi_cost_nok", "plan_actual", "planwatch_collector_success", "kpi_info"} {
		want := p.shownBy(metric)
		shown := ranged(t, e.query, metric, from, to, pushInterval)
		if got := labelled(shown, append(e.added, "__name__")...); !slices.Equal(got, want) {
			t.Errorf("%s: series %q, want %q", metric, got, want)
		}
		for _, s := range shown {
			if gaps := s.gaps(from, to, pushInterval); len(gaps) > 0 {
				t.Errorf("%s %v: nothing is shown at %s", metric, s.Metric, gaps)
			}
		}
		if len(e.replicas) > 0 {
			eventually(t, "both receivers are asked", func() error {
				if all := ranged(t, e.query, metric, to, to, pushInterval, e.apart...); len(all) != 4*len(want) {
					return fmt.Errorf("there are %d series, want 4 for each of %d", len(all), len(want))
				}
				return nil
			})
		}
		moments := int(to.Sub(from)/pushInterval) + 1
		kept, byReceiver := map[string]map[int64]bool{}, map[string]map[int64]bool{}
		for i, store := range e.stores {
			for _, s := range ranged(t, store, fmt.Sprintf("count_over_time(%s[%s])", metric, pushInterval), from, to, pushInterval, e.apart...) {
				receiver := fmt.Sprint("receiver ", i, s.Metric["receive_replica"])
				labels := labelled([]span{s}, slices.Concat(e.added, e.replicas, []string{"__name__"})...)[0]
				if kept[labels] == nil {
					kept[labels] = map[int64]bool{}
				}
				if byReceiver[receiver+" "+labels] == nil {
					byReceiver[receiver+" "+labels] = map[int64]bool{}
				}
				for _, v := range s.Values {
					if v[1] != "1" {
						t.Errorf("%s %s: %v samples at %v", metric, labels, v[1], v[0])
					}
					at, _ := v[0].(float64)
					kept[labels][int64(at)], byReceiver[receiver+" "+labels][int64(at)] = true, true
				}
			}
		}
		for _, labels := range want {
			if has := len(kept[labels]); has != moments {
				t.Errorf("%s %s: samples of %d moments, want %d", metric, labels, has, moments)
			}
		}
		for of, has := range byReceiver {
			if e.durable && len(has) != moments {
				t.Errorf("%s: %s: samples of %d moments, want %d", metric, of, len(has), moments)
			}
			if strings.HasSuffix(of, want[0]) {
				t.Logf("%s: %s: samples of %d moments of %d", metric, of, len(has), moments)
			}
		}
	}
}

// VictoriaMetrics has the same of OTLP as of remote write.
func TestPushToVictoriaMetricsByOTLP(t *testing.T) {
	web := free(t)
	engine := "http://" + web
	begin(t, &program{name: "victoria-metrics", ready: engine + "/health", args: []string{
		toolPath(t, "victoria-metrics"), "-storageDataPath=" + t.TempDir(), "-httpListenAddr=" + web, "-search.latencyOffset=0s", "-search.minStalenessInterval=15s",
		"-opentelemetry.promoteAllResourceAttributes=false", "-opentelemetry.promoteScopeMetadata=false",
	}})
	binary := buildWithSample(t)
	pushBy(t, binary, "remote_write", engine+"/api/v1/write").idle()
	pushBy(t, binary, "otlp", engine+"/opentelemetry/v1/metrics").idle()
	same(t, engine, "remote_write", "otlp")
}
