package stack

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/tsdb"

	"planwatch/internal/storage"
)

var update = flag.Bool("update", false, "write the generated files")

const root = "../.."

// travel is how long an alert may take from its rule to its receiver: rules are
// evaluated once a minute, and messages wait for others of their group.
const travel = 4 * time.Minute

func TestSampleSQL(t *testing.T) {
	schema, err := os.ReadFile(filepath.Join(root, "internal", "warehouse", "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := SampleSQL(string(schema), os.DirFS(filepath.Join(root, "sample")))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "deploy", "mariadb", "20-sample.sql")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what the schema and the sample make; go generate makes it right", file)
	}
}

// The whole stack: a target that is up, every collector with samples from the
// MariaDB, the past, and an alert that reaches the receiver of mail and calls.
func TestStack(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "planwatch")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/planwatch")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	o := Options{Root: root, Directory: t.TempDir(), Planwatch: binary, ScrapeInterval: "1s", Past: append(Past(), "--step=30d")}
	first := testInterruption(t, &o)
	began := false
	o.Starting = func(past bool) { began = past }
	s, err := Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(first.block); !began || err != nil || !os.SameFile(after, first.info) {
		t.Errorf("the past was not gone on with: %t, %v", began, err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	wants := []struct{ name, query string }{
		{"the target is up", `up{job="planwatch"} == 1`},
		{"every collector has figures", `count(planwatch_collector_success == 1) == count(planwatch_collector_success) and count(planwatch_collector_success) > 20`},
		{"the plan is held against them", `count(plan_status >= 0) > 50`},
		{"the watchdog fires", `ALERTS{alertname="Watchdog",alertstate="firing"}`},
	}
	for _, want := range wants {
		if err := until(ctx, travel, want.name, func(ctx context.Context) error { return s.has(ctx, want.query, time.Now()) }); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("the past is there", func(t *testing.T) { testPast(t, s, o) })
	t.Run("a second stack does not start", func(t *testing.T) { testSecond(t, s, o) })
	if err := until(ctx, travel, "the watchdog's call", func(context.Context) error {
		calls, err := filepath.Glob(filepath.Join(s.Caught, "*.json"))
		if err != nil {
			return err
		}
		for _, name := range calls {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if strings.Contains(string(data), `"alertname":"Watchdog"`) {
				return nil
			}
		}
		return os.ErrNotExist
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	testCompaction(t, s.data())
	// The past has been written.
	ctx, cancel = context.WithCancel(t.Context())
	o.Starting = func(past bool) {
		began = past
		cancel()
	}
	if _, err := Start(ctx, o); !errors.Is(err, ErrInterrupted) || err.Error() != "interrupted before all parts were ready" || began {
		t.Errorf("the next start: %t, %v", began, err)
	}
}

// written is a block as it was first seen.
type written struct {
	block string
	info  os.FileInfo
}

// testInterruption ends a first start once a block is written, which it gives. The
// ports are set to those of the start, as the next one goes on for the same address.
func testInterruption(t *testing.T, o *Options) written {
	t.Helper()
	for _, port := range []*int{&o.PlanwatchPort, &o.MariaDBPort} {
		address, err := loopback(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(address, ":")
		if *port, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		defer close(ended)
		_, err := Start(ctx, *o)
		ended <- err
	}()
	defer func() {
		cancel()
		<-ended // closed, once it has been read from
	}()
	state := filepath.Join(o.Directory, "prometheus", "planwatch-backfill.json")
	var first written
	if err := until(t.Context(), travel, "the first block", func(context.Context) error {
		data, err := os.ReadFile(state)
		if err != nil {
			return err
		}
		name := regexp.MustCompile(`"name": "(01\w+)"`).FindSubmatch(data)
		if name == nil {
			return os.ErrNotExist
		}
		first.block = filepath.Join(filepath.Dir(state), string(name[1]))
		first.info, err = os.Stat(first.block)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, ErrInterrupted) || err.Error() != "interrupted while the past was being written; the next make stack goes on with it" {
		t.Errorf("got %v", err)
	}
	return first
}

// testPast asks a Prometheus that has just begun for thirteen months.
func testPast(t *testing.T, s *Stack, o Options) {
	t.Helper()
	now, r := time.Now(), rand.New(rand.NewPCG(13, 20))
	earliest := now.AddDate(0, -13, 0)
	for range 20 {
		at := earliest.Add(time.Duration(r.Int64N(int64(now.Sub(earliest)))))
		// That of a panel, a figure with a short max_age, and one of the plan's.
		for _, query := range []string{`sum(kpi_beds_available{job="planwatch"}) > 100`, `count(kpi_ed_patients_present)`, `count(plan_actual)`} {
			if err := s.has(t.Context(), query, at); err != nil {
				t.Errorf("%s: %s: %v", at.Format(time.RFC3339), query, err)
			}
		}
	}
	// Past and present are the same series.
	if err := s.has(t.Context(), "kpi_beds_available and kpi_beds_available offset 60d", now); err != nil {
		t.Error(err)
	}
	promtool := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), s.tool("promtool"), append([]string{"tsdb"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("promtool tsdb %s: %v\n%s", args, err, out)
		}
		return string(out)
	}
	blocks, err := filepath.Glob(filepath.Join(s.data(), "01*"))
	if err != nil {
		t.Fatal(err)
	}
	if listed := promtool("list", s.data()); len(blocks) < 13 || strings.Count(listed, "\n") != len(blocks)+1 {
		t.Errorf("%d blocks, and listed are\n%s", len(blocks), listed)
	}
	for _, block := range blocks {
		if said := promtool("analyze", s.data(), filepath.Base(block)); !strings.Contains(said, "Total Series: ") {
			t.Errorf("%s:\n%s", block, said)
		}
	}
	// A second start leaves it.
	_, address, _ := strings.Cut(s.Planwatch, "://")
	if err := s.backfill(t.Context(), o, address); err != nil {
		t.Fatal(err)
	}
	said, err := os.ReadFile(s.log("backfill"))
	if err != nil || !strings.HasPrefix(string(said), "had written before ") {
		t.Errorf("a second backfill says %s, %v", said, err)
	}
}

// testSecond starts a stack where one runs.
func testSecond(t *testing.T, s *Stack, o Options) {
	t.Helper()
	_, port, _ := strings.Cut(s.Prometheus, "127.0.0.1:")
	o.PlanwatchPort, o.MariaDBPort = 0, 0
	var err error
	if o.PrometheusPort, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), o); err == nil || !strings.HasPrefix(err.Error(), "port "+port+" (Prometheus) is in use") {
		t.Errorf("on its port: got %v", err)
	}
	o.PrometheusPort = 0
	if _, err := Start(t.Context(), o); err == nil || !strings.HasPrefix(err.Error(), "another stack has its data in ") {
		t.Errorf("in its directory: got %v", err)
	}
	for _, url := range []string{s.Planwatch, s.Prometheus, s.Alertmanager} {
		if err := answers(t.Context(), url+"/-/ready"); err != nil {
			t.Error(err)
		}
	}
}

// testCompaction does to Prometheus' data what some hours do: what has been scraped
// becomes blocks beside those of the past, and none overlaps another.
func testCompaction(t *testing.T, data string) {
	t.Helper()
	options := tsdb.DefaultOptions()
	options.RetentionDuration = (3 * 365 * 24 * time.Hour).Milliseconds()
	db, err := tsdb.Open(data, slog.New(slog.DiscardHandler), nil, options, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	var metas []tsdb.BlockMeta
	past := len(db.Blocks())
	if err := errors.Join(db.CompactHead(tsdb.NewRangeHead(db.Head(), db.Head().MinTime(), db.Head().MaxTime())), db.Compact(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, block := range db.Blocks() {
		metas = append(metas, block.Meta())
	}
	if overlaps := tsdb.OverlappingBlocks(metas); len(metas) <= past || len(overlaps) > 0 {
		t.Errorf("%d blocks, of the past %d; those overlap: %s", len(metas), past, overlaps)
	}
	if first := time.UnixMilli(metas[0].MinTime); first.After(time.Now().AddDate(0, -13, 0)) {
		t.Errorf("the past begins on %s", first)
	}
}

// has asks Prometheus whether the query gives anything.
func (s *Stack) has(ctx context.Context, query string, at time.Time) error {
	values := url.Values{"query": {query}, "time": {strconv.FormatInt(at.Unix(), 10)}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Prometheus+"/api/v1/query?"+values.Encode(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Data struct {
			Result []json.RawMessage `json:"result"`
		} `json:"data"`
		Error string `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if len(answer.Data.Result) == 0 {
		return os.ErrNotExist
	}
	return nil
}

// A port that is in use is told before anything is started or written.
func TestPortsInUse(t *testing.T) {
	ports := make([]int, 2)
	for i := range ports {
		listener, err := listen(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		_, port, err := net.SplitHostPort(listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if ports[i], err = strconv.Atoi(port); err != nil {
			t.Fatal(err)
		}
	}
	a, b := strconv.Itoa(ports[0]), strconv.Itoa(ports[1])
	tests := []struct {
		name, want string
		o          Options
	}{
		{"planwatch", "port " + a + " (planwatch) is", Options{PlanwatchPort: ports[0]}},
		{"Prometheus", "port " + a + " (Prometheus) is", Options{PrometheusPort: ports[0]}},
		{"Alertmanager", "port " + a + " (Alertmanager) is", Options{AlertmanagerPort: ports[0]}},
		{"MariaDB", "port " + a + " (MariaDB) is", Options{MariaDBPort: ports[0]}},
		{"two", "ports " + a + " (planwatch), " + b + " (MariaDB) are", Options{PlanwatchPort: ports[0], MariaDBPort: ports[1]}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Root, tt.o.Directory = root, t.TempDir()
			s, err := Start(t.Context(), tt.o)
			if want := tt.want + " in use: a stack, or something else, runs there already; end it first"; s != nil || err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if left, err := os.ReadDir(tt.o.Directory); err != nil || len(left) > 0 {
				t.Errorf("the directory holds %v, %v", left, err)
			}
		})
	}
}

// A second stack in the directory of one that runs, or starts, leaves it alone.
func TestDirectoryInUse(t *testing.T) {
	held := storage.NewDirectory(t.TempDir())
	if err := held.Hold(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Release() }()
	_, err := Start(t.Context(), Options{Root: root, Directory: held.Path()})
	if want := "another stack has its data in " + held.Path() + "; end it first"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if left, err := os.ReadDir(held.Path()); err != nil || len(left) != 1 {
		t.Errorf("the directory holds %v, %v", left, err)
	}
}

func TestPartThatEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	directory := t.TempDir()
	s := &Stack{directory: directory, cancel: cancel, ended: make(chan error, 1), held: storage.NewDirectory(directory)}
	if err := s.process(ctx, "part", "false", nil); err != nil {
		t.Fatal(err)
	}
	err := s.Wait()
	if err == nil || !strings.HasPrefix(err.Error(), "part ended by itself: exit status 1; see ") {
		t.Errorf("got %v", err)
	}
}

func TestAdaptRefuses(t *testing.T) {
	s := &Stack{root: root}
	err := s.adapt("deploy/prometheus/prometheus.yml", filepath.Join(t.TempDir(), "x"), "no such text", "other")
	if want := `deploy/prometheus/prometheus.yml: no "no such text" to put another text in place of`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestCatcher(t *testing.T) {
	directory := t.TempDir()
	c, err := catch(t.Context(), directory)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := smtp.SendMail(c.Mail(), nil, "from@example.org", []string{"to@example.org"}, []byte("Subject: x\r\n\r\nBody\r\n")); err != nil {
		t.Fatal(err)
	}
	mail, err := os.ReadFile(filepath.Join(directory, "0001.eml"))
	if err != nil || !strings.Contains(string(mail), "Subject: x") {
		t.Errorf("mail: %q, %v", mail, err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.Calls()+"/hook", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if call, err := os.ReadFile(filepath.Join(directory, "0002.json")); err != nil || string(call) != "/hook\n{}" {
		t.Errorf("call: %q, %v", call, err)
	}
}

var oncallPattern = regexp.MustCompile(`/etc/planwatch/oncall/[A-Za-z0-9._-]+`)

// deploy/oncall has an address for every receiver of the routing.
func TestOnCallAddresses(t *testing.T) {
	file, err := os.Open(filepath.Join(root, "alerts", "norrbotten", "alertmanager.yml"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	wanted := map[string]bool{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		for _, name := range oncallPattern.FindAllString(lines.Text(), -1) {
			wanted[filepath.Base(name)] = true
		}
	}
	if len(wanted) == 0 {
		t.Fatal("the routing names no address")
	}
	for name := range wanted {
		if _, err := os.Stat(filepath.Join(root, "deploy", "oncall", name)); err != nil {
			t.Errorf("the routing wants %s: %v", name, err)
		}
	}
	have, err := os.ReadDir(filepath.Join(root, "deploy", "oncall"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range have {
		if !wanted[file.Name()] {
			t.Errorf("deploy/oncall/%s is nobody's address", file.Name())
		}
	}
}
