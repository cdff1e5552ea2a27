package main

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	source "planwatch/internal/warehouse/settings"
)

// running is where a planwatch runs, and who asks it.
type running struct{ address, user, passwordFile, caFile string }

// flags adds the flags of it; name is what --user is for.
func (r *running) flags(cmd *cobra.Command, name string) {
	flags := cmd.Flags()
	flags.StringVar(&r.address, "url", "http://localhost:9846", "the `address` that planwatch serves on")
	flags.StringVar(&r.user, "user", "", name)
	flags.StringVar(&r.passwordFile, "password-file", "", "the `file` with your password")
	flags.StringVar(&r.caFile, "ca-file", "", "a `file` with the certificates of the authorities to trust, in PEM (default: the system's)")
}

// under is the address of a path of it.
func (r *running) under(path string) string { return strings.TrimSuffix(r.address, "/") + path }

// authorize has the request say who asks, if anybody does.
func (r *running) authorize(request *http.Request) error {
	if r.user == "" {
		return nil
	}
	password, err := source.ReadSecret(r.passwordFile)
	if err != nil {
		return fmt.Errorf("--password-file: %w", err)
	}
	request.SetBasicAuth(r.user, strings.TrimSpace(password.Reveal()))
	return nil
}

// client trusts the authorities.
func (r *running) client() (*http.Client, error) {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment}
	if r.caFile != "" {
		authorities, err := source.ReadCertificates(r.caFile)
		if err != nil {
			return nil, fmt.Errorf("--ca-file: %w", err)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport}, nil
}
