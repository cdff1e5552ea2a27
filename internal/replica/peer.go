package replica

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
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
	// pause is between two requests after one that failed, and shortPause at least between
	// two whatever came of them.
	pause, shortPause = 500 * time.Millisecond, 50 * time.Millisecond
	// ownInterval is how often an address is asked at which this planwatch answered itself.
	ownInterval = time.Minute
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
	header := http.Header{}
	header.Set("Prefer", "wait="+strconv.Itoa(int(wait.Seconds())))
	if p.tag != "" {
		header.Set("If-None-Match", p.tag)
	}
	response, err := p.answer(ctx, "state", header)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotModified:
		return nil, nil
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, fmt.Errorf("it answers %s: give replicas.client a user and password that it takes", response.Status)
	case http.StatusTemporaryRedirect, http.StatusFound, http.StatusMovedPermanently, http.StatusPermanentRedirect, http.StatusSeeOther:
		return nil, fmt.Errorf("it answers %s, and no redirect is followed: give replicas.addresses where it leads to", response.Status)
	case http.StatusNotFound:
		return nil, fmt.Errorf("it answers %s: no planwatch with replicas is there; of several regions in one process, the address ends with /r/NAME", response.Status)
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
		return nil, &misfit{err}
	}
	p.tag = response.Header.Get("ETag")
	return &state, nil
}

// answer is that to a request for what is under Path. Its body is to be closed.
func (p *peer) answer(ctx context.Context, name string, header http.Header) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address+Path+name, nil)
	if err != nil {
		return nil, err
	}
	maps.Copy(request.Header, header)
	return p.client.Do(request)
}

// misfit is the error of a replica that is none of this region, or of another version.
type misfit struct{ error }

// get gets a part, and verifies that it is the one.
func (p *peer) get(ctx context.Context, part Part) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, partLimit)
	defer cancel()
	response, err := p.answer(ctx, "parts/"+part.Sum, nil)
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
	response, err := p.answer(ctx, "find/"+name, nil)
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
	text := cause(err)
	if text == p.failed {
		return
	}
	p.failed = text
	if _, is := errors.AsType[*misfit](err); is {
		p.logger.Error("what is at a replica's address is no replica of this planwatch; both collect and send", "err", text)
		return
	}
	p.logger.Warn("replica not reached", "err", text)
}

// cause is an error of a request without its address, which the log has.
func cause(err error) string {
	text := err.Error()
	if _, rest, found := strings.Cut(text, `": `); found && strings.HasPrefix(text, "Get ") {
		return rest
	}
	return text
}

// well notes that all that it gives was taken.
func (p *peer) well() {
	if p.failed != "" {
		p.failed = ""
		p.logger.Info("replica reached again")
	}
}

// found notes that it is reached.
func (p *peer) found(began time.Time, s *State) {
	p.outcome.Store(&outcome{s, began})
}

// run asks it until ctx ends. take is given what has changed; changed is called when its
// state has.
func (p *peer) run(ctx context.Context, id string, changed func(), take Take) {
	for ctx.Err() == nil {
		began := time.Now()
		state, err := p.ask(ctx)
		if err != nil && ctx.Err() != nil {
			return
		}
		switch own := state != nil && state.ID == id; {
		case err != nil:
			p.lost(began, err)
			changed()
			rest(ctx, pause)
		case own:
			p.tag = ""
			p.own.Store(true)
			changed()
			rest(ctx, ownInterval)
		case state == nil:
			p.found(began, p.state())
			p.well()
			rest(ctx, shortPause)
		default:
			p.own.Store(false)
			p.found(began, state)
			changed()
			if p.takeFrom(ctx, state, take) {
				p.well()
			}
			rest(ctx, shortPause)
		}
	}
}

// takeFrom gets the parts of the state that have not been taken, and reports whether all
// could be got. Those that take did not take come again with the next state.
func (p *peer) takeFrom(ctx context.Context, state *State, take Take) bool {
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
				rest(ctx, pause)
			}
			return false
		}
		news[part.Name] = data
	}
	left := take(ctx, state, news)
	for _, part := range state.Parts {
		p.taken[part.Name] = part.Sum
		if left[part.Name] {
			delete(p.taken, part.Name)
		}
	}
	return true
}

// rest waits.
func rest(ctx context.Context, d time.Duration) {
	again := time.NewTimer(d)
	defer again.Stop()
	select {
	case <-again.C:
	case <-ctx.Done():
	}
}
