//go:build gms_pure_go

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"planwatch/internal/comment"
	"planwatch/internal/logtest"
)

// onDisk is a planwatch whose storage is a disk of its own, which only it sees.
type onDisk struct {
	*exec.Cmd
	t   *testing.T
	log *logtest.Log
	url string
	// disk is where the test sees it.
	disk string
}

// diskSize holds what the region's planwatch keeps, and no more than some times that.
const diskSize = "24m"

// startOnDisk starts planwatch with a disk for its storage, which takes root, or a system
// that lets others mount in a namespace of users.
func startOnDisk(t *testing.T, w *countedRegion) *onDisk {
	t.Helper()
	if err := os.MkdirAll(w.storage, 0o750); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	const script = `mount --make-rprivate / && mount -t tmpfs -o size="$1" planwatch "$2" || { echo cannot mount; exit 1; }
shift 2; exec planwatch "$@"`
	args := append([]string{"-c", script, "sh", diskSize, w.storage, "serve", "--web.listen-address", "127.0.0.1:0"}, w.args()...)
	d := &onDisk{Cmd: exec.CommandContext(ctx, "sh", args...), t: t, log: &logtest.Log{}}
	d.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		d.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		d.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		d.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	stdout, err := d.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.Stderr = d.log
	if err := d.Start(); err != nil {
		t.Fatalf("in a namespace of mounts, which takes root or user namespaces: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		_ = d.Wait() // it is killed
		if t.Failed() {
			t.Log(d.log.String())
		}
	})
	said, err := bufio.NewReader(stdout).ReadString('\n')
	if strings.HasPrefix(said, "cannot mount") {
		t.Fatalf("the system allows no mount, which takes root or user namespaces:\n%s", d.log)
	}
	if d.url = regexp.MustCompile(`http://[^ ]+`).FindString(said); err != nil || d.url == "" {
		t.Fatalf("%q, %v\n%s", said, err, d.log)
	}
	d.disk = fmt.Sprintf("/proc/%d/root%s", d.Process.Pid, w.storage)
	return d
}

