package evaluator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Unreached is an Alertmanager that the last message did not reach, or that
// refused it.
type Unreached struct {
	// URL is the Alertmanager's. It holds no user and no password.
	URL string
	// Since is when the first message failed after one that did not, by the
	// system's clock.
	Since time.Time
	// Err is why the last one failed.
	Err error
}

// deliveries knows how the last message to each Alertmanager went. Prometheus'
// notifier counts failures, and does not tell when one has been overcome.
type deliveries struct {
	// unreached holds the *Unreached of each address where the last message
	// failed.
	unreached sync.Map
}

// record records how a message to the address went.
func (d *deliveries) record(address string, err error) {
	if err == nil {
		d.unreached.Delete(address)
		return
	}
	failed := Unreached{URL: strings.TrimSuffix(address, "/api/v2/alerts"), Since: time.Now(), Err: err}
	if former, ok := d.unreached.Load(address); ok {
		failed.Since = former.(*Unreached).Since //nolint:errcheck // nothing else is stored
	}
	d.unreached.Store(address, &failed)
}

// reached reports whether the last message reached every Alertmanager that there
// has been.
func (d *deliveries) reached() bool {
	all := true
	d.unreached.Range(func(any, any) bool { all = false; return all })
	return all
}

// among returns those of the addresses where the last message failed, in order.
func (d *deliveries) among(addresses []*url.URL) []Unreached {
	var all []Unreached
	for _, address := range addresses {
		if failed, ok := d.unreached.Load(address.String()); ok {
			all = append(all, *failed.(*Unreached)) //nolint:errcheck // as above
		}
	}
	slices.SortFunc(all, func(a, b Unreached) int { return cmp.Compare(a.URL, b.URL) })
	return slices.CompactFunc(all, func(a, b Unreached) bool { return a.URL == b.URL })
}

// post sends the notifier's message to an Alertmanager, and records how it went.
func (e *Evaluator) post(ctx context.Context, client *http.Client, request *http.Request) (*http.Response, error) {
	address := request.URL.String()
	if err := e.client.Load().prepare(request); err != nil {
		e.deliveries.record(address, err)
		return nil, err
	}
	if within := e.options.Within; within != nil && strings.HasPrefix(address, within.URL+"/") {
		client = within.Client
	}
	//nolint:gosec // the address is the configuration's
	response, err := client.Do(request.WithContext(ctx))
	e.deliveries.record(address, failure(ctx, response, err))
	return response, err
}

// failure returns why a message failed, by the answer and the error of a client,
// or nil.
func failure(ctx context.Context, response *http.Response, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the address, which may be where the request was sent on to
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("no answer within %s", sendTimeout)
	case err != nil:
		return err
	case response.StatusCode/100 != 2: // as the notifier has it
		return fmt.Errorf("it answers %d %s", response.StatusCode, http.StatusText(response.StatusCode))
	}
	return nil
}
