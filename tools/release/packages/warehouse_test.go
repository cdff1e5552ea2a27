package packages

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// startWarehouse starts a MariaDB with the sample, and writes a region that
// reads it to /etc/planwatch.
func startWarehouse(t *testing.T, m *machine) {
	t.Helper()
	m.run(t, "mariadb-install-db", "--no-defaults", "--datadir=/var/lib/warehouse", "--auth-root-authentication-method=normal",
		"--skip-test-db", "--force", "--user=root", "--innodb-log-file-size=4M")
	m.write(t, "/etc/systemd/system/warehouse.service", `[Service]
ExecStart=mariadbd --no-defaults --datadir=/var/lib/warehouse --user=root --socket=/run/warehouse.sock --bind-address=127.0.0.1 --port=3306 \
  --tmpdir=/var/lib/warehouse --secure-file-priv= --innodb-log-file-size=4M --innodb-flush-log-at-trx-commit=0 --character-set-server=utf8mb4 --skip-name-resolve
`, 0o644)
	m.run(t, "systemctl", "daemon-reload")
	m.run(t, "systemctl", "start", "warehouse.service")
	wait(t, "MariaDB", func() error {
		_, err := m.try("mariadb", "--no-defaults", "--socket=/run/warehouse.sock", "--execute=SELECT 1")
		return err
	})
	schema, err := os.ReadFile(filepath.Join(repository(t), "internal", "warehouse", "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := os.ReadFile(filepath.Join(repository(t), "deploy", "mariadb", "20-sample.sql"))
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, "/run/fill.sql", "CREATE DATABASE warehouse CHARACTER SET utf8mb4; USE warehouse;\n"+string(schema)+
		strings.ReplaceAll(string(rows), "'/sample/", "'/mnt/sample/")+
		"\nCREATE USER planwatch@localhost IDENTIFIED BY 'a password'; CREATE USER planwatch@'127.0.0.1' IDENTIFIED BY 'a password';\n"+
		"GRANT SELECT ON warehouse.* TO planwatch@localhost; GRANT SELECT ON warehouse.* TO planwatch@'127.0.0.1';\n", 0o600)
	m.run(t, "sh", "-c", "mariadb --no-defaults --socket=/run/warehouse.sock </run/fill.sql")

	m.run(t, "planwatch", "init", "/etc/planwatch")
	m.write(t, "/etc/planwatch/planwatch.yaml", `region: Region Norrbotten
languages: [sv, en]
time_zone: Europe/Stockholm
clock: 2025-03-18T08:00:00+01:00
sources:
  warehouse:
    driver: mysql
    address: 127.0.0.1:3306
    database: warehouse
    user: planwatch
    password_file: /etc/planwatch-secrets/warehouse
    tls: {mode: preferred}
alerting:
  outbox: true
`, 0o644)
	m.run(t, "sh", "-c", "echo 'a password' | install -m 0640 -g planwatch /dev/stdin /etc/planwatch-secrets/warehouse")
}
