package databasetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Engine is a database server that tests run against.
type Engine struct {
	// Name is its product, and whether it is the machine's or the newest.
	Name    string
	product product
	// The directory in bin/servers with the server and its libraries; "" is
	// what Debian has installed on the machine.
	directory string
}

type product int

const (
	mariadb product = iota
	mysqld
)

// The engines.
var (
	// MariaDB is the one that Debian's stable release has, of the oldest
	// version that is tested.
	MariaDB = Engine{Name: "MariaDB", product: mariadb}
	// NewestMariaDB and NewestMySQL are those of Debian's unstable suite.
	NewestMariaDB = Engine{Name: "newest MariaDB", product: mariadb, directory: "mariadb"}
	NewestMySQL   = Engine{Name: "newest MySQL", product: mysqld, directory: "mysql"}
)

// Engines are all of them.
var Engines = []Engine{MariaDB, NewestMariaDB, NewestMySQL}

// Each runs the test on each engine, as a subtest of the engine's name.
func Each(t *testing.T, test func(t *testing.T, engine Engine)) {
	t.Helper()
	for _, engine := range Engines {
		t.Run(strings.ReplaceAll(engine.Name, " ", "_"), func(t *testing.T) { test(t, engine) })
	}
}

// IsMySQL reports whether it is MySQL, and not MariaDB.
func (e Engine) IsMySQL() bool { return e.product == mysqld }

// program is an executable, and the arguments that come before its own.
type program []string

func (p program) command(args ...string) *exec.Cmd {
	return exec.Command(p[0], append(p[1:len(p):len(p)], args...)...)
}

// installation is where an engine's files are.
type installation struct {
	server program
	// root is the directory that usr lies in.
	root string
}

// find finds the engine's files.
func (e Engine) find() (*installation, error) {
	if e.directory == "" {
		path, err := installed("mariadbd")
		if err != nil {
			return nil, err
		}
		return &installation{server: program{path}, root: "/"}, nil
	}
	module, err := moduleDirectory()
	if err != nil {
		return nil, err
	}
	root := filepath.Join(module, "bin", "servers", e.directory)
	name := "mariadbd"
	if e.IsMySQL() {
		name = "mysqld"
	}
	path := filepath.Join(root, "usr", "sbin", name)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("the %s is not there; make test gets it, by tools/database-servers: %w", e.Name, err)
	}
	// It needs a newer C library than the machine may have, and so the loader
	// that belongs to it.
	for _, pattern := range []string{"ld-linux*.so.*", "ld64.so.*", "ld.so.*"} {
		if found, _ := filepath.Glob(filepath.Join(root, "usr", "lib", "*", pattern)); len(found) > 0 {
			return &installation{server: program{found[0], "--library-path", filepath.Dir(found[0]), path}, root: root}, nil
		}
	}
	return nil, fmt.Errorf("no loader of programs in %s/usr/lib", root)
}

// share is the directory of messages and of the system's tables, in the
// newest servers.
func (i *installation) share(product string) string {
	return filepath.Join(i.root, "usr", "share", product)
}

// settings are lines of an option file that the engine needs to find its files,
// and to start fast. It may lose data when the machine crashes, and not when the
// server does.
func (e Engine) settings(i *installation) string {
	common := `innodb_buffer_pool_size=32M
innodb_flush_log_at_trx_commit=2
performance_schema=OFF
skip_log_bin
skip_name_resolve
character_set_server=utf8mb4
secure_file_priv=
`
	if e.IsMySQL() {
		return common + fmt.Sprintf(`basedir=%s
lc_messages_dir=%s
plugin_dir=%s
innodb_redo_log_capacity=32M
innodb_doublewrite=OFF
innodb_flush_method=nosync
mysqlx=OFF
auto_generate_certs=OFF
`, filepath.Join(i.root, "usr"), i.share("mysql"), i.plugins())
	}
	common += "innodb_log_file_size=4M\n"
	if e.directory != "" {
		common += fmt.Sprintf("basedir=%s\nlc_messages_dir=%s\ncharacter_sets_dir=%s\nplugin_dir=%s\n", filepath.Join(i.root, "usr"),
			i.share("mariadb"), filepath.Join(i.share("mariadb"), "charsets"), i.plugins())
	}
	return common
}

func (i *installation) plugins() string {
	return filepath.Join(i.root, "usr", "lib", "mysql", "plugin")
}

// withoutTLS is the line by which the engine offers none where it has no
// certificate.
func (e Engine) withoutTLS() string {
	if e.IsMySQL() {
		return "" // it makes no certificate, by the settings above
	}
	return "skip_ssl"
}

// moduleDirectory is the directory of go.mod.
func moduleDirectory() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above %s", start)
		}
	}
}

// installed finds an executable of MariaDB's, which Debian keeps in sbin.
func installed(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/libexec"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed; install mariadb-server-core: make test does it", name)
}
