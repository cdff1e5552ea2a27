package databasetest

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Proxy is an address that leads to a server, and later to another, as one whose
// name has been given to another machine. The way there can be cut.
type Proxy struct {
	listener net.Listener
	target   atomic.Pointer[string]
	// way is held for reading by what passes, and for writing while it is cut.
	way sync.RWMutex
	cut atomic.Bool
}

// NewProxy makes a Proxy that leads to target until the test ends.
func NewProxy(t *testing.T, target string) *Proxy {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener}
	p.LeadTo(target)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // closed
			}
			serving.Go(func() { p.connect(client) })
		}
	})
	t.Cleanup(func() {
		p.Mend()
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		serving.Wait()
	})
	return p
}

// Address is the Proxy's host and port.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// LeadTo has new connections lead to target, a host and port. Those that there are
// stay where they lead to.
func (p *Proxy) LeadTo(target string) { p.target.Store(&target) }

// Cut has nothing pass, in either direction, and no connection end, as when a cable is
// pulled. It returns when what was passing has passed.
func (p *Proxy) Cut() {
	if !p.cut.Swap(true) {
		p.way.Lock()
	}
}

// Mend has everything pass again, what waits first.
func (p *Proxy) Mend() {
	if p.cut.Swap(false) {
		p.way.Unlock()
	}
}

// pass waits until something may pass, and has it do so.
func (p *Proxy) pass(what func()) {
	p.way.RLock()
	defer p.way.RUnlock()
	what()
}

// connect copies both ways until either side closes.
func (p *Proxy) connect(client net.Conn) {
	defer client.Close()
	var server net.Conn
	p.pass(func() {
		if conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", *p.target.Load()); err == nil {
			server = conn
		}
	})
	if server == nil {
		return
	}
	defer server.Close()
	var copying sync.WaitGroup
	copying.Go(func() {
		// How it ends is for the client to tell.
		_, _ = io.Copy(passing{server, p}, client)
		p.pass(func() { _ = server.Close() })
	})
	_, _ = io.Copy(passing{client, p}, server)
	p.pass(func() { _ = client.Close() })
	copying.Wait()
}

// passing writes what may pass.
type passing struct {
	net.Conn
	proxy *Proxy
}

func (w passing) Write(data []byte) (n int, err error) {
	w.proxy.pass(func() { n, err = w.Conn.Write(data) })
	return n, err
}

// ReadFrom hides that of the connection, which would write past Write.
func (w passing) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{w}, r)
}
