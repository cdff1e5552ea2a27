package web

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"planwatch/internal/diskfile"
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
}

// CheckConfigFile checks a file with TLS and basic authentication; "" is valid.
func CheckConfigFile(path string) error {
	_, err := readConfigFile(path)
	return err
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
	for _, file := range c.files(path) {
		if _, err := diskfile.Read(file.path, diskfile.Small); err != nil {
			return c, fmt.Errorf("web.config.file: tls_server_config.%s: %w", file.key, err)
		}
	}
	if err := toolkit.Validate(path); err != nil {
		return c, fmt.Errorf("web.config.file: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	if parseErr != nil { // which quotes the file, and so may quote a secret
		return c, fmt.Errorf("web.config.file: %s is not YAML 1.2", path)
	}
	return c, nil
}

// namedFile is a file that a configFile names, and the key that does.
type namedFile struct{ key, path string }

// files are the files that c names, which is at path.
func (c configFile) files(path string) []namedFile {
	if c.TLS == nil {
		return nil
	}
	var files []namedFile
	for _, file := range []namedFile{{"cert_file", c.TLS.CertFile}, {"key_file", c.TLS.KeyFile}, {"client_ca_file", c.TLS.ClientCAFile}} {
		if file.path == "" {
			continue
		}
		if !filepath.IsAbs(file.path) {
			file.path = filepath.Join(filepath.Dir(path), file.path)
		}
		files = append(files, file)
	}
	return files
}
