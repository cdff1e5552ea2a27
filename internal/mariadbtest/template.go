package mariadbtest

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// frugal settings make a server start fast. It may lose data in a crash, which
// no test needs.
const frugal = `innodb_buffer_pool_size=32M
innodb_log_file_size=4M
innodb_flush_log_at_trx_commit=0
performance_schema=OFF
skip_log_bin
skip_name_resolve
character_set_server=utf8mb4
secure_file_priv=
`

// template is a new data directory, kept in memory while the test process runs:
// installing takes seconds, and writing it out again does not.
var template struct {
	once  sync.Once
	files map[string][]byte // by path within the directory; a directory's own content is nil
	err   error
}

// restoreTemplate writes a new data directory.
func restoreTemplate(t testing.TB, data string) error {
	t.Helper()
	template.once.Do(func() { template.files, template.err = install(t.TempDir()) })
	if template.err != nil {
		return template.err
	}
	for name, content := range template.files {
		path := filepath.Join(data, name)
		if content == nil {
			if err := os.MkdirAll(path, 0o700); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func install(dir string) (map[string][]byte, error) {
	installer, err := program("mariadb-install-db")
	if err != nil {
		return nil, err
	}
	options, data := filepath.Join(dir, "my.cnf"), filepath.Join(dir, "data")
	// A server removes the temporary tables in its tmpdir when it starts: in one
	// that is shared, those of others too.
	if err := os.WriteFile(options, []byte("[mysqld]\n"+frugal+"tmpdir="+dir+"\n"), 0o600); err != nil {
		return nil, err
	}
	args := []string{"--defaults-file=" + options, "--datadir=" + data,
		"--auth-root-authentication-method=normal", "--skip-test-db", "--force"} // also where the machine's own name does not resolve
	if os.Geteuid() == 0 {
		args = append(args, "--user=root")
	}
	if out, err := exec.Command(installer, args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", installer, err, out)
	}
	files := map[string][]byte{}
	err = filepath.WalkDir(data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(data, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			files[name] = nil
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if content == nil {
			content = []byte{}
		}
		files[name] = content
		return nil
	})
	return files, err
}

// program finds an executable of MariaDB's, which Debian keeps in sbin.
func program(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/libexec"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed; install mariadb-server: make test does it", name)
}
