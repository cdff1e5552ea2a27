package packages

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the package leaves when it is purged is what an administrator wrote.
func TestDeb(t *testing.T) {
	m := boot(t)
	deb := "/mnt/dist/" + one(t, "planwatch_*_amd64.deb")
	version := m.run(t, "dpkg-deb", "--field", deb, "Version")

	m.run(t, "dpkg", "--install", deb)
	t.Run("installed", func(t *testing.T) {
		// A service without a region is there, and serves nothing.
		same(t, "enabled", m.run(t, "systemctl", "is-enabled", "planwatch"), "enabled")
		same(t, "state", m.property(t, "ActiveState"), "inactive")
		same(t, "condition", m.property(t, "ConditionResult"), "no")
		same(t, "runs", m.property(t, "NRestarts"), "0")
		if user := m.run(t, "getent", "passwd", "planwatch"); !strings.HasSuffix(user, ":planwatch:/var/lib/planwatch:/usr/sbin/nologin") {
			t.Errorf("the user is %s", user)
		}
		for path, want := range map[string]string{
			"/etc/planwatch":                                      "drwxr-xr-x root:root",
			"/etc/planwatch-secrets":                              "drwxr-x--- root:planwatch",
			"/etc/default/planwatch":                              "-rw-r----- root:root",
			"/usr/bin/planwatch":                                  "-rwxr-xr-x root:root",
			"/var/lib/planwatch":                                  "none",
			"/usr/share/man/man1/planwatch-serve.1.gz":            "-rw-r--r-- root:root",
			"/usr/share/doc/planwatch/README.md":                  "-rw-r--r-- root:root",
			"/usr/share/doc/planwatch/docs/operations.md":         "-rw-r--r-- root:root",
			"/usr/share/doc/planwatch/docs/schema":                "drwxr-xr-x root:root",
			"/usr/share/doc/planwatch/docs/report.png":            "-rw-r--r-- root:root",
			"/usr/share/bash-completion/completions/planwatch":    "-rw-r--r-- root:root",
			"/usr/share/zsh/vendor-completions/_planwatch":        "-rw-r--r-- root:root",
			"/usr/share/fish/vendor_completions.d/planwatch.fish": "-rw-r--r-- root:root",
		} {
			same(t, path, m.file(path), want)
		}
		same(t, "files that differ from the package's", m.run(t, "dpkg", "--verify", "planwatch"), "")
		if license := m.run(t, "cat", "/usr/share/doc/planwatch/LICENSE"); !strings.Contains(license, "Apache License") {
			t.Errorf("the licence is %s", license)
		}
		same(t, "files kept on upgrades", m.run(t, "sh", "-c", "dpkg-query --show --showformat='${Conffiles}' planwatch | cut -d ' ' -f 2"), "/etc/default/planwatch")
		same(t, "completion", m.run(t, "bash", "-c", "source /usr/share/bash-completion/completions/planwatch && complete -p planwatch"),
			"complete -o default -F __start_planwatch planwatch")
		if out := m.run(t, "planwatch", "version"); !strings.Contains(out, "without the embedded engine") {
			t.Errorf("the package has another binary than production's: %s", out)
		}
		m.run(t, "systemd-analyze", "verify", "--man=no", "/lib/systemd/system/planwatch.service")
		// 20 is an exposure of 2.0.
		t.Log(lastLine(m.run(t, "systemd-analyze", "security", "--offline=true", "--threshold=20", "/lib/systemd/system/planwatch.service")))
	})
	if t.Failed() {
		return
	}

	startWarehouse(t, m)
	t.Run("secrets", func(t *testing.T) { secrets(t, m) })
	t.Run("a region", func(t *testing.T) {
		// The service's user reads all that the service must.
		out, err := m.try("runuser", "--user", "planwatch", "--", "planwatch", "check", "--config", "/etc/planwatch")
		if err != nil {
			t.Fatal(err)
		}
		t.Log(lastLine(out))
		m.run(t, "systemctl", "start", "planwatch")
		ready(t, m)
		figures(t, m)
		same(t, "state", m.file("/var/lib/planwatch"), "drwxr-x--- planwatch:planwatch")
		pid := m.property(t, "MainPID")
		status, err := os.ReadFile(filepath.Join(m.root, "proc", pid, "status"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"} {
			if !strings.Contains(string(status), want+"\n") {
				t.Errorf("the process is not as confined as the unit says, want %q in\n%s", want, status)
			}
		}
		same(t, "user", m.run(t, "stat", "--format=%U", "/proc/"+pid), "planwatch")
		m.run(t, "systemctl", "reload", "planwatch")
		wait(t, "the reload", func() error {
			return journalHas(m, "configuration reloaded")
		})
		same(t, "process after the reload", m.property(t, "MainPID"), pid)
	})
	if t.Failed() {
		t.Log(m.try("journalctl", "--no-pager", "--unit=planwatch", "--lines=30"))
		return
	}

	m.write(t, "/etc/default/planwatch", "ARGS=\"--web.enable-lifecycle\"\nPLANWATCH_LOG_LEVEL=debug\n", 0o640)
	newer := repack(t, m, deb, version+"+1")
	t.Run("upgraded", func(t *testing.T) {
		before := m.property(t, "MainPID")
		m.run(t, "dpkg", "--install", newer)
		same(t, "version", m.run(t, "dpkg-query", "--show", "--showformat=${Version}", "planwatch"), version+"+1")
		if after := m.property(t, "MainPID"); after == before || after == "0" {
			t.Errorf("process %s before the upgrade, and %s after it: not restarted", before, after)
		}
		ready(t, m)
		figures(t, m)
		if got := m.run(t, "cat", "/etc/default/planwatch"); !strings.Contains(got, "--web.enable-lifecycle") {
			t.Errorf("an administrator's settings were lost: %s", got)
		}
		if command := m.run(t, "sh", "-c", "tr '\\0' ' ' </proc/"+m.property(t, "MainPID")+"/cmdline"); !strings.Contains(command, " --web.enable-lifecycle") {
			t.Errorf("ARGS are not given to planwatch: %s", command)
		}
	})
	t.Run("configured again", func(t *testing.T) {
		before := m.property(t, "MainPID")
		m.run(t, "/var/lib/dpkg/info/planwatch.postinst", "configure", version+"+1")
		m.run(t, "/var/lib/dpkg/info/planwatch.postinst", "configure", version+"+1")
		if after := m.property(t, "MainPID"); after == before || after == "0" {
			t.Errorf("process %s before, and %s after: not restarted", before, after)
		}
	})
	t.Run("settings", func(t *testing.T) {
		// As docs/operations.md has it.
		m.run(t, "systemctl", "start", "dbus.service")
		check := func(settings string) (string, error) {
			m.write(t, "/etc/default/planwatch", settings, 0o640)
			return m.try("systemd-run", "--pipe", "--wait", "--quiet", "-p", "User=planwatch", "-p", "EnvironmentFile=/etc/default/planwatch",
				"planwatch", "check", "--config", "/etc/planwatch")
		}
		if out, err := check("PLANWATCH_LOG_LEVEL=loud\n"); err == nil || !strings.Contains(out, "loud") {
			t.Errorf("a check does not see the service's variables: %v\n%s", err, out)
		}
		if _, err := check("PLANWATCH_STORAGE_PATH=/srv/planwatch\n"); err != nil {
			t.Error(err)
		}
		m.run(t, "install", "-d", "-o", "planwatch", "/srv/planwatch")
		m.run(t, "mkdir", "/run/systemd/system/planwatch.service.d")
		m.write(t, "/run/systemd/system/planwatch.service.d/storage.conf", "[Service]\nReadWritePaths=/srv/planwatch\n", 0o644)
		m.run(t, "systemctl", "daemon-reload")
		m.run(t, "systemctl", "restart", "planwatch")
		ready(t, m)
		same(t, "another storage", m.file("/srv/planwatch/lock"), "-rw------- planwatch:planwatch")
		m.run(t, "rm", "-r", "/run/systemd/system/planwatch.service.d")
		m.write(t, "/etc/default/planwatch", "", 0o640)
		m.run(t, "systemctl", "daemon-reload")
		m.run(t, "systemctl", "restart", "planwatch")
		ready(t, m)
	})
	t.Run("stopped", func(t *testing.T) {
		m.run(t, "systemctl", "stop", "planwatch")
		m.run(t, "dpkg", "--install", newer)
		ready(t, m)
	})
	t.Run("kept stopped", func(t *testing.T) {
		m.run(t, "systemctl", "mask", "--runtime", "planwatch")
		m.run(t, "systemctl", "stop", "planwatch")
		m.run(t, "dpkg", "--install", newer)
		same(t, "state", m.property(t, "ActiveState"), "inactive")
		m.run(t, "systemctl", "unmask", "--runtime", "planwatch")
		same(t, "enabled", m.run(t, "systemctl", "is-enabled", "planwatch"), "enabled")
		m.run(t, "systemctl", "start", "planwatch")
		ready(t, m)
	})
	t.Run("disabled", func(t *testing.T) {
		m.run(t, "systemctl", "disable", "--now", "planwatch")
		m.run(t, "dpkg", "--install", newer)
		out, _ := m.try("systemctl", "is-enabled", "planwatch")
		same(t, "enabled", strings.TrimSpace(out), "disabled")
		same(t, "state", m.property(t, "ActiveState"), "inactive")
		m.run(t, "systemctl", "enable", "--now", "planwatch")
		ready(t, m)
	})
	t.Run("a fault of the configuration", func(t *testing.T) {
		m.run(t, "cp", "/etc/planwatch/planwatch.yaml", "/etc/planwatch.yaml")
		m.run(t, "sh", "-c", "echo 'tittle: Norrbotten' >>/etc/planwatch/planwatch.yaml")
		m.run(t, "systemctl", "restart", "planwatch")
		wait(t, "the unit to fail", func() error {
			if state := m.property(t, "ActiveState"); state != "failed" {
				return errors.New(state)
			}
			return nil
		})
		same(t, "starts again", m.property(t, "NRestarts"), "0")
		same(t, "exit status", m.property(t, "ExecMainStatus"), "1")
		m.run(t, "mv", "/etc/planwatch.yaml", "/etc/planwatch/planwatch.yaml")
		m.run(t, "systemctl", "start", "planwatch")
		ready(t, m)
	})
	t.Run("removed", func(t *testing.T) {
		m.run(t, "dpkg", "--remove", "planwatch")
		same(t, "unit", m.property(t, "LoadState"), "not-found")
		same(t, "state", m.property(t, "ActiveState"), "inactive")
		if _, err := m.get("/-/healthy"); err == nil {
			t.Error("something still answers")
		}
		for path, want := range map[string]string{
			"/usr/bin/planwatch":               "none",
			"/etc/default/planwatch":           "-rw-r----- root:root",
			"/etc/planwatch/planwatch.yaml":    "-rw-r--r-- root:root",
			"/etc/planwatch-secrets/warehouse": "-rw-r----- root:planwatch",
			"/var/lib/planwatch":               "drwxr-x--- planwatch:planwatch",
		} {
			same(t, path, m.file(path), want)
		}
	})
	t.Run("installed again", func(t *testing.T) {
		m.run(t, "systemctl", "mask", "--runtime", "planwatch")
		m.run(t, "dpkg", "--install", deb)
		same(t, "state while it is masked", m.property(t, "ActiveState"), "inactive")
		m.run(t, "systemctl", "unmask", "--runtime", "planwatch")
		m.run(t, "dpkg", "--remove", "planwatch")
		// With a region there, it serves at once.
		m.run(t, "dpkg", "--install", deb)
		ready(t, m)
		figures(t, m)
	})
	t.Run("purged", func(t *testing.T) {
		m.run(t, "dpkg", "--purge", "planwatch")
		for path, want := range map[string]string{
			"/etc/default/planwatch":                                        "none",
			"/var/lib/planwatch":                                            "none",
			"/lib/systemd/system/planwatch.service":                         "none",
			"/etc/systemd/system/multi-user.target.wants/planwatch.service": "none",
			"/etc/planwatch/planwatch.yaml":                                 "-rw-r--r-- root:root",
		} {
			same(t, path, m.file(path), want)
		}
		m.run(t, "rm", "-r", "/etc/planwatch", "/etc/planwatch-secrets")
		same(t, "what is left", m.run(t, "sh", "-c", "find /etc /usr /var /run -name '*planwatch*' -newer /etc/machine-id"), "")
	})
	t.Run("the user was there before", func(t *testing.T) {
		userOfAnotherGroup(t, m)
		m.run(t, "dpkg", "--install", deb)
		same(t, "groups", m.run(t, "id", "--name", "--groups", "planwatch"), "nogroup planwatch")
	})
	t.Run("purged where the storage is a mount", func(t *testing.T) {
		m.run(t, "mkdir", "/var/lib/planwatch")
		m.run(t, "mount", "-t", "tmpfs", "tmpfs", "/var/lib/planwatch")
		m.run(t, "mkdir", "/var/lib/planwatch/alerting")
		m.run(t, "touch", "/var/lib/planwatch/alerting/wal", "/var/lib/planwatch/audit.jsonl", "/var/lib/planwatch/.hidden")
		m.run(t, "dpkg", "--purge", "planwatch")
		if out, err := m.try("dpkg-query", "--show", "planwatch"); err == nil {
			t.Errorf("the package is half there: %s", out)
		}
		same(t, "what is left", m.run(t, "find", "/var/lib/planwatch"), "/var/lib/planwatch")
		m.run(t, "umount", "/var/lib/planwatch")
		m.run(t, "rmdir", "/var/lib/planwatch")
	})
	t.Run("purged where the storage is a link", func(t *testing.T) {
		m.run(t, "mkdir", "-p", "/srv/kept/alerting")
		m.run(t, "touch", "/srv/kept/alerting/wal", "/srv/kept/audit.jsonl")
		m.run(t, "ln", "-s", "/srv/kept", "/var/lib/planwatch")
		m.run(t, "dpkg", "--install", deb)
		m.run(t, "dpkg", "--purge", "planwatch")
		same(t, "what is left", m.run(t, "find", "/srv/kept"), "/srv/kept")
		same(t, "the link", m.run(t, "readlink", "/var/lib/planwatch"), "/srv/kept")
	})
}

// userOfAnotherGroup makes the service's user anew, as an administrator may have made it
// before the package came.
func userOfAnotherGroup(t *testing.T, m *machine) {
	t.Helper()
	m.run(t, "userdel", "planwatch")
	m.run(t, "sh", "-c", "! getent group planwatch || groupdel planwatch")
	m.run(t, "useradd", "--system", "--gid", "nogroup", "planwatch")
}

// The package for arm64, which is not installed here, is as that for amd64.
func TestDebOfArm64(t *testing.T) {
	field := func(deb string, args ...string) string {
		t.Helper()
		command := exec.Command("dpkg-deb", append(args, filepath.Join(repository(t), "dist", deb))...)
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		return string(out)
	}
	amd64, arm64 := one(t, "planwatch_*_amd64.deb"), one(t, "planwatch_*_arm64.deb")
	control := field(arm64, "--field")
	if !strings.Contains(control, "\nArchitecture: arm64\n") {
		t.Errorf("no Architecture: arm64 in\n%s", control)
	}
	// Sizes differ.
	sizes := regexp.MustCompile(`(?m) +[0-9]+ `)
	same(t, "files", sizes.ReplaceAllString(field(arm64, "--contents"), " "), sizes.ReplaceAllString(field(amd64, "--contents"), " "))
}

// one is the one file of dist that the pattern matches.
func one(t *testing.T, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(repository(t), "dist", pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != 1 {
		t.Fatalf("dist has %d files %s, want one: make package makes them", len(names), pattern)
	}
	return filepath.Base(names[0])
}

// repack makes a package of the next version with the same content.
func repack(t *testing.T, m *machine, deb, version string) string {
	t.Helper()
	m.run(t, "dpkg-deb", "--raw-extract", deb, "/run/newer")
	m.run(t, "sed", "-i", "s/^Version: .*/Version: "+version+"/", "/run/newer/DEBIAN/control")
	m.run(t, "dpkg-deb", "-Znone", "--build", "/run/newer", "/run/newer.deb")
	return "/run/newer.deb"
}

// ready waits until every collector has been run.
func ready(t *testing.T, m *machine) {
	t.Helper()
	wait(t, "planwatch to be ready", func() error {
		_, err := m.get("/-/ready")
		return err
	})
}

// figures waits until the service has figures of the sample, and its alerts.
func figures(t *testing.T, m *machine) {
	t.Helper()
	wait(t, "figures", func() error {
		metrics, err := m.get("/metrics")
		if err != nil {
			return err
		}
		for _, want := range []string{
			`kpi_beds_available{division="Länssjukvård 2",hospital="Sunderby",ward="Kirurgi"} 38`,
			`planwatch_source_up{source="warehouse"} 1`,
			`planwatch_alerting_up 1`,
		} {
			if !strings.Contains(metrics, "\n"+want+"\n") {
				return fmt.Errorf("not in the metrics: %s", want)
			}
		}
		return nil
	})
}

func journalHas(m *machine, text string) error {
	out, err := m.try("journalctl", "--no-pager", "--unit=planwatch")
	if err == nil && !strings.Contains(out, text) {
		err = fmt.Errorf("no %q in the log:\n%s", text, out)
	}
	return err
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func lastLine(text string) string {
	return text[strings.LastIndexByte(text, '\n')+1:]
}
