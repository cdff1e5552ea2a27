package bench_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

// peerPackage is Debian's package of the peer.
const peerPackage = "prometheus-sql-exporter"

// peer starts the peer over the same figures as planwatch, with as many queries, and
// waits until it has them all.
func peer(b *testing.B, server *databasetest.Server) *process {
	b.Helper()
	program := filepath.Join(unpacked(b, peerPackage), "usr", "bin", peerPackage)
	var text strings.Builder
	fmt.Fprintf(&text, "jobs:\n- name: bench\n  interval: 1h\n  connections: ['mysql://planwatch:secret@unix(%s)/warehouse']\n  queries:\n", server.Socket())
	for c := 1; c <= collectors; c++ {
		fmt.Fprintf(&text, "  - {name: beds_%d, help: Beds that are staffed., labels: [hospital, ward], values: [value], query: %q}\n", c, query(c))
	}
	file := filepath.Join(b.TempDir(), "config.yml")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	p := launch(b, nil, program, "-config.file="+file, "-web.listen-address="+address)
	p.url = "http://" + address
	p.begin()
	await(b, p, p.url+"/metrics")
	deadline, again := time.After(5*time.Minute), time.NewTicker(200*time.Millisecond)
	defer again.Stop()
	for c := newClient(); ; {
		var text bytes.Buffer
		if err := c.get(b.Context(), p.url+"/metrics", form{}, &text); err != nil {
			b.Fatalf("%v\n%s", err, p.log)
		}
		if bytes.Contains(text.Bytes(), fmt.Appendf(nil, "sql_beds_%d{", collectors)) {
			return p
		}
		select {
		case <-again.C:
		case <-deadline:
			b.Fatalf("the peer has no figures: %.500s\n%s", text.String(), p.log)
		}
	}
}

// unpacked is the directory of a package of Debian's, which is not installed.
func unpacked(b *testing.B, name string) string {
	b.Helper()
	directory := b.TempDir()
	// The lists of a machine may be missing, or out of date.
	const script = `apt="apt-get -qq -o APT::Sandbox::User=root"
$apt download "$1" || { $apt update && $apt download "$1"; } && dpkg-deb -x "$1"_*.deb root`
	c := exec.Command("sh", "-c", script, "sh", name)
	c.Dir = directory
	if out, err := c.CombinedOutput(); err != nil {
		b.Fatalf("package %s: %v\n%s", name, err, out)
	}
	return filepath.Join(directory, "root")
}

// BenchmarkPeer is what a scrape of the peer costs, beside the floor.
func BenchmarkPeer(b *testing.B) {
	for _, series := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint("series=", series), func(b *testing.B) {
			p := peer(b, warehouse(b, series))
			under := floor(b, p)
			for _, coding := range []string{"", "gzip"} {
				f := form{name: "text", accept: "text/plain", encoding: coding}
				b.Run("form=text/coding="+codingName(f), func(b *testing.B) { compare(b, p, under, f) })
			}
		})
	}
}
