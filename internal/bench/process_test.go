package bench_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"planwatch/internal/logtest"
)

// process is a server under measurement.
type process struct {
	tb  testing.TB
	cmd *exec.Cmd
	url string
	log *logtest.Log
}

// address is where a server says that it is.
var address = regexp.MustCompile(`http://[^\s/()]+`)

// start runs a server until the benchmark ends. The first line that it prints on
// standard output has its address.
func start(tb testing.TB, env []string, name string, args ...string) *process {
	tb.Helper()
	p := launch(tb, env, name, args...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	p.begin()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatalf("%s: %v\n%s", name, err, p.log)
	}
	if p.url = address.FindString(line); p.url == "" {
		tb.Fatalf("%s prints no address: %s", name, line)
	}
	return p
}

func launch(tb testing.TB, env []string, name string, args ...string) *process {
	tb.Helper()
	p := &process{tb: tb, cmd: exec.Command(name, args...), log: &logtest.Log{}}
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), env...), p.log
	return p
}

func (p *process) begin() {
	p.tb.Helper()
	if err := p.cmd.Start(); err != nil {
		p.tb.Fatal(err)
	}
	p.tb.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		_ = p.cmd.Wait()
	})
}

// cpu is the time that the process has spent on a processor. It is the scheduler's,
// in nanoseconds; what threads have used that have ended is not in it, and Go's do
// not end.
func (p *process) cpu() time.Duration {
	p.tb.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	if err != nil || len(tasks) == 0 {
		p.tb.Fatalf("no threads of %s: %v\n%s", p.cmd.Path, err, p.log)
	}
	var total time.Duration
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // it has just ended
		}
		first, _, _ := strings.Cut(string(text), " ")
		ns, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			p.tb.Fatal(err)
		}
		total += time.Duration(ns)
	}
	return total
}

// memory is how many bytes of the process are in memory: all of it, and what is its
// own rather than of its file.
func (p *process) memory() (resident, own float64) {
	p.tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.tb.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var name string
		var kilobytes float64
		if n, _ := fmt.Sscan(string(line), &name, &kilobytes); n != 2 {
			continue
		}
		switch name {
		case "VmRSS:":
			resident = kilobytes * 1024
		case "RssAnon:":
			own = kilobytes * 1024
		}
	}
	return resident, own
}
