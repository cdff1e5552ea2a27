package stack

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// catcher receives the mail and webhook calls that Alertmanager sends, and keeps
// them as files.
type catcher struct {
	directory string
	mail      net.Listener
	calls     net.Listener
	server    *http.Server

	mu   sync.Mutex
	kept int
	open sync.WaitGroup
}

func newCatcher(ctx context.Context, directory string) (*catcher, error) {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return nil, err
	}
	c := &catcher{directory: directory}
	var err error
	if c.mail, err = listen(ctx); err != nil {
		return nil, err
	}
	if c.calls, err = listen(ctx); err != nil {
		return nil, err
	}
	c.server = &http.Server{Handler: http.HandlerFunc(c.call), ReadHeaderTimeout: endWithin}
	c.open.Go(func() { _ = c.server.Serve(c.calls) })
	c.open.Go(c.accept)
	return c, nil
}

func (c *catcher) close() {
	// Nothing can be done about an error of closing.
	_ = c.server.Close()
	_ = c.mail.Close()
	c.open.Wait()
}

// keep writes data to the next file.
func (c *catcher) keep(kind string, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept++
	name := filepath.Join(c.directory, fmt.Sprintf("%04d.%s", c.kept, kind))
	if err := os.WriteFile(name, data, 0o600); err != nil {
		fmt.Fprintf(os.Stderr, "catcher: %v\n", err)
	}
}

// call answers 200 to whatever is posted.
func (c *catcher) call(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.keep("json", append([]byte(r.URL.Path+"\n"), body...))
}

func (c *catcher) accept() {
	for {
		conn, err := c.mail.Accept()
		if err != nil {
			return
		}
		c.open.Go(func() {
			defer conn.Close()
			c.receive(textproto.NewConn(conn))
		})
	}
}

// receive is the part of SMTP that receiving a message takes.
func (c *catcher) receive(conn *textproto.Conn) {
	// An error is that the sender has closed the connection.
	say := func(format string, args ...any) { _ = conn.PrintfLine(format, args...) }
	say("220 localhost ready")
	for {
		line, err := conn.ReadLine()
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch verb {
		case "DATA":
			say("354 go on")
			message, err := conn.ReadDotBytes()
			if err != nil {
				return
			}
			c.keep("eml", message)
			say("250 kept")
		case "QUIT":
			say("221 goodbye")
			return
		default:
			say("250 localhost")
		}
	}
}
