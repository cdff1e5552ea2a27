package stack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// The warehouse as the compose stack has it.
const (
	database = "warehouse"
	reader   = "planwatch"
)

// mariadb starts a server with the warehouse of the compose stack's own
// scripts and gives its address.
func (s *Stack) mariadb(ctx context.Context, port int, password string) (string, error) {
	data := filepath.Join(s.directory, "mariadb")
	if err := os.RemoveAll(data); err != nil {
		return "", err
	}
	installer, err := program("mariadb-install-db")
	if err != nil {
		return "", err
	}
	server, err := program("mariadbd")
	if err != nil {
		return "", err
	}
	options := filepath.Join(s.directory, "mariadb.cnf")
	if err := os.WriteFile(options, []byte("[mysqld]\ncharacter_set_server=utf8mb4\nskip_name_resolve\nskip_log_bin\nsecure_file_priv=\ninnodb_flush_log_at_trx_commit=0\n"), 0o600); err != nil {
		return "", err
	}
	args := []string{"--defaults-file=" + options, "--datadir=" + data}
	if os.Geteuid() == 0 {
		args = append(args, "--user=root")
	}
	//nolint:gosec // the installer is found on this machine, by a name that is written here
	install := exec.CommandContext(ctx, installer, append(args, "--auth-root-authentication-method=normal", "--skip-test-db", "--force")...) // also where the machine's own name does not resolve
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", installer, err, out)
	}
	address, err := loopback(ctx, port)
	if err != nil {
		return "", err
	}
	_, portText, _ := strings.Cut(address, ":")
	// The path of a socket is limited to some hundred bytes.
	sockets, err := os.MkdirTemp("", "planwatch")
	if err != nil {
		return "", err
	}
	s.remove = append(s.remove, sockets)
	socket := filepath.Join(sockets, "s")
	args = append(args, "--socket="+socket, "--bind-address=127.0.0.1", "--port="+portText, "--pid-file="+socket+".pid")
	if err := s.process(ctx, "mariadb", server, nil, args...); err != nil {
		return "", err
	}
	return address, s.fill(ctx, socket, password)
}

// fill makes the warehouse and planwatch's user.
func (s *Stack) fill(ctx context.Context, socket, password string) error {
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr = "root", "unix", socket
	cfg.MultiStatements, cfg.InterpolateParams = true, true
	cfg.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return err
	}
	root := sql.OpenDB(connector)
	defer root.Close()
	if err := until(ctx, startWithin, "mariadb", root.PingContext); err != nil {
		return err
	}
	conn, err := root.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, script := range []string{"internal/warehouse/schema.sql", "deploy/mariadb/20-sample.sql"} {
		data, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(script)))
		if err != nil {
			return err
		}
		text := strings.ReplaceAll(string(data), "'"+sampleFolder+"/", "'"+filepath.ToSlash(filepath.Join(s.root, "sample"))+"/")
		if script == "internal/warehouse/schema.sql" {
			text = "CREATE DATABASE " + database + "; USE " + database + ";\n" + text
		}
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("%s: %w", script, err)
		}
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("CREATE USER '%[1]s'@'%%' IDENTIFIED BY ?; GRANT SELECT ON %[2]s.* TO '%[1]s'@'%%'", reader, database), password)
	return err
}

// program finds an executable, which Debian may keep in sbin.
func program(name string) (string, error) {
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path, nil
		}
	}
	return "", errors.New(name + " is not installed; make prerequisites does it")
}
