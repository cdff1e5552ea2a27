package databasetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// pki is a certificate authority with one certificate for a server and one for
// a client.
type pki struct {
	CAFile                string
	ServerCert, ServerKey string
	ClientCert, ClientKey string

	authority *x509.Certificate
	signer    *ecdsa.PrivateKey
	serial    int64 // of the last certificate
}

func newPKI(dir string) (*pki, error) {
	p := &pki{
		authority: &x509.Certificate{
			SerialNumber: big.NewInt(1),
			Subject:      pkix.Name{CommonName: "databasetest authority"},
			NotBefore:    time.Now().Add(-24 * time.Hour),
			NotAfter:     time.Now().Add(24 * time.Hour),
			IsCA:         true, BasicConstraintsValid: true,
			KeyUsage: x509.KeyUsageCertSign,
		},
		serial: 1,
		CAFile: filepath.Join(dir, "ca.pem"),
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	p.ServerCert, p.ServerKey = file("server.pem"), file("server-key.pem")
	p.ClientCert, p.ClientKey = file("client.pem"), file("client-key.pem")
	var err error
	if p.signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, p.authority, p.authority, p.signer.Public(), p.signer)
	if err != nil {
		return nil, err
	}
	if err := writePEM(p.CAFile, "CERTIFICATE", der); err != nil {
		return nil, err
	}
	if err := p.renewServer(p.authority.NotAfter); err != nil {
		return nil, err
	}
	err = p.issue("client", p.ClientCert, p.ClientKey, x509.ExtKeyUsageClientAuth, p.authority.NotAfter)
	return p, err
}

// renewServer writes a certificate for the server that is valid until the
// moment, and its key.
func (p *pki) renewServer(until time.Time) error {
	return p.issue("server", p.ServerCert, p.ServerKey, x509.ExtKeyUsageServerAuth, until)
}

func (p *pki) issue(name, certFile, keyFile string, usage x509.ExtKeyUsage, until time.Time) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	p.serial++
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(p.serial),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    p.authority.NotBefore,
		NotAfter:     until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{usage},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, p.authority, private.Public(), p.signer)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	if err := writePEM(certFile, "CERTIFICATE", der); err != nil {
		return err
	}
	return writePEM(keyFile, "PRIVATE KEY", keyDER)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
