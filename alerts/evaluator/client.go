package evaluator

import (
	"fmt"
	"net/http"
	"strings"

	configutil "github.com/prometheus/common/config"

	"planwatch/internal/diskfile"
	"planwatch/internal/warehouse/settings"
)

// Client is what an Alertmanager asks of its client, and the client of it. The
// files are read at every message.
type Client struct {
	// User and PasswordFile are for basic authentication, TokenFile for a bearer
	// token instead; all empty for none.
	User, PasswordFile, TokenFile string
	// CAFile has the authorities to trust; "" for the system's.
	CAFile string
}

// CheckSecret returns why the file with the password or the token cannot be
// read, or nil. Nothing can be sent meanwhile.
func (c Client) CheckSecret() error {
	_, err := c.secret()
	return err
}

// CheckAuthorities returns why the file with the authorities is not valid, or
// nil.
func (c Client) CheckAuthorities() error {
	if c.CAFile == "" {
		return nil
	}
	if _, err := settings.ReadCertificates(c.CAFile); err != nil {
		return fmt.Errorf("alerting: alertmanager_client: ca_file: %w", err)
	}
	return nil
}

// secret reads the password or the token; "" if there is neither.
func (c Client) secret() (string, error) {
	key, path := "password_file", c.PasswordFile
	if c.TokenFile != "" {
		key, path = "token_file", c.TokenFile
	}
	if path == "" {
		return "", nil
	}
	secret, err := settings.ReadSecret(path)
	if err != nil {
		return "", fmt.Errorf("alerting: alertmanager_client: %s: %w", key, err)
	}
	return strings.TrimSpace(secret.Reveal()), nil
}

// prepare adds to a request what the Alertmanager asks for. Prometheus' own
// client would read a pipe or a device in place of a file for ever, and would
// show the secret to whoever the Alertmanager sends it on to.
func (c Client) prepare(request *http.Request) error {
	secret, err := c.secret()
	if err != nil {
		return err
	}
	switch {
	case c.TokenFile != "":
		request.Header.Set("Authorization", "Bearer "+secret)
	case c.User != "":
		request.SetBasicAuth(c.User, secret)
	}
	if c.CAFile == "" {
		return nil
	}
	// Prometheus' client reads it, at every request.
	file, err := diskfile.Open(c.CAFile)
	if err != nil {
		return fmt.Errorf("alerting: alertmanager_client: ca_file: %w", err)
	}
	return file.Close()
}

// HTTP returns an HTTP client for the Alertmanagers' API.
func (c Client) HTTP() (*http.Client, error) {
	settings := configutil.DefaultHTTPClientConfig
	settings.TLSConfig.CAFile = c.CAFile
	// The transport would show the secret to wherever it is led.
	settings.FollowRedirects = false
	client, err := configutil.NewClientFromConfig(settings, "alertmanager")
	if err != nil {
		return nil, fmt.Errorf("alerting: alertmanager_client: %w", err)
	}
	client.Transport = transport{c, client.Transport}
	return client, nil
}

// transport adds to requests what the Alertmanager asks for.
type transport struct {
	client Client
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	if err := t.client.prepare(request); err != nil {
		return nil, err
	}
	return t.next.RoundTrip(request)
}
