// Package httpclient is planwatch as the client of an HTTP server: by what it proves who
// it is, and whom it trusts.
package httpclient

import (
	"fmt"
	"net/http"
	"strings"

	configutil "github.com/prometheus/common/config"

	"planwatch/internal/diskfile"
	"planwatch/internal/warehouse/settings"
)

// Client is what a server asks of its client. The files are read at every request.
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
		return fmt.Errorf("ca_file: %w", err)
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
		return "", fmt.Errorf("%s: %w", key, err)
	}
	return strings.TrimSpace(secret.Reveal()), nil
}

// Prepare adds to a request what the server asks for. Prometheus' own client would
// read a pipe or a device in place of a file for ever, and would show the secret to
// whoever the server sends it on to.
func (c Client) Prepare(request *http.Request) error {
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
		return fmt.Errorf("ca_file: %w", err)
	}
	return file.Close()
}

// HTTP returns an HTTP client that trusts the authorities, and follows no redirect: it
// would show what a request holds to whoever it is led to. Requests are to be prepared.
func (c Client) HTTP(name string) (*http.Client, error) {
	settings := configutil.DefaultHTTPClientConfig
	settings.TLSConfig.CAFile = c.CAFile
	settings.FollowRedirects = false
	return configutil.NewClientFromConfig(settings, name)
}

// Prepared is HTTP, of which each request is prepared. Errors begin with key, which is where
// in planwatch.yaml the client stands.
func (c Client) Prepared(key string) (*http.Client, error) {
	client, err := c.HTTP(key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	client.Transport = preparing{c, key, client.Transport}
	return client, nil
}

// preparing adds to requests what the server asks for.
type preparing struct {
	client Client
	key    string
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (p preparing) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	if err := p.client.Prepare(request); err != nil {
		return nil, fmt.Errorf("%s: %w", p.key, err)
	}
	return p.next.RoundTrip(request)
}
