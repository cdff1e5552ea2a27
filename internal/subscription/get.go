package subscription

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"planwatch/internal/diskfile"
	"planwatch/internal/icalendar"
)

const (
	// timeout is how long an address may take to answer as a whole.
	timeout = 10 * time.Second
	// maxRedirects is how often an address may name another.
	maxRedirects = 5
)

// validators are what an address says of the file that it gave: sent back, they
// let it answer that nothing has changed.
type validators struct{ address, etag, modified string }

// address reads the file with the address. Errors do not have the address, since
// it may be a secret.
func (s *Subscription) address() (*url.URL, error) {
	text, err := diskfile.Read(s.options.URLFile, diskfile.Small)
	if err != nil {
		return nil, err
	}
	return parseAddress(strings.TrimSpace(string(text)), "the address in "+s.options.URLFile)
}

// parseAddress reads an address, which errors call by what it is.
func parseAddress(text, what string) (*url.URL, error) {
	address, err := url.Parse(text)
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Host == "" {
		return nil, fmt.Errorf("%s is not one of http or https, such as https://calendar.example.org/rota.ics", what)
	}
	return address, nil
}

// transport asks without following redirects: which of them are followed is
// decided here, and their addresses stay out of errors.
var transport = newTransport()

func newTransport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert,errcheck // it is documented to be one
	t.MaxResponseHeaderBytes = 64 << 10
	t.MaxIdleConns = 1
	t.IdleConnTimeout = timeout
	return t
}

// get asks an address. data is nil where it answers that nothing has changed.
func get(ctx context.Context, address *url.URL, known validators) (data []byte, seen validators, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	at := address
	for range maxRedirects + 1 {
		response, err := ask(ctx, at, known)
		if err != nil {
			return nil, validators{}, plain(ctx, err)
		}
		to, redirected := response.Header.Get("Location"), response.StatusCode >= 300 && response.StatusCode < 400 && response.StatusCode != http.StatusNotModified
		if !redirected {
			data, err := body(response, known)
			seen := validators{known.address, response.Header.Get("ETag"), response.Header.Get("Last-Modified")}
			return data, seen, plain(ctx, err)
		}
		if err := response.Body.Close(); err != nil {
			return nil, validators{}, plain(ctx, err)
		}
		if at, err = redirect(at, to); err != nil {
			return nil, validators{}, err
		}
	}
	return nil, validators{}, fmt.Errorf("it redirects more than %d times", maxRedirects)
}

func ask(ctx context.Context, at *url.URL, known validators) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/calendar, text/plain;q=0.5")
	request.Header.Set("User-Agent", "planwatch")
	if known.etag != "" {
		request.Header.Set("If-None-Match", known.etag)
	}
	if known.modified != "" {
		request.Header.Set("If-Modified-Since", known.modified)
	}
	if password, ok := at.User.Password(); ok {
		request.SetBasicAuth(at.User.Username(), password)
	}
	return transport.RoundTrip(request)
}

// redirect returns where an answer leads to, which stays at the same host and
// never leaves TLS.
func redirect(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil || location == "" {
		return nil, errors.New("it redirects to what is no address")
	}
	if to, err = parseAddress(to.String(), "the address that it redirects to"); err != nil {
		return nil, err
	}
	upgraded := from.Scheme == "http" && to.Scheme == "https" && to.Hostname() == from.Hostname()
	if (to.Scheme != from.Scheme || to.Host != from.Host) && !upgraded {
		return nil, errors.New("it redirects to another host or port, or away from https; name the address that it leads to")
	}
	if to.User == nil {
		to.User = from.User
	}
	return to, nil
}

// body reads an answer, and closes it.
func body(response *http.Response, known validators) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(response.Body, icalendar.MaxBytes+1))
	_ = response.Body.Close() // nothing was written
	switch {
	case response.StatusCode == http.StatusNotModified && (known.etag != "" || known.modified != ""):
		return nil, nil
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the answer is %d %s", response.StatusCode, http.StatusText(response.StatusCode))
	case err != nil:
		return nil, err
	case len(data) > icalendar.MaxBytes:
		return nil, fmt.Errorf("what is there is larger than the %d bytes that a calendar may have", icalendar.MaxBytes)
	}
	return data, nil
}

// plain is the error without the address.
func plain(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", timeout)
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}
