package packages

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What messages are sent by, as docs/alerting.md has it put in place, is read by the
// service's user, and by nobody else.
func secrets(t *testing.T, m *machine) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository(t), "docs", "alerting.md"))
	if err != nil {
		t.Fatal(err)
	}
	const directory = "/etc/planwatch-secrets/oncall"
	commands := regexp.MustCompile(`(?m)^(install |printf .*\| install ).*`+directory+`.*$`).FindAllString(string(text), -1)
	if len(commands) < 6 {
		t.Fatalf("%d commands in docs/alerting.md: %q", len(commands), commands)
	}
	for _, command := range commands {
		m.run(t, "sh", "-ec", "echo 'https://gateway.example.org/send?key=secret' | {\n"+command+"\n}")
	}
	same(t, directory, m.file(directory), "drwxr-x--- root:planwatch")
	files := strings.Fields(m.run(t, "ls", directory))
	same(t, "files", strings.Join(files, " "), "it-mt-jour.tmpl it-mt-jour.url it-mt-team.url it-mt.tmpl smtp.password")
	for _, name := range files {
		path := directory + "/" + name
		same(t, path, m.file(path), "-rw-r----- root:planwatch")
		m.run(t, "runuser", "--user", "planwatch", "--", "cat", path)
		if out, err := m.try("runuser", "--user", "nobody", "--", "cat", path); err == nil {
			t.Errorf("nobody reads %s: %s", path, out)
		}
	}
	m.run(t, "sed", "--in-place", "s#^directory: .*#directory: "+directory+"#", "/etc/planwatch/oncall.yaml")
	out, err := m.try("runuser", "--user", "planwatch", "--", "planwatch", "check", "--config", "/etc/planwatch")
	if err != nil {
		t.Error(err)
	}
	// The built-in region has other recipients too, whose files the document has not.
	if !strings.Contains(out, "would not be sent: open "+directory+"/nara.tmpl: ") || strings.Contains(out, "/it-mt") || strings.Contains(out, "everyone can read") {
		t.Errorf("check finds a fault in what is there, or does not look:\n%s", out)
	}
}
