package evaluator

import (
	"fmt"
	"net/http"

	"planwatch/internal/httpclient"
)

// Client is what an Alertmanager asks of its client, and the client of it. The
// files are read at every message.
type Client httpclient.Client

// CheckSecret returns why the file with the password or the token cannot be
// read, or nil. Nothing can be sent meanwhile.
func (c Client) CheckSecret() error { return ofClient(httpclient.Client(c).CheckSecret()) }

// CheckAuthorities returns why the file with the authorities is not valid, or
// nil.
func (c Client) CheckAuthorities() error { return ofClient(httpclient.Client(c).CheckAuthorities()) }

// prepare adds to a request what the Alertmanager asks for.
func (c Client) prepare(request *http.Request) error {
	return ofClient(httpclient.Client(c).Prepare(request))
}

// HTTP returns an HTTP client for the Alertmanagers' API.
func (c Client) HTTP() (*http.Client, error) {
	client, err := httpclient.Client(c).HTTP("alertmanager")
	if err != nil {
		return nil, ofClient(err)
	}
	client.Transport = transport{c, client.Transport}
	return client, nil
}

// ofClient says where in planwatch.yaml to look; nil stays nil.
func ofClient(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("alerting: alertmanager_client: %w", err)
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
