package replica

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Path is under which replicas ask each other.
const Path = "/-/replica/"

const (
	// longestWait is how long an answer waits for news at most.
	longestWait = 5 * time.Second
	// lookInterval is how often it is looked for news.
	lookInterval = 50 * time.Millisecond
	// mostWaiting is how many may wait at a time; more are answered at once.
	mostWaiting = 8
)

// ServeHTTP answers other replicas: state, and the parts that it names. A state that the
// one who asks has already is waited with, for as long as it prefers (RFC 7240).
func (r *Replica) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	kind, name, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, Path), "/")
	switch kind {
	case "state":
		r.serveState(w, request)
	case "parts":
		data, ok := r.shelf.get(name)
		if !ok {
			http.Error(w, "there is no such part any more; ask for the state again", http.StatusNotFound)
			return
		}
		w.Header().Set("ETag", `"`+name+`"`)
		serveData(w, data)
	case "find":
		data, err := r.options.Find(request.Context(), name)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if data == nil {
			http.NotFound(w, request)
			return
		}
		serveData(w, data)
	default:
		http.NotFound(w, request)
	}
}

func serveData(w http.ResponseWriter, data []byte) {
	w.Header().Set("Content-Type", "application/octet-stream")
	// An error is that the reader is gone.
	_, _ = w.Write(data)
}

func (r *Replica) serveState(w http.ResponseWriter, request *http.Request) {
	known := request.Header.Get("If-None-Match")
	if known != "" {
		r.has.Store(&known)
	}
	tag, body, err := r.news(request.Context(), known, preferredWait(request.Header))
	if err != nil {
		http.Error(w, "the state cannot be told; the log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-cache")
	if body == nil {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// news is the state as soon as it is another than known; without a body if it still is
// not after the wait.
func (r *Replica) news(ctx context.Context, known string, wait time.Duration) (tag string, body []byte, err error) {
	if r.waiting.Add(1) > mostWaiting {
		wait = 0
	}
	defer r.waiting.Add(-1)
	end := time.Now().Add(wait)
	tick := time.NewTicker(lookInterval)
	defer tick.Stop()
	for {
		state, err := r.state()
		if err != nil {
			r.fault(err)
			return "", nil, err
		}
		if tag, body, err = state.tag(); err != nil || tag != known {
			return tag, body, err
		}
		if !time.Now().Before(end) {
			return tag, nil, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return tag, nil, nil
		}
	}
}

// preferredWait is how long the one who asks would wait.
func preferredWait(h http.Header) time.Duration {
	for preference := range strings.SplitSeq(h.Get("Prefer"), ",") {
		if seconds, is := strings.CutPrefix(strings.TrimSpace(preference), "wait="); is {
			if n, err := strconv.Atoi(seconds); err == nil && n > 0 {
				return min(time.Duration(n)*time.Second, longestWait)
			}
		}
	}
	return 0
}
