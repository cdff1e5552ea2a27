// Package pipe is a listener whose connections never leave the process.
package pipe

import (
	"context"
	"net"
	"sync"
)

// Listener accepts what Dial connects. Name is its address, in errors and
// logs.
type Listener struct {
	name     string
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

// Listen makes a Listener, which nothing outside the process can reach.
func Listen(name string) *Listener {
	return &Listener{name: name, accepted: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial gives the client's end of a new connection. It waits for Accept.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.accepted <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case server := <-l.accepted:
		return server, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return address(l.name) }

type address string

func (address) Network() string  { return "pipe" }
func (a address) String() string { return string(a) }
