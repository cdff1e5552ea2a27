package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"planwatch/internal/yamlfile"
)

func TestConfig(t *testing.T) {
	const server = "driver: mysql\naddress: db.example:3306\ndatabase: warehouse\nuser: planwatch\n"
	for name, test := range map[string]struct {
		text string
		want string // every error, a line each
		env  func(*Config)
	}{
		"mysql":      {text: server},
		"socket":     {text: "driver: mysql\naddress: /run/mysqld/mysqld.sock\ndatabase: warehouse\nuser: planwatch\npassword_file: /run/secrets/db\n"},
		"csv":        {text: "driver: csv\nfolder: builtin:sample\n"},
		"csv schema": {text: "driver: csv\nfolder: exports\nschema: exports/schema.sql\n"},
		"dsn file":   {text: "driver: mysql\ndsn_file: /run/secrets/dsn\n"},
		"everything": {text: server + "password_file: pw\nmax_connections: 8\nconnect_timeout: 3s\ntls:\n  mode: verify\n  ca_file: ca.pem\n  cert_file: c.pem\n  key_file: k.pem\n  server_name: db\n"},

		"empty":            {text: "folder: x\n", want: "p.yaml:1: driver: missing; mysql or csv"},
		"other driver":     {text: "driver: oracle\n", want: `p.yaml:1: driver: "oracle" is not mysql or csv`},
		"unknown key":      {text: server + "addr: x\n", want: `p.yaml:5: unknown field "addr"`},
		"wrong type":       {text: server + "max_connections: many\n", want: `p.yaml:5: "many" is not a whole number`},
		"wrong duration":   {text: server + "connect_timeout: soon\n", want: `p.yaml:5: "soon" is not a duration such as 30s, 2h or 40d`},
		"nothing given":    {text: "driver: mysql\n", want: "p.yaml:1: address: missing; host:port, or the path of a unix socket\np.yaml:1: database: missing; the name of the database that holds the tables\np.yaml:1: user: missing; a user who may SELECT from the database"},
		"no port":          {text: "driver: mysql\naddress: db.example\ndatabase: w\nuser: u\n", want: `p.yaml:2: address: "db.example" is not host:port or the path of a unix socket`},
		"too many":         {text: server + "max_connections: 65\n", want: "p.yaml:5: max_connections: 65 is not from 1 to 64"},
		"none":             {text: server + "max_connections: 0\n", want: "p.yaml:5: max_connections: 0 is not from 1 to 64"},
		"too long":         {text: server + "connect_timeout: 1h\n", want: "p.yaml:5: connect_timeout: 1h is not from 100ms to 5m"},
		"folder for mysql": {text: server + "folder: x\nschema: y\n", want: "p.yaml:5: folder: does not go with driver: mysql\np.yaml:6: schema: does not go with driver: mysql"},
		"mysql for csv":    {text: "driver: csv\nfolder: x\nuser: u\nmax_connections: 9\n", want: "p.yaml:3: user: does not go with driver: csv\np.yaml:4: max_connections: does not go with driver: csv"},
		"no folder":        {text: "driver: csv\n", want: "p.yaml:1: folder: missing; the path of a folder with CSV files, or builtin:sample"},
		"tls mode":         {text: server + "tls:\n  mode: maybe\n", want: `p.yaml:6: tls.mode: "maybe" is not disabled, preferred, required or verify`},
		"tls off with ca":  {text: server + "tls:\n  mode: disabled\n  ca_file: x\n", want: "p.yaml:6: tls.mode: disabled uses no certificates; remove them, or set verify"},
		"tls unchecked ca": {text: server + "tls:\n  mode: required\n  ca_file: x\n", want: "p.yaml:6: tls.mode: required does not check the server's certificate; with ca_file or server_name, set verify"},
		"tls half a pair":  {text: server + "tls:\n  cert_file: x\n", want: "p.yaml:6: tls: cert_file and key_file must be given together"},
		"dsn and more":     {text: server + "dsn_file: x\n", want: "p.yaml:2: address: is part of the dsn; give only one of them\np.yaml:3: database: is part of the dsn; give only one of them\np.yaml:4: user: is part of the dsn; give only one of them"},
		"two passwords":    {text: server + "password_file: x\n", env: func(c *Config) { c.Password = "hunter2" }, want: "p.yaml:5: password_file: the environment gives a password as well; give only one of them"},
		"two dsns":         {text: "driver: mysql\ndsn_file: x\n", env: func(c *Config) { c.DSN = "hunter2" }, want: "p.yaml:2: dsn_file: the environment gives a dsn as well; give only one of them"},
		"password in file": {text: server + "password: hunter2\n", want: "p.yaml:5: " + errSecretInFile.Error()},
		"dsn in file":      {text: "driver: mysql\ndsn: u:hunter2@tcp(h:1)/d\n", want: "p.yaml:2: " + errSecretInFile.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := yamlfile.Parse("p.yaml", []byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			c := Default()
			if err = file.Decode(&c); err == nil {
				if test.env != nil {
					test.env(&c)
				}
				err = file.Locate(c.Validate())
			}
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if strings.Contains(got, "hunter2") {
				t.Error("the message gives the secret away")
			}
		})
	}
}

func TestSecretHides(t *testing.T) {
	c := Config{Driver: MySQL, Password: "hunter2", DSN: "u:hunter2@/d"}
	written, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "secret", c.Password, "config", c)
	for form, text := range map[string]string{
		"json": string(written), "log": logged.String(),
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", c), "%#v": fmt.Sprintf("%#v", c), "%q": fmt.Sprintf("%q", c.Password),
	} {
		if strings.Contains(text, "hunter2") {
			t.Errorf("%s gives the secret away: %s", form, text)
		}
		if !strings.Contains(text, "secret") {
			t.Errorf("%s does not tell that there is one: %s", form, text)
		}
	}
	if got := c.Password.Reveal(); got != "hunter2" {
		t.Errorf("Reveal gives %q", got)
	}
	if got := Secret("").String(); got != "" {
		t.Errorf("an empty secret shows %q", got)
	}
	var s Secret
	if err := s.UnmarshalText([]byte("hunter2")); err != nil || s.Reveal() != "hunter2" {
		t.Errorf("from the environment: %q, %v", s.Reveal(), err)
	}
}

func TestReadSecretHidesADSN(t *testing.T) {
	_, err := ReadSecret("planwatch:hunter2@tcp(127.0.0.1)/warehouse")
	if err == nil || err.Error() != "open <secret>@tcp(127.0.0.1)/warehouse: no such file or directory" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
