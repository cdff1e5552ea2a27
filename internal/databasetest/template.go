package databasetest

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// template is a new data directory, kept in memory while the test process runs:
// to install takes seconds, and to write it out again does not.
type template struct {
	once  sync.Once
	files map[string][]byte // by path within the directory; a directory's own content is nil
	err   error
}

// templates has one for each engine, by name.
var templates sync.Map

// restoreTemplate writes a new data directory of the engine.
func restoreTemplate(t testing.TB, engine Engine, data string) error {
	t.Helper()
	value, _ := templates.LoadOrStore(engine.Name, &template{})
	made := value.(*template)
	made.once.Do(func() { made.files, made.err = install(engine, t.TempDir()) })
	if made.err != nil {
		return made.err
	}
	for name, content := range made.files {
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
		if err := writeSparse(path, content); err != nil {
			return err
		}
	}
	return nil
}

// writeSparse writes a file and leaves out blocks of zeros, of which most of a
// new database is.
func writeSparse(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Truncate(int64(len(content))); err != nil {
		return err
	}
	const block = 64 << 10
	zeros := make([]byte, block)
	for at := 0; at < len(content); at += block {
		part := content[at:min(at+block, len(content))]
		if bytes.Equal(part, zeros[:len(part)]) {
			continue
		}
		if _, err := file.WriteAt(part, int64(at)); err != nil {
			return err
		}
	}
	return file.Close()
}

// install makes a data directory in dir and reads it.
func install(engine Engine, dir string) (map[string][]byte, error) {
	found, err := engine.find()
	if err != nil {
		return nil, err
	}
	options, data := filepath.Join(dir, "my.cnf"), filepath.Join(dir, "data")
	// A server removes the temporary tables in its tmpdir when it starts: in one
	// that is shared, those of others too.
	text := "[mysqld]\n" + engine.settings(found) + "tmpdir=" + dir + "\n" + asRoot()
	if err := os.WriteFile(options, []byte(text), 0o600); err != nil {
		return nil, err
	}
	var process *exec.Cmd
	switch {
	case engine.IsMySQL():
		process = found.server.command("--defaults-file="+options, "--initialize-insecure", "--datadir="+data)
	case engine.directory == "":
		if process, err = installer(options, data); err != nil {
			return nil, err
		}
	default:
		if process, err = bootstrap(found, options, data); err != nil {
			return nil, err
		}
	}
	if out, err := process.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", process, err, out)
	}
	return readDirectory(data)
}

// asRoot is what a server wants in its option file where it is root's.
func asRoot() string {
	if os.Geteuid() == 0 {
		return "user=root\n"
	}
	return ""
}

// installer is Debian's program that makes a data directory, on the machine.
func installer(options, data string) (*exec.Cmd, error) {
	path, err := installed("mariadb-install-db")
	if err != nil {
		return nil, err
	}
	return program{path}.command("--defaults-file="+options, "--datadir="+data,
		"--auth-root-authentication-method=normal", "--skip-test-db", "--force"), nil // also where the machine's own name does not resolve
}

// bootstrap has a MariaDB that is not the machine's make its system's tables,
// as mariadb-install-db would, which looks for programs of the machine's.
func bootstrap(found *installation, options, data string) (*exec.Cmd, error) {
	if err := os.MkdirAll(filepath.Join(data, "mysql"), 0o700); err != nil {
		return nil, err
	}
	// No user of the machine is a user of the database.
	statements := []io.Reader{strings.NewReader("CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n")}
	for _, name := range []string{"mariadb_system_tables", "mariadb_performance_tables", "mariadb_system_tables_data", "mariadb_sys_schema"} {
		content, err := os.ReadFile(filepath.Join(found.share("mariadb"), name+".sql"))
		if err != nil {
			return nil, err
		}
		statements = append(statements, bytes.NewReader(content))
	}
	process := found.server.command("--defaults-file="+options, "--datadir="+data, "--bootstrap", "--skip-log-error")
	process.Stdin = io.MultiReader(statements...)
	return process, nil
}

// readDirectory reads a data directory. What a server keeps ready for itself,
// and makes again, is left out.
func readDirectory(data string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(data, func(path string, entry fs.DirEntry, err error) error {
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
		if strings.HasPrefix(entry.Name(), "#ib_redo") && strings.HasSuffix(entry.Name(), "_tmp") {
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
