package warehouse

import (
	"errors"
	"fmt"
	"os/user"
	"slices"
	"strings"
	"testing"

	"planwatch/internal/databasetest"
	"planwatch/internal/warehouse/settings"
)

// way is how a user reaches the server.
type way string

const (
	socket way = "socket"
	tcp    way = "tcp" // without TLS
	tlsTCP way = "tls"
)

// Each plugin that a server has, and that a user without a device of their own
// can log in by, works in every way, at the first login and when the server
// remembers it; or the error says what would be right.
func TestMySQLAuthentication(t *testing.T) {
	const (
		denied  = `access denied for user "USER" at ADDR: check user and password`
		unknown = `ADDR asks user "USER" for a plugin of authentication that planwatch does not have: ` +
			"have the user identified by caching_sha2_password, sha256_password, ed25519, mysql_native_password or the unix socket"
	)
	everyWay := []way{socket, tcp, tlsTCP}
	type login struct {
		plugin  string
		install string   // a statement that the plugin needs
		as      string   // with PASSWORD and OSUSER
		engines []string // that have it
		want    map[way]string
	}
	both := []string{databasetest.MariaDB.Name, databasetest.NewestMariaDB.Name}
	newest := []string{databasetest.NewestMariaDB.Name}
	mysql := []string{databasetest.NewestMySQL.Name}
	all := func(message string) map[way]string {
		return map[way]string{socket: message, tcp: message, tlsTCP: message}
	}
	overTheSocket := map[way]string{tcp: denied, tlsTCP: denied}
	logins := []login{
		{plugin: "mysql_native_password", engines: both, as: "IDENTIFIED VIA mysql_native_password USING PASSWORD('PASSWORD')"},
		{plugin: "ed25519", install: "INSTALL SONAME 'auth_ed25519'", engines: newest, as: "IDENTIFIED VIA ed25519 USING PASSWORD('PASSWORD')"},
		{plugin: "parsec", install: "INSTALL SONAME 'auth_parsec'", engines: newest, as: "IDENTIFIED VIA parsec USING PASSWORD('PASSWORD')", want: all(unknown)},
		{plugin: "caching_sha2_password of MariaDB", install: "INSTALL SONAME 'auth_mysql_sha2'", engines: newest, as: "IDENTIFIED VIA caching_sha2_password USING PASSWORD('PASSWORD')",
			want: map[way]string{tcp: `ADDR has no key to encrypt the password of user "USER" with: set tls.mode: verify`}},
		{plugin: "unix_socket", engines: both, want: overTheSocket},
		{plugin: "caching_sha2_password", engines: mysql, as: "IDENTIFIED WITH caching_sha2_password BY 'PASSWORD'"},
		{plugin: "sha256_password", engines: mysql, as: "IDENTIFIED WITH sha256_password BY 'PASSWORD'"},
		{plugin: "auth_socket", install: "INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'", engines: mysql, as: "IDENTIFIED WITH auth_socket AS 'OSUSER'", want: overTheSocket},
	}
	osUser, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	databasetest.Each(t, func(t *testing.T, engine databasetest.Engine) {
		t.Parallel()
		encrypted := startServer(t, engine, databasetest.WithTLS())
		plain := startServer(t, engine, databasetest.WithTCP())
		for _, l := range logins {
			if !slices.Contains(l.engines, engine.Name) {
				continue
			}
			t.Run(l.plugin, func(t *testing.T) {
				for _, w := range everyWay {
					t.Run(string(w), func(t *testing.T) {
						server := plain
						if w == tlsTCP {
							server = encrypted
						}
						c := mysqlConfig(server.Socket())
						if w != socket {
							c.Address = server.Address()
						}
						c.User = "by_" + string(w)
						if l.plugin == "unix_socket" {
							// It has no other name than the system's user.
							c.User = osUser.Username
						}
						// TLS on a socket, or where it is not wanted, would change what is tried.
						c.TLS = settings.TLS{Mode: "disabled"}
						if w == tlsTCP {
							c.TLS = settings.TLS{CAFile: server.CAFile()}
						}
						statements := []string{l.install,
							fmt.Sprintf("CREATE USER '%s'@'%%' %s", c.User, strings.NewReplacer("PASSWORD('PASSWORD')", "PASSWORD('"+testPassword+"')", "'PASSWORD'", "'"+testPassword+"'", "OSUSER", osUser.Username).Replace(l.as)),
							fmt.Sprintf("GRANT SELECT ON warehouse.* TO '%s'@'%%'", c.User)}
						if l.plugin == "unix_socket" {
							statements = []string{fmt.Sprintf("CREATE USER IF NOT EXISTS '%s'@'localhost'", c.User),
								fmt.Sprintf("ALTER USER '%s'@'localhost' IDENTIFIED VIA unix_socket", c.User),
								fmt.Sprintf("GRANT SELECT ON warehouse.* TO '%s'@'localhost'", c.User)}
						}
						for _, statement := range statements {
							if statement == "" {
								continue
							}
							if _, err := server.Root().ExecContext(t.Context(), statement); err != nil && !strings.Contains(err.Error(), "already") {
								t.Fatal(statement, err)
							}
						}
						t.Cleanup(func() {
							if l.plugin == "unix_socket" {
								return
							}
							if _, err := server.Root().Exec("DROP USER '" + c.User + "'@'%'"); err != nil {
								t.Error(err)
							}
						})
						want := strings.NewReplacer("ADDR", c.Address, "USER", c.User).Replace(l.want[w])
						for _, time := range []string{"first", "second"} {
							s := open(t, c, Options{})
							err := s.Ping(t.Context())
							switch {
							case want == "" && err != nil:
								t.Errorf("the %s login: %v", time, err)
							case want != "" && (err == nil || err.Error() != "source warehouse: "+want || !errors.Is(err, ErrUnavailable)):
								t.Errorf("the %s login: got %v\nwant %s", time, err, want)
							case want == "":
								if got := queryValue(t, s, "SELECT SUM(beds) FROM ward"); got != "62" {
									t.Errorf("%s beds, want 62", got)
								}
							}
						}
						if l.want[w] != "" || strings.HasSuffix(l.plugin, "socket") {
							return
						}
						c.Password = wrongSecret
						want = "source warehouse: " + strings.NewReplacer("ADDR", c.Address, "USER", c.User).Replace(denied)
						if err := open(t, c, Options{}).Ping(t.Context()); err == nil || err.Error() != want {
							t.Errorf("with another password: got %v\nwant %s", err, want)
						}
					})
				}
			})
		}
	})
}
