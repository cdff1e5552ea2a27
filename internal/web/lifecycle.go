package web

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// reloadTimeout is how long a reload may take and be answered: it may be of many regions.
const reloadTimeout = 10 * time.Minute

func healthy(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprintln(w, "planwatch is up.")
}

func ready(check func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if err := check(); err != nil {
			http.Error(w, "planwatch is not ready: "+bounded(err.Error(), shownError), http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "planwatch is ready.")
	}
}

func reload(reload func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost && r.Method != http.MethodPut {
			w.Header().Set("Allow", "POST, PUT")
			http.Error(w, "use POST or PUT", http.StatusMethodNotAllowed)
			return
		}
		if reload == nil {
			http.Error(w, "reloading over HTTP is off; start with --web.enable-lifecycle, or send SIGHUP", http.StatusForbidden)
			return
		}
		// Where it cannot be set, an answer within the usual bound arrives all the same.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(reloadTimeout))
		if err := reload(r.Context()); err != nil {
			http.Error(w, bounded(err.Error(), shownFaults), http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprintln(w, "configuration reloaded.")
	}
}
