package replica

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// answerLimit is how long a peer may take to answer, beside the wait that it was asked for.
	answerLimit = 2 * time.Second
	// partLimit is how long a part may take.
	partLimit = 30 * time.Second
	// pause is between two requests after one that failed.
	pause = 500 * time.Millisecond
	// stateSize is the most bytes that a state may have, and partSize a part.
	stateSize, partSize = 4 << 20, 64 << 20
)

// peer is another replica, as it is asked.
type peer struct {
	address string
	client  *http.Client
	region  string
	logger  *slog.Logger
	// outcome is what came of asking it last; nil before.
	outcome atomic.Pointer[outcome]
	// taken are the sums of the parts that were taken, by name, and tag is that of the state.
	// Only run uses them. again is whether all is to be taken once more.
	taken map[string]string
	tag   string
	again atomic.Bool
	// own is whether it is this replica.
	own atomic.Bool
	// failed is why it was not reached, so that this is told once. Only run uses it.
	failed string
}

// outcome is what came of asking a peer.
type outcome struct {
	// state is nil where the peer was not reached.
	state *State
	// began is when it was asked.
	began time.Time
}

// state is what it said last; nil while it is not reached.
func (p *peer) state() *State {
	if o := p.outcome.Load(); o != nil {
		return o.state
	}
	return nil
}

// ask gets its state, which is nil if that has not changed.
func (p *peer) ask(ctx context.Context) (*State, error) {
	wait := longestWait
	if p.again.Swap(false) {
		clear(p.taken)
		p.tag = ""
	}
	if p.state() == nil || p.tag == "" {
		p.tag, wait = "", 0
	}
	ctx, cancel := context.WithTimeout(ctx, wait+answerLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address+Path+"state", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Prefer", "wait="+strconv.Itoa(int(wait.Seconds())))
	if p.tag != "" {
		request.Header.Set("If-None-Match", p.tag)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotModified:
		return nil, nil
	case http.StatusOK:
	default:
		return nil, fmt.Errorf("it answers %s", response.Status)
	}
	body, err := read(response.Body, stateSize)
	if err != nil {
		return nil, err
	}
	var state State
	if err := json.Unmarshal(body, &state); err != nil {
		return nil, fmt.Errorf("it is no planwatch that has replicas: %w", err)
	}
	if err := state.validate(p.region); err != nil {
		return nil, err
	}
	p.tag = response.Header.Get("ETag")
	return &state, nil
}

// get gets a part, and verifies that it is the one.
func (p *peer) get(ctx context.Context, part Part) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, partLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address+Path+"parts/"+part.Sum, nil)
	if err != nil {
		return nil, err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, errReplaced
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("part %s: it answers %s", part.Name, response.Status)
	}
	data, err := read(response.Body, partSize)
	if err != nil {
		return nil, err
	}
	if sum(data) != part.Sum {
		return nil, fmt.Errorf("part %s: not what its sum says; it was changed on the way", part.Name)
	}
	return data, nil
}

// find gets what the peer finds by a name; nil if it finds nothing.
func (p *peer) find(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, partLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address+Path+"find/"+name, nil)
	if err != nil {
		return nil, err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotFound:
		return nil, nil
	case http.StatusOK:
		return read(response.Body, partSize)
	}
	return nil, fmt.Errorf("it answers %s", response.Status)
}

// errReplaced is the error of a part that is not there any more.
var errReplaced = errors.New("it has been replaced")

func read(from io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("it answers with more than %d bytes", most)
	}
	return data, err
}

// lost notes that it is not reached, and tells so once.
func (p *peer) lost(began time.Time, err error) {
	p.outcome.Store(&outcome{began: began})
	if text := cause(err); text != p.failed {
		p.failed = text
		p.logger.Warn("replica not reached", "err", text)
	}
}

// cause is an error of a request without its address, which the log has.
func cause(err error) string {
	text := err.Error()
	if _, rest, found := strings.Cut(text, `": `); found {
		return rest
	}
	return text
}

// found notes that it is reached.
func (p *peer) found(began time.Time, s *State) {
	if p.failed != "" {
		p.failed = ""
		p.logger.Info("replica reached again")
	}
	p.outcome.Store(&outcome{s, began})
}

// run asks it until ctx ends. take is given what has changed; changed is called when its
// state has.
func (p *peer) run(ctx context.Context, id string, changed func(), take func(context.Context, *State, map[string][]byte) bool) {
	for ctx.Err() == nil {
		began := time.Now()
		state, err := p.ask(ctx)
		if err != nil && ctx.Err() != nil {
			return
		}
		switch {
		case err != nil:
			p.lost(began, err)
			changed()
			rest(ctx)
			continue
		case state != nil && state.ID == id:
			p.own.Store(true)
			changed()
			<-ctx.Done()
			return
		case state == nil:
			p.found(began, p.state())
		default:
			p.found(began, state)
			changed()
			p.takeFrom(ctx, state, take)
		}
	}
}

// takeFrom gets the parts of the state that have not been taken.
func (p *peer) takeFrom(ctx context.Context, state *State, take func(context.Context, *State, map[string][]byte) bool) {
	news := map[string][]byte{}
	for _, part := range state.Parts {
		if p.taken[part.Name] == part.Sum {
			continue
		}
		data, err := p.get(ctx, part)
		if err != nil {
			p.tag = "" // so that the state is told again, and not waited for
			if !errors.Is(err, errReplaced) && ctx.Err() == nil {
				p.lost(time.Now(), err)
				rest(ctx)
			}
			return
		}
		news[part.Name] = data
	}
	if !take(ctx, state, news) {
		return
	}
	for _, part := range state.Parts {
		p.taken[part.Name] = part.Sum
	}
}

// rest waits until a peer that was not reached is asked again.
func rest(ctx context.Context) {
	again := time.NewTimer(pause)
	defer again.Stop()
	select {
	case <-again.C:
	case <-ctx.Done():
	}
}
