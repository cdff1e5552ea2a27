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
func (c Client) HTTP() (*http.Client, error) { return httpclient.Client(c).Prepared(clientKey) }

// clientKey is where in planwatch.yaml the client stands.
const clientKey = "alerting: alertmanager_client"

// ofClient says where in planwatch.yaml to look; nil stays nil.
func ofClient(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", clientKey, err)
}
