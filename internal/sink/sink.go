// Package sink receives the mail and the webhook calls that are sent to it on
// loopback, to see what a site would get.
package sink

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Sink is a mail server and a web server that keep what they get.
type Sink struct {
	keep    func(Message)
	mail    net.Listener
	calls   net.Listener
	server  *http.Server
	refuses atomic.Bool
	open    sync.WaitGroup
}

// Message is what was received.
type Message struct {
	// To are the addresses of a mail, or the path of a call.
	To []string
	// Mail is whether it is a mail, with its headers; a call's is its body.
	Mail bool
	Data []byte
}

// Listen receives until Close. keep is called for one message at a time.
func Listen(ctx context.Context, keep func(Message)) (*Sink, error) {
	var one sync.Mutex
	s := &Sink{keep: func(m Message) {
		one.Lock()
		defer one.Unlock()
		keep(m)
	}}
	var err error
	if s.mail, err = new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if s.calls, err = new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		_ = s.mail.Close()
		return nil, err
	}
	s.server = &http.Server{Handler: http.HandlerFunc(s.call), ReadHeaderTimeout: 5 * time.Second}
	s.open.Go(func() { _ = s.server.Serve(s.calls) })
	s.open.Go(s.accept)
	return s, nil
}

// Mail is the mail server's host and port.
func (s *Sink) Mail() string { return s.mail.Addr().String() }

// Calls is the web server's URL.
func (s *Sink) Calls() string { return "http://" + s.calls.Addr().String() }

// Refuse sets whether everything is refused, as by a server that is out of order.
func (s *Sink) Refuse(refuses bool) { s.refuses.Store(refuses) }

// Close ends receiving.
func (s *Sink) Close() {
	// Nothing can be done about an error of closing.
	_ = s.server.Close()
	_ = s.mail.Close()
	s.open.Wait()
}

// call answers 200 to whatever is posted, or 500.
func (s *Sink) call(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case s.refuses.Load():
		http.Error(w, "out of order", http.StatusInternalServerError)
	default:
		s.keep(Message{To: []string{r.URL.Path}, Data: body})
	}
}

func (s *Sink) accept() {
	for {
		conn, err := s.mail.Accept()
		if err != nil {
			return
		}
		s.open.Go(func() {
			defer conn.Close()
			s.receive(textproto.NewConn(conn))
		})
	}
}

// receive is the part of SMTP that receiving a message takes.
func (s *Sink) receive(conn *textproto.Conn) {
	// An error is that the sender has closed the connection.
	say := func(text string) { _ = conn.PrintfLine("%s", text) }
	say("220 localhost ready")
	var to []string
	for {
		line, err := conn.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "MAIL":
			to = nil
			if s.refuses.Load() {
				say("451 out of order")
				continue
			}
			say("250 localhost")
		case "RCPT":
			if _, address, found := strings.Cut(rest, ":"); found {
				to = append(to, strings.Trim(address, "<> "))
			}
			say("250 localhost")
		case "DATA":
			say("354 go on")
			message, err := conn.ReadDotBytes()
			if err != nil {
				return
			}
			s.keep(Message{To: to, Mail: true, Data: message})
			say("250 kept")
		case "QUIT":
			say("221 goodbye")
			return
		default:
			say("250 localhost")
		}
	}
}
