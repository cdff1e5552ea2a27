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
// name has been given to another machine.
type Proxy struct {
	listener net.Listener
	target   atomic.Pointer[string]
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

// connect copies both ways until either side closes.
func (p *Proxy) connect(client net.Conn) {
	defer client.Close()
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", *p.target.Load())
	if err != nil {
		return
	}
	defer server.Close()
	var copying sync.WaitGroup
	copying.Go(func() {
		// How it ends is for the client to tell.
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	_, _ = io.Copy(client, server)
	_ = client.Close()
	copying.Wait()
}
