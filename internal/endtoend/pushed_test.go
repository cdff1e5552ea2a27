package endtoend_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// program is a process of a test, which may be killed and started again.
type program struct {
	t    *testing.T
	name string
	args []string
	env  []string
	// ready is an address that answers with 200 once the program serves.
	ready   string
	process *exec.Cmd
	ended   chan struct{}
	log     string
}

// begin starts a program, which ends with the test, and waits until it serves.
func begin(t *testing.T, p *program) *program {
	t.Helper()
	p.t, p.log = t, filepath.Join(t.TempDir(), "log")
	t.Cleanup(func() {
		p.kill()
		if text, err := os.ReadFile(p.log); err == nil && t.Failed() {
			t.Logf("the last that %s said:\n%s", p.name, text[max(0, len(text)-3000):])
		}
	})
	p.start()
	return p
}

func (p *program) start() {
	p.t.Helper()
	file, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer file.Close()
	p.process = exec.Command(p.args[0], p.args[1:]...) // it may outlive a step of the test
	p.process.Env = append(os.Environ(), p.env...)
	p.process.Stdout, p.process.Stderr = file, file
	if err := p.process.Start(); err != nil {
		p.t.Fatal(err)
	}
	process, ended := p.process, make(chan struct{})
	p.ended = ended
	go func() {
		defer close(ended)
		_ = process.Wait() // it is killed
	}()
	eventually(p.t, p.name+" serves", func() error {
		select {
		case <-ended:
			p.t.Fatalf("%s has ended", p.name)
		default:
		}
		_, err := get(p.ready)
		return err
	})
}

// kill ends it as a power failure would.
func (p *program) kill() {
	if p.process == nil {
		return
	}
	_ = p.process.Process.Kill() // it may have ended
	<-p.ended
	p.process = nil
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() error) {
	t.Helper()
	deadline := time.After(patience)
	for {
		err := holds()
		if err == nil {
			return
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-deadline:
			t.Fatalf("not so: %s: %v", what, err)
		}
	}
}

// get is what an address answers with.
func get(address string) ([]byte, error) {
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", address, response.Status, bytes.TrimSpace(body))
	}
	return body, err
}

// buildWithSample makes the planwatch binary that reads folders of CSV files.
func buildWithSample(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "planwatch")
	command := exec.CommandContext(t.Context(), "go", "build", "-tags", "gms_pure_go", "-o", binary, "./cmd/planwatch")
	command.Dir = repository
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, said)
	}
	return binary
}

// pushing is a planwatch of the region examples/fjord that pushes.
type pushing struct {
	*program
	url    string
	region string
}

// startPushing starts one, whose planwatch.yaml has this text besides. All of them have the same
// external URL, since they show the same.
func startPushing(t *testing.T, binary, settings string) *pushing {
	t.Helper()
	address := free(t)
	p := &pushing{url: "http://" + address, region: filepath.Join(t.TempDir(), "fjord")}
	if err := os.CopyFS(p.region, os.DirFS(filepath.Join(repository, "examples", "fjord"))); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(p.region, "planwatch.yaml")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	adapted := strings.Replace(string(text), "outbox: true", "outbox: true\n  interval: 1s", 1) + "\nhistory: {backfill: false}\n" + settings
	if err := os.WriteFile(name, []byte(adapted), 0o600); err != nil {
		t.Fatal(err)
	}
	p.program = begin(t, &program{
		name: "planwatch", ready: p.url + "/-/ready",
		args: []string{binary, "serve", "--config", p.region, "--storage.path", t.TempDir(), "--web.listen-address", address},
		env:  []string{"PLANWATCH_WEB_ENABLE_LIFECYCLE=true", "PLANWATCH_WEB_EXTERNAL_URL=http://planwatch.example.org"},
	})
	return p
}

// metric is one of the metrics about itself, by what stands in its braces.
func (p *pushing) metric(name string) (map[string]float64, error) {
	text, err := get(p.url + "/metrics")
	if err != nil {
		return nil, err
	}
	all := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		series, found := strings.CutPrefix(strings.TrimSpace(line), name+"{")
		if !found {
			continue
		}
		labels, value, _ := strings.Cut(series, "} ")
		if all[labels], err = strconv.ParseFloat(value, 64); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		err = fmt.Errorf("no %s", name)
	}
	return all, err
}

// idle waits until every receiver has taken what was pushed after this call, and so what
// waited before, and checks that nothing was dropped.
func (p *pushing) idle() {
	p.t.Helper()
	// Metrics about itself may be some seconds old.
	began := float64(time.Now().Add(time.Second).UnixMilli()) / 1000
	eventually(p.t, "nothing waits to be pushed", func() error {
		taken, err := p.metric("planwatch_push_last_success_timestamp_seconds")
		if err != nil {
			return err
		}
		lags, err := p.metric("planwatch_push_lag_seconds")
		if err != nil {
			return err
		}
		for receiver, lag := range lags {
			if at := taken[receiver]; at < began || lag >= 1 {
				return fmt.Errorf("%s: a lag of %v, taken last %v s too early", receiver, lag, began-at)
			}
		}
		return nil
	})
	dropped, err := p.metric("planwatch_push_dropped_samples_total")
	for labels, samples := range dropped {
		if samples > 0 {
			p.t.Errorf("%v samples are dropped: %s", samples, labels)
		}
	}
	if err != nil {
		p.t.Error(err)
	}
}

// span is some series at moments that are an interval apart.
type span struct {
	Metric map[string]string
	Values [][2]any
}

// ranged asks for a query at each of the moments.
func ranged(t *testing.T, engine, query string, from, to time.Time, step time.Duration, more ...string) []span {
	t.Helper()
	values := url.Values{
		"query": {query}, "start": {strconv.FormatInt(from.Unix(), 10)}, "end": {strconv.FormatInt(to.Unix(), 10)}, "step": {step.String()}, "nocache": {"1"},
	}
	for i := 0; i < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	text, err := get(engine + "/api/v1/query_range?" + values.Encode())
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Data struct{ Result []span } }
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Data.Result
}
