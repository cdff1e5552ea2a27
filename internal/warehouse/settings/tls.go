package settings

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"

	"planwatch/internal/diskfile"
	"planwatch/internal/yamlfile"
)

// TLS says how the connection to a server is encrypted.
type TLS struct {
	// disabled: never encrypted. preferred: encrypted where the server offers it, not checked. required: encrypted, the server's name not checked. verify: encrypted, and the server's certificate must be in order. Without a mode it is verify, but preferred where nothing leaves the machine (a unix socket, localhost).
	Mode string `yaml:"mode,omitempty" jsonschema:"enum=disabled,enum=preferred,enum=required,enum=verify"`
	// Certificates of the authorities to trust, in PEM; without it, the system's.
	CAFile string `yaml:"ca_file,omitempty"`
	// Certificate that the client shows, in PEM.
	CertFile string `yaml:"cert_file,omitempty"`
	// Private key of that certificate, in PEM.
	KeyFile string `yaml:"key_file,omitempty"`
	// Name that the server's certificate must bear; without it, the address's host.
	ServerName string `yaml:"server_name,omitempty"`
}

// The TLS modes.
const (
	tlsDisabled  = "disabled"
	tlsPreferred = "preferred"
	tlsRequired  = "required"
	tlsVerify    = "verify"
)

func (t TLS) validate(faults *yamlfile.Faults) {
	if !slices.Contains([]string{"", tlsDisabled, tlsPreferred, tlsRequired, tlsVerify}, t.Mode) {
		faults.Add(".mode", "tls.mode: %q is not disabled, preferred, required or verify", t.Mode)
	}
	if t.Mode == tlsDisabled && t != (TLS{Mode: tlsDisabled}) {
		faults.Add(".mode", "tls.mode: disabled uses no certificates; remove them, or set verify")
	}
	if t.Mode == tlsPreferred || t.Mode == tlsRequired {
		if t.CAFile != "" || t.ServerName != "" {
			faults.Add(".mode", "tls.mode: %s does not check the server's certificate; with ca_file or server_name, set verify", t.Mode)
		}
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		faults.Add("", "tls: cert_file and key_file must be given together")
	}
}

// ClientConfig is how to encrypt a connection to the address, nil for not at
// all. fallback is true where it may stay unencrypted if the server offers no
// TLS. network is tcp or unix. The certificates are read from their files.
func (t TLS) ClientConfig(network, address string) (config *tls.Config, fallback bool, err error) {
	mode := t.effectiveMode(network, address)
	if mode == tlsDisabled {
		return nil, false, nil
	}
	config = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if mode != tlsVerify {
		// As the mode says: safe from those who listen, not from a server that
		// pretends to be this one.
		config.InsecureSkipVerify = true
	} else if network == "unix" && t.ServerName == "" {
		return nil, false, errors.New("tls.server_name: missing; a unix socket has no host name to check the certificate against")
	}
	if t.CAFile != "" {
		if config.RootCAs, err = ReadCertificates(t.CAFile); err != nil {
			return nil, false, fmt.Errorf("tls.ca_file: %w", err)
		}
	}
	if t.CertFile != "" {
		pair, err := readPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, false, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, mode == tlsPreferred, nil
}

// effectiveMode is the mode, or what holds without one.
func (t TLS) effectiveMode(network, address string) string {
	switch {
	case t.Mode != "":
		return t.Mode
	case t == (TLS{}) && isLocal(network, address):
		return tlsPreferred
	}
	return tlsVerify
}

// readPair reads a certificate and its private key.
func readPair(certFile, keyFile string) (tls.Certificate, error) {
	cert, err := diskfile.Read(certFile, diskfile.Small)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("tls.cert_file: %w", err)
	}
	key, err := diskfile.Read(keyFile, diskfile.Small)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("tls.key_file: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("tls.cert_file, tls.key_file: %w", err)
	}
	return pair, nil
}

// ReadCertificates reads a file with certificates of authorities, in PEM.
func ReadCertificates(path string) (*x509.CertPool, error) {
	pem, err := diskfile.Read(path, diskfile.Small)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", path)
	}
	return pool, nil
}

// isLocal reports whether what is sent to the address stays on this machine.
func isLocal(network, address string) bool {
	if network == "unix" {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
