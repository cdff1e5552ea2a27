package settings

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What is no regular file would be waited for, or read for ever.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	pipe, large, empty := filepath.Join(dir, "pipe"), filepath.Join(dir, "large"), filepath.Join(dir, "empty")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.WriteFile(large, nil, 0o600), os.Truncate(large, 2<<20), os.WriteFile(empty, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	secret := func(path string) error {
		_, err := ReadSecret(path)
		return err
	}
	client := func(tls TLS) error {
		_, _, err := tls.ClientConfig("tcp", "warehouse:3306")
		return err
	}
	for name, test := range map[string]struct {
		read func(path string) error
		key  string
	}{
		"a secret":    {secret, ""},
		"authorities": {func(path string) error { return client(TLS{CAFile: path}) }, "tls.ca_file: "},
		"certificate": {func(path string) error { return client(TLS{CertFile: path, KeyFile: empty}) }, "tls.cert_file: "},
		"its key":     {func(path string) error { return client(TLS{CertFile: empty, KeyFile: path}) }, "tls.key_file: "},
	} {
		for path, want := range map[string]string{
			pipe:  "open PATH: a pipe, not a regular file",
			large: "read PATH: larger than the 1048576 bytes that it may have",
		} {
			t.Run(name+" in "+filepath.Base(path), func(t *testing.T) {
				err := test.read(path)
				if err == nil || strings.ReplaceAll(err.Error(), path, "PATH") != test.key+want {
					t.Errorf("got  %v\nwant %s%s", err, test.key, want)
				}
			})
		}
	}
}
