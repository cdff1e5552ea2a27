package packages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long something may take on a busy machine.
const patience = 2 * time.Minute

// A machine is this one once more, in namespaces of its own: systemd is process
// 1, the network is a loopback, and whatever is written is gone afterwards.
type machine struct {
	// init is systemd's process id, as seen from outside.
	init int
	// root leads to its files.
	root string
	http http.Client
}

// boot starts a machine, on which the repository is mounted at /mnt.
func boot(t *testing.T) *machine {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("packages are installed as root, in namespaces: run this test as root")
	}
	group, err := os.MkdirTemp(cgroups(t), "planwatch-packages-") //nolint:usetesting // a control group
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeGroup(t, group) })
	groupFile, err := os.Open(group)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = groupFile.Close() }()

	var output bytes.Buffer
	unshare := exec.Command("unshare", "--mount", "--pid", "--fork", "--kill-child", "--cgroup", "--uts", "--ipc", "--net", "--",
		"bash", "testdata/boot", t.TempDir(), repository(t))
	unshare.Stdout, unshare.Stderr = &output, &output
	unshare.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(groupFile.Fd())}
	unshare.WaitDelay = time.Second
	if err := unshare.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = unshare.Wait()
	}()
	m := &machine{}
	t.Cleanup(func() {
		// With process 1 of a namespace all others in it end.
		if m.init > 0 {
			_ = syscall.Kill(m.init, syscall.SIGKILL)
		} else {
			_ = unshare.Process.Kill()
		}
		<-ended
	})
	wait(t, "systemd", func() error {
		select {
		case <-ended:
			t.Fatalf("the machine ended: %s", output.String())
		default:
		}
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", unshare.Process.Pid))
		if err != nil {
			return err
		}
		if m.init, err = strconv.Atoi(strings.TrimSpace(string(children))); err != nil {
			return err
		}
		m.root = fmt.Sprintf("/proc/%d/root", m.init)
		_, err = m.try("systemctl", "is-active", "--quiet", "packages.target")
		return err
	})
	m.http.Transport = &http.Transport{DialContext: m.dial}
	m.http.Timeout = patience
	t.Cleanup(m.http.CloseIdleConnections)
	return m
}

// cgroups is where version 2 of control groups is mounted.
func cgroups(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		var stat unix.Statfs_t
		if unix.Statfs(path, &stat) == nil && stat.Type == unix.CGROUP2_SUPER_MAGIC {
			return path
		}
	}
	t.Fatal("no control groups of version 2, which systemd needs")
	return ""
}

// removeGroup removes a control group and those in it, once their processes
// have ended.
func removeGroup(t *testing.T, group string) {
	t.Helper()
	wait(t, group+" to be empty", func() error {
		var below []string
		err := filepath.WalkDir(group, func(path string, entry os.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				below = append(below, path)
			}
			return err
		})
		for _, path := range slices.Backward(below) {
			err = errors.Join(err, os.Remove(path))
		}
		return err
	})
}

// dial connects within the machine's network.
func (m *machine) dial(ctx context.Context, network, address string) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	results := make(chan result, 1)
	go func() {
		// Never unlocked: the thread, which is in another network, ends with the
		// goroutine.
		runtime.LockOSThread()
		results <- func() result {
			namespace, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", m.init))
			if err != nil {
				return result{err: err}
			}
			defer func() { _ = namespace.Close() }()
			if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
				return result{err: err}
			}
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return result{conn, err}
		}()
	}()
	r := <-results
	return r.conn, r.err
}

// try runs a command on the machine, as root.
func (m *machine) try(name string, args ...string) (string, error) {
	command := exec.Command("nsenter", append([]string{"--target", strconv.Itoa(m.init), "--all", "--root", "--wd", "--",
		"env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", name}, args...)...)
	command.WaitDelay = time.Second
	out, err := command.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// run runs a command that must succeed.
func (m *machine) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := m.try(name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// get asks planwatch.
func (m *machine) get(path string) (string, error) {
	response, err := m.http.Get("http://127.0.0.1:9846" + path)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, response.Status, body)
	}
	return string(body), err
}

// property is a property of the service.
func (m *machine) property(t *testing.T, name string) string {
	t.Helper()
	return m.run(t, "systemctl", "show", "--value", "--property", name, "planwatch.service")
}

// write writes a file on the machine.
func (m *machine) write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(m.root, path), []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

// file describes what is at a path on the machine: mode, owner and group, or
// that there is nothing.
func (m *machine) file(path string) string {
	if _, err := os.Lstat(filepath.Join(m.root, path)); errors.Is(err, os.ErrNotExist) {
		return "none"
	}
	out, err := m.try("stat", "--format=%A %U:%G", path)
	if err != nil {
		return err.Error()
	}
	return out
}

// wait tries until it succeeds.
func wait(t *testing.T, what string, try func() error) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("waiting for %s: %v", what, err)
		case <-tick.C:
		}
	}
}

// repository is planwatch's source directory.
func repository(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return path
}
