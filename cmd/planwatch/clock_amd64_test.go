//go:build gms_pure_go

package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// machineClock is the machine's clock as one process sees it. Linux gives a process its
// clock in code (the vDSO), which the test replaces in this process alone: nobody else's
// clock is set. Timers, and the clock that durations are measured by, go on.
type machineClock struct {
	t      *testing.T
	memory *os.File
	// by is where the process reads by how many seconds its clock is set.
	by int64
}

// asSet is clock_gettime with seconds added to CLOCK_REALTIME, which are read from behind it.
var asSet = []byte{
	0xb8, 0xe4, 0x00, 0x00, 0x00, // mov eax, 228: the system call clock_gettime
	0x0f, 0x05, // syscall
	0x85, 0xff, // test edi, edi: CLOCK_REALTIME is 0
	0x75, 0x0a, // jnz to ret
	0x48, 0x8b, 0x0d, 0x06, 0x00, 0x00, 0x00, // mov rcx, [rip+6]
	0x48, 0x01, 0x0e, // add [rsi], rcx
	0xc3,       // ret
	0x90, 0x90, // up to a multiple of eight
	0, 0, 0, 0, 0, 0, 0, 0,
}

// takeClock takes a process' clock. It takes a system that lets it write to the process' memory.
func takeClock(t *testing.T, pid int) *machineClock {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$`).FindSubmatch(maps)
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil || found == nil {
		t.Fatalf("the clock of a process cannot be set here: %v; it takes an amd64 Linux and the right to write to its memory", err)
	}
	t.Cleanup(func() { _ = memory.Close() })
	begin, _ := strconv.ParseInt(string(found[1]), 16, 64)
	end, _ := strconv.ParseInt(string(found[2]), 16, 64)
	image := make([]byte, end-begin)
	if _, err := memory.ReadAt(image, begin); err != nil {
		t.Fatalf("the clock of a process cannot be set here: %v; it takes an amd64 Linux and the right to write to its memory", err)
	}
	file, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := file.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(symbols, func(s elf.Symbol) bool { return s.Name == "__vdso_clock_gettime" })
	if i < 0 {
		t.Fatal("the clock of a process cannot be set here: it has no __vdso_clock_gettime")
	}
	at := begin + int64(symbols[i].Value)
	// Not while a thread is there.
	for deadline := time.Now().Add(20 * time.Second); ; {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		outside := outsideOf(pid, begin, end)
		if outside {
			_, err = memory.WriteAt(asSet, at)
		}
		if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		if err != nil {
			t.Fatalf("the clock of a process cannot be set here: %v; it takes an amd64 Linux and the right to write to its memory", err)
		}
		if outside {
			return &machineClock{t, memory, at + int64(len(asSet)) - 8}
		}
		if time.Now().After(deadline) {
			t.Fatal("a thread is always reading the clock")
		}
	}
}

// outsideOf reports whether every thread of a process is stopped, and not in that code.
func outsideOf(pid int, begin, end int64) bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	for _, thread := range threads {
		state, errState := os.ReadFile(filepath.Join(thread, "stat"))
		where, errWhere := os.ReadFile(filepath.Join(thread, "syscall"))
		if errState != nil || errWhere != nil || !bytes.Contains(state, []byte(") T ")) {
			return false
		}
		fields := strings.Fields(string(where))
		counter, errCounter := strconv.ParseInt(strings.TrimPrefix(fields[len(fields)-1], "0x"), 16, 64)
		if errCounter != nil || counter >= begin && counter < end {
			return false
		}
	}
	return err == nil && len(threads) > 0
}

// set sets the process' clock so far from the machine's.
func (c *machineClock) set(by time.Duration) {
	c.t.Helper()
	if _, err := c.memory.WriteAt(binary.LittleEndian.AppendUint64(nil, uint64(int64(by.Seconds()))), c.by); err != nil {
		c.t.Fatal(err)
	}
}

// A clock that is set by hours, forth and back: figures are collected anew at once, and on
// schedule from then on; no figure is shown as of a moment to come; alerts are evaluated,
// what fires goes on, and nobody is told of it again.
func TestClockIsSet(t *testing.T) {
	w := newCountedRegion(t)
	w.change("collectors/counted.yaml", `"0 6 * * *"`, `"* * * * *"`)
	// As it is by default: what is due in the very second in which the clock is set forward
	// is told by the new time, as docs/architecture.md says.
	w.change("oncall.yaml", "interval: 1s", "interval: 5m")
	if err := os.WriteFile(filepath.Join(filepath.Dir(w.dir), "ytre-fjord.url"), []byte(w.gateway), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, w.args()...)
	get := func(path string) string {
		code, body, err := asked(t.Context(), http.MethodGet, s.url+path, "", nil)
		if err != nil || code != http.StatusOK {
			t.Fatalf("%s: %d %s, %v", path, code, body, err)
		}
		return string(body)
	}
	metric := func(series string) string {
		for line := range strings.Lines(get("/metrics")) {
			if value, found := strings.CutPrefix(line, series+" "); found {
				return strings.TrimSpace(value)
			}
		}
		return ""
	}
	// said is the number of the first figure, or 0.
	said := func(metrics string) int {
		found := counted.FindStringSubmatch(metrics)
		if found == nil {
			return 0
		}
		number, _ := strconv.Atoi(found[3]) // it is of digits
		return number
	}
	firing := func() (all []string) {
		var answer struct {
			Data struct {
				Alerts []struct {
					State  string
					Labels map[string]string
				}
			}
		}
		if err := json.Unmarshal([]byte(get("/api/v1/alerts")), &answer); err != nil {
			t.Fatal(err)
		}
		for _, a := range answer.Data.Alerts {
			if a.State == "firing" {
				all = append(all, fmt.Sprint(a.Labels))
			}
		}
		slices.Sort(all)
		return all
	}
	s.until(t, "alerts are evaluated", func() bool { return metric("planwatch_alerting_up") == "1" })
	s.until(t, "what fires is told", func() bool { return len(firing()) > 1 && len(w.messages()) > 0 })
	seconds, err := strconv.ParseFloat(metric(`planwatch_collector_next_run_timestamp_seconds{collector="counted"}`), 64)
	if err != nil {
		t.Fatal(err)
	}
	due := time.Unix(int64(seconds), 0)
	fires, told := firing(), w.messages()
	clock := takeClock(t, s.Process.Pid)
	// Never before the start, when the warehouse had other figures.
	for i, hours := range []int{6, 1, 9, 0} {
		w.count()
		// Some seconds before the schedule is due, which is once a minute.
		by := time.Duration(hours) * time.Hour
		by += (due.Sub(time.Now().Add(by+8*time.Second))%time.Minute + time.Minute) % time.Minute
		clock.set(by)
		s.until(t, fmt.Sprintf("known to be set to %d hours", hours), func() bool {
			return s.stderr.Count("the clock was set; everything") == i+1
		})
		s.until(t, "collected anew", func() bool { return said(get("/metrics")) == w.number })
		w.count()
		s.until(t, "collected on schedule", func() bool { return said(get("/metrics")) == w.number })
		s.until(t, "alerts are evaluated", func() bool { return metric("planwatch_alerting_up") == "1" })
		s.until(t, "the same fires", func() bool { return slices.Equal(firing(), fires) })
		get("/-/healthy")
		latest := float64(time.Now().Add(time.Duration(hours)*time.Hour + 2*time.Minute).Unix())
		for line := range strings.Lines(get("/metrics")) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			if !strings.HasPrefix(name, "planwatch_collector_") || !strings.Contains(name, "timestamp_seconds{") || strings.Contains(name, "_next_") {
				continue
			}
			if at, err := strconv.ParseFloat(value, 64); err != nil || at > latest {
				t.Errorf("at %d hours: %s is of a moment to come", hours, line)
			}
		}
	}
	if now := w.messages(); !slices.Equal(now, told) {
		t.Errorf("told\n%s\nand before the clock was set\n%s", strings.Join(now, "\n"), strings.Join(told, "\n"))
	}
}
