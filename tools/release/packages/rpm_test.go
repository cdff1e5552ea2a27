package packages

import (
	"strings"
	"testing"
)

// The RPM is installed and erased on a Debian that has the program rpm. Its
// dependency has another name there, and is not asked for.
func TestRPM(t *testing.T) {
	m := boot(t)
	rpm := "/mnt/dist/" + one(t, "planwatch-*.x86_64.rpm")

	if requires := m.run(t, "rpm", "--query", "--package", "--requires", rpm); !strings.Contains(requires, "shadow-utils") {
		t.Errorf("it requires %s", requires)
	}
	configured := m.run(t, "rpm", "--query", "--package", "--configfiles", rpm)
	same(t, "files kept on upgrades", configured, "/etc/default/planwatch")

	m.run(t, "rpm", "--install", "--nodeps", rpm)
	for path, want := range map[string]string{
		"/etc/planwatch":                            "drwxr-xr-x root:root",
		"/etc/planwatch-secrets":                    "drwxr-x--- root:planwatch",
		"/etc/default/planwatch":                    "-rw-r----- root:root",
		"/usr/bin/planwatch":                        "-rwxr-xr-x root:root",
		"/usr/lib/systemd/system/planwatch.service": "-rw-r--r-- root:root",
		"/usr/share/licenses/planwatch/LICENSE":     "-rw-r--r-- root:root",
		"/usr/share/zsh/site-functions/_planwatch":  "-rw-r--r-- root:root",
		"/usr/share/man/man1/planwatch-serve.1.gz":  "-rw-r--r-- root:root",
		"/usr/share/doc/planwatch/docs/security.md": "-rw-r--r-- root:root",
	} {
		same(t, path, m.file(path), want)
	}
	same(t, "files that differ from the package's", m.run(t, "rpm", "--verify", "--nodeps", "planwatch"), "")
	// Debian's presets enable what they do not name.
	same(t, "enabled", m.run(t, "systemctl", "is-enabled", "planwatch"), "enabled")
	same(t, "state", m.property(t, "ActiveState"), "inactive")

	startWarehouse(t, m)
	m.run(t, "systemctl", "start", "planwatch")
	ready(t, m)
	figures(t, m)
	before := m.property(t, "MainPID")
	m.write(t, "/etc/default/planwatch", "ARGS=\"--web.enable-lifecycle\"\n", 0o644)
	m.run(t, "rpm", "--install", "--replacepkgs", "--nodeps", rpm)
	// What an upgrade runs last, with the number of versions that are left.
	m.run(t, "sh", "/mnt/deploy/package/rpm/postun", "1")
	if after := m.property(t, "MainPID"); after == before || after == "0" {
		t.Errorf("process %s before the upgrade, and %s after it", before, after)
	}
	same(t, "an administrator's settings", m.run(t, "cat", "/etc/default/planwatch"), `ARGS="--web.enable-lifecycle"`)

	m.run(t, "rpm", "--erase", "planwatch")
	same(t, "unit", m.property(t, "LoadState"), "not-found")
	for path, want := range map[string]string{
		"/usr/bin/planwatch":                                            "none",
		"/etc/planwatch/planwatch.yaml":                                 "-rw-r--r-- root:root",
		"/etc/planwatch-secrets/warehouse":                              "-rw-r----- root:planwatch",
		"/var/lib/planwatch":                                            "drwxr-x--- planwatch:planwatch",
		"/etc/systemd/system/multi-user.target.wants/planwatch.service": "none",
	} {
		same(t, path, m.file(path), want)
	}

	m.run(t, "rm", "/etc/planwatch/planwatch.yaml")
	same(t, "groups of a user that the package has made", m.run(t, "id", "--name", "--groups", "planwatch"), "planwatch")
	userOfAnotherGroup(t, m)
	m.run(t, "rpm", "--install", "--nodeps", rpm)
	same(t, "groups of a user that was there before", m.run(t, "id", "--name", "--groups", "planwatch"), "nogroup planwatch")
}
