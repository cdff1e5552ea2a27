package settings

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOpenSecrets(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("hunter2"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	open, group, own := write("open", 0o644), write("group", 0o640), write("own", 0o600)
	for name, test := range map[string]struct {
		config Config
		want   string
	}{
		"a password":      {Config{PasswordFile: open}, "password_file: everyone can read " + open + " (mode 0644); chmod o= it"},
		"a dsn":           {Config{DSNFile: open}, "dsn_file: everyone can read " + open + " (mode 0644); chmod o= it"},
		"a key":           {Config{TLS: TLS{KeyFile: open}}, "tls.key_file: everyone can read " + open + " (mode 0644); chmod o= it"},
		"the group's":     {Config{PasswordFile: group}, ""},
		"the owner's":     {Config{PasswordFile: own}, ""},
		"not there":       {Config{PasswordFile: filepath.Join(dir, "none")}, ""},
		"none":            {Config{}, ""},
		"no secret in it": {Config{Schema: open, TLS: TLS{CAFile: open, CertFile: open}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			for _, secret := range test.config.OpenSecrets() {
				got += secret.String()
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