// until waits for a condition.
func (d *onDisk) until(what string, holds func() bool) {
	d.t.Helper()
	for deadline := time.After(30 * time.Second); !holds(); {
		select {
		case <-deadline:
			d.t.Fatalf("never %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (d *onDisk) ask(method, path, kind string, body []byte) (int, []byte) {
	d.t.Helper()
	code, answer, err := asked(d.t.Context(), method, d.url+path, kind, body)
	if err != nil {
		d.t.Fatal(err)
	}
	return code, answer
}

func (d *onDisk) metric(series string) string {
	_, metrics := d.ask(http.MethodGet, "/metrics", "", nil)
	for line := range strings.Lines(string(metrics)) {
		if value, found := strings.CutPrefix(line, series+" "); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (d *onDisk) comment(text string) int {
	code, _ := d.ask(http.MethodPost, "/comments", "application/x-www-form-urlencoded", []byte(url.Values{"kpi": {"first_beds"}, "comment": {text}}.Encode()))
	return code
}

// silence sets one, and returns its id.
func (d *onDisk) silence(target string) string {
	d.t.Helper()
	text := fmt.Sprintf(`{"matchers":[{"name":"target","value":%q,"isRegex":false,"isEqual":true}],"startsAt":%q,"endsAt":%q,"comment":"a test","createdBy":"anna"}`,
		target, time.Now().UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	code, body := d.ask(http.MethodPost, "/alertmanager/api/v2/silences", "application/json", []byte(text))
	var made struct{ SilenceID string }
	if err := json.Unmarshal(body, &made); err != nil || code != http.StatusOK {
		d.t.Fatalf("silence: %d %s", code, body)
	}
	return made.SilenceID
}

// fill leaves no byte on the disk; free gives them back.
func (d *onDisk) fill() (free func()) {
	d.t.Helper()
	path := filepath.Join(d.disk, "full")
	file, err := os.Create(path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 16; size > 0; {
		if _, err := file.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			d.t.Fatal(err)
		}
	}
	return func() {
		if err := os.Remove(path); err != nil {
			d.t.Error(err)
		}
	}
}

// A disk that is full: figures and collecting go on, what is not kept is told, a comment
// is refused and never said to be kept, and all is as before once there is space, without
// a restart; then what somebody was told is kept outlasts a kill.
func TestDiskIsFull(t *testing.T) {
	w := newCountedRegion(t)
	d := startOnDisk(t, w)
	const failures, alerting = "planwatch_snapshot_save_failures_total", "planwatch_alerting_up"
	d.until("alerts are evaluated", func() bool { return d.metric(alerting) == "1" })
	d.until("the snapshot is saved", func() bool { _, err := os.Stat(filepath.Join(d.disk, "snapshot", "counted")); return err == nil })
	if code := d.comment("before"); code != http.StatusSeeOther {
		t.Fatalf("a comment: %d", code)
	}
	if got := d.metric(failures); got != "0" {
		t.Fatalf("%s saves have failed", got)
	}

	free := d.fill()
	for range 3 {
		w.count()
		if code, body := d.ask(http.MethodPost, "/-/reload", "", nil); code != http.StatusOK {
			t.Fatalf("reload: %d %s", code, body)
		}
		d.until("figures go on", func() bool {
			_, metrics := d.ask(http.MethodGet, "/metrics", "", nil)
			return shown(t, string(metrics)) == w.number
		})
	}
	for _, path := range []string{"/-/healthy", "/-/ready", "/", "/kpi/first_beds", "/collectors"} {
		if code, _ := d.ask(http.MethodGet, path, "", nil); code != http.StatusOK {
			t.Errorf("%s: %d", path, code)
		}
	}
	d.until("a save that fails is counted", func() bool { return d.metric(failures) != "0" })
	d.until("alerts are known not to be evaluated", func() bool { return d.metric(alerting) == "0" })
	if got := d.metric(`planwatch_collector_success{collector="counted"}`); got != "1" {
		t.Errorf("the collector's success is %s", got)
	}
	// What a file's last block has room for is still kept.
	keep := &kept{comments: map[string]bool{"before": true, "after": true}, silences: map[string]bool{}, unaudited: true}
	refused := 0
	for n := 0; refused < 3 || !strings.Contains(d.log.String(), "audit log not written"); n++ {
		text := fmt.Sprintf("full %d %s", n, strings.Repeat("x", 1500))
		code, page := d.ask(http.MethodPost, "/comments", "application/x-www-form-urlencoded", []byte(url.Values{"kpi": {"first_beds"}, "comment": {text}}.Encode()))
		switch {
		case code == http.StatusSeeOther:
			keep.comments[text] = true
		case code == http.StatusInternalServerError && strings.Contains(string(page), text):
			refused++
		default:
			t.Fatalf("a comment that is not kept is answered with %d, without its text for another try", code)
		}
		if n == 50 {
			t.Fatalf("%d comments are refused", refused)
		}
	}
	// A silence is in force, and on the disk once there is space.
	const unwritten = "what was sent, and silences, are not kept"
	for n := 0; !strings.Contains(d.log.String(), unwritten) || n < 3; n++ {
		keep.silences[d.silence(fmt.Sprint("full ", n))] = true
		if n == 200 {
			t.Fatal("all silences are written")
		}
	}
	for _, told := range []string{"snapshot not saved; a restart would begin without figures", "alerts are not evaluated; they stay as they were", "no space left on device", "audit log not written"} {
		d.until("the log has: "+told, func() bool { return strings.Contains(d.log.String(), told) })
	}

	free()
	d.until("the snapshot is saved again", func() bool { return strings.Contains(d.log.String(), "snapshot saved again") })
	d.until("alerts are evaluated again", func() bool { return d.metric(alerting) == "1" })
	if code := d.comment("after"); code != http.StatusSeeOther {
		t.Errorf("a comment, once there is space: %d", code)
	}
	d.until("the silences are on the disk", func() bool {
		data, err := os.ReadFile(filepath.Join(d.disk, "alertmanager", "silences"))
		for id := range keep.silences {
			if err != nil || !strings.Contains(string(data), id) {
				return false
			}
		}
		return true
	})
	for _, told := range []string{"snapshot not saved; a restart would begin without figures", "alerts are evaluated again"} {
		if n := d.log.Count(told); n != 1 {
			t.Errorf("%q is told %d times", told, n)
		}
	}
	// The disk goes with the process, which is as if killed as it is copied.
	if err := d.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copied")
	if err := os.CopyFS(copied, os.DirFS(d.disk)); err != nil {
		t.Fatal(err)
	}
	if err := d.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	w.storage = copied
	// None more than those that were said to be kept.
	var comments []comment.Comment
	if err := json.Unmarshal([]byte(planwatch(t, "comments", "--storage.path", w.storage, "--format", "json")), &comments); err != nil || len(comments) != len(keep.comments) {
		t.Errorf("%d comments are there of %d, %v", len(comments), len(keep.comments), err)
	}
	w.check(keep, w.number)
}
