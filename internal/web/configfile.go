package web

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"planwatch/internal/diskfile"
	"planwatch/internal/warehouse/settings"
)

// configFile is what planwatch itself has to know of a file with TLS and basic
// authentication; exporter-toolkit reads it anew.
type configFile struct {
	// TLS is nil without TLS.
	TLS *struct {
		CertFile     string `yaml:"cert_file"`
		KeyFile      string `yaml:"key_file"`
		ClientCAFile string `yaml:"client_ca_file"`
	} `yaml:"tls_server_config"`
	// Users are those of basic authentication, with the hashes of their passwords.
	Users map[string]string `yaml:"basic_auth_users"`
}

// CheckConfigFile checks a file with TLS and basic authentication; "" is valid.
func CheckConfigFile(path string) error {
	_, err := readConfigFile(path)
	return err
}

// OpenSecrets gives the files with a secret that everyone can read, of those
// that a valid file with TLS and basic authentication names.
func OpenSecrets(path string) []settings.OpenSecret {
	c, err := readConfigFile(path)
	if err != nil {
		return nil
	}
	return c.openSecrets()
}

// readConfigFile reads and checks a file with TLS and basic authentication; ""
// has none.
func readConfigFile(path string) (configFile, error) {
	var c configFile
	if path == "" {
		return c, nil
	}
	data, err := diskfile.Read(path, diskfile.Small)
	if err != nil {
		return c, fmt.Errorf("web.config.file: %w", err)
	}
	parseErr := yaml.Unmarshal(data, &c)
	// exporter-toolkit would wait for a pipe, and read a device for ever.
	if err := c.checkFiles(filepath.Dir(path)); err != nil {
		return c, fmt.Errorf("web.config.file: tls_server_config.%w", err)
	}
	if err := toolkit.Validate(path); err != nil {
		return c, fmt.Errorf("web.config.file: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	if parseErr != nil { // which quotes the file, and so may quote a secret
		return c, fmt.Errorf("web.config.file: %s is not YAML 1.2", path)
	}
	return c, nil
}

// checkFiles finds a file that cannot be read among those that c names, and
// makes their paths relative to the directory of c.
func (c configFile) checkFiles(directory string) error {
	if c.TLS == nil {
		return nil
	}
	for _, file := range []struct {
		key  string
		path *string
	}{{"cert_file", &c.TLS.CertFile}, {"key_file", &c.TLS.KeyFile}, {"client_ca_file", &c.TLS.ClientCAFile}} {
		if *file.path == "" {
			continue
		}
		if !filepath.IsAbs(*file.path) {
			*file.path = filepath.Join(directory, *file.path)
		}
		if _, err := diskfile.Read(*file.path, diskfile.Small); err != nil {
			return fmt.Errorf("%s: %w", file.key, err)
		}
	}
	return nil
}

// openSecrets gives the files with a secret that everyone can read.
func (c configFile) openSecrets() []settings.OpenSecret {
	if c.TLS == nil {
		return nil
	}
	return settings.OpenSecrets(settings.SecretFile{Key: "tls_server_config.key_file", Path: c.TLS.KeyFile})
}
