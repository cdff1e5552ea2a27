package push

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"planwatch/internal/httpclient"
)

// connection is how requests are made to a receiver. It never changes.
type connection struct {
	url     string
	headers map[string]string
	client  httpclient.Client
	http    *http.Client
	// unusable is why none can be made, or nil.
	unusable error
}

func newConnection(r Receiver, timeout time.Duration) *connection {
	c := &connection{url: r.URL, headers: r.Headers, client: r.Client}
	if c.http, c.unusable = r.Client.HTTP("push"); c.unusable == nil {
		c.http.Timeout = timeout
	}
	return c
}

// close closes what waits for a next request. One that is under way goes on.
func (c *connection) close() {
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
}

// refusal is that the receiver will never take some samples that it was sent, and has
// taken the others.
type refusal struct {
	error
	lost int
}

// delay is that the receiver asks to be left alone for a while.
type delay struct {
	error
	after time.Duration
}

func (d delay) Unwrap() error { return d.error }

const (
	// longestAnswer is how much of an answer is read, in bytes, and longestText how much
	// of it is told, in characters.
	longestAnswer = 64 << 10
	longestText   = 200
)

// answer is what a receiver answers.
type answer struct {
	status int
	header http.Header
	body   []byte
	// text is what an error tells of it.
	text string
}

// post sends a request. An error is that there is no answer.
func (c *connection) post(ctx context.Context, body []byte, headers map[string]string) (answer, error) {
	if c.unusable != nil {
		return answer{}, c.unusable
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for _, all := range []map[string]string{c.headers, headers} {
		for name, value := range all {
			request.Header.Set(name, value)
		}
	}
	if err := c.client.Prepare(request); err != nil {
		return answer{}, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("answer of %s: %w", c.url, err)
	}
	return answer{response.StatusCode, response.Header, read, c.tell(request, response.Status, read)}, nil
}

// tell is what an error says of an answer: the status and the first line, without
// anything secret that the request had.
func (c *connection) tell(request *http.Request, status string, body []byte) string {
	line := string(body)
	secrets := []string{request.Header.Get("Authorization")}
	if _, password, basic := request.BasicAuth(); basic {
		secrets = append(secrets, password)
	}
	for _, secret := range secrets {
		for _, word := range append(strings.Fields(secret), secret) {
			if word != "" && word != "Basic" && word != "Bearer" {
				line = strings.ReplaceAll(line, word, "…")
			}
		}
	}
	if line = c.clean(line); line == "" {
		return status
	}
	return status + ": " + line
}

// clean is the first line of what a receiver says, of no more than some length, without
// the values of headers.
func (c *connection) clean(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(line, ""))
	for _, value := range c.headers {
		if value != "" {
			line = strings.ReplaceAll(line, value, "…")
		}
	}
	if runes := []rune(line); len(runes) > longestText {
		line = string(runes[:longestText]) + "…"
	}
	return line
}

// verdict is the error that an answer to so many samples is. again are the statuses after
// which a request may be tried again, beside 429.
func (a answer) verdict(samples int, again func(status int) bool) error {
	switch {
	case a.status/100 == 2:
		return nil
	case a.status/100 == 3:
		return refusal{fmt.Errorf("%s: it leads elsewhere, which is not followed; name the address that it leads to", a.text), samples}
	case a.status == http.StatusTooManyRequests || again(a.status):
		err := errors.New(a.text)
		if after := retryAfter(a.header.Get("Retry-After"), time.Now()); after > 0 {
			return delay{err, after}
		}
		return err
	default:
		return refusal{errors.New(a.text), samples}
	}
}

// retryAfter is for how long a Retry-After header asks to wait; 0 where it does not say.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return at.Sub(now)
	}
	return 0
}
