package stack

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"net/smtp"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
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
// MariaDB, and an alert that reaches the receiver of mail and calls.
func TestStack(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "planwatch")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/planwatch")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	s, err := Start(ctx, Options{Root: root, Directory: t.TempDir(), Planwatch: binary, ScrapeInterval: "1s"})
	if err != nil {
		t.Fatal(err)
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
		if err := until(ctx, travel, want.name, func(ctx context.Context) error { return s.has(ctx, want.query) }); err != nil {
			t.Fatal(err)
		}
	}
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
}

// has asks Prometheus whether the query gives anything.
func (s *Stack) has(ctx context.Context, query string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Prometheus+"/api/v1/query?query="+url.QueryEscape(query), nil)
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

func TestPartThatEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &Stack{directory: t.TempDir(), cancel: cancel, ended: make(chan error, 1)}
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
	c, err := newCatcher(t.Context(), directory)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if err := smtp.SendMail(c.mail.Addr().String(), nil, "from@example.org", []string{"to@example.org"}, []byte("Subject: x\r\n\r\nBody\r\n")); err != nil {
		t.Fatal(err)
	}
	mail, err := os.ReadFile(filepath.Join(directory, "0001.eml"))
	if err != nil || !strings.Contains(string(mail), "Subject: x") {
		t.Errorf("mail: %q, %v", mail, err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.calls.Addr().String()+"/hook", strings.NewReader("{}"))
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
