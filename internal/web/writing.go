package web

import (
	"context"
	"log/slog"
	"net/http"

	"planwatch/config"
	"planwatch/internal/audit"
)

// writing lets those write who may, and keeps who was refused.
type writing struct {
	persons    *persons
	protection *http.CrossOriginProtection
	// origin is that of the external URL, or "".
	origin string
	audit  *audit.Log
	logger *slog.Logger
}

func newWriting(settings config.Web, content Content, logger *slog.Logger) *writing {
	protection, origin := ownOrigin(content.ExternalURL)
	return &writing{newPersons(settings), protection, origin, content.Audit, logger}
}

// writer is the key of who a request is from, in its context.
type writer struct{}

// person is who a request that was let in is from.
func person(r *http.Request) string {
	name, _ := r.Context().Value(writer{}).(string)
	return name
}

// handler lets requests in whose page is planwatch's own and whose person is
// proven. Without an audit log nobody may write, since it would not be known
// who did.
func (g *writing) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := checkOrigin(g.protection, r); err != nil {
			g.refuse(w, r, forbidden(err.Error()))
			return
		}
		name, refused := g.persons.writer(r, g.origin)
		if refused == nil && g.audit == nil {
			refused = forbidden("nobody may write here: no audit log is kept, since the storage cannot be written to")
		}
		if refused != nil {
			g.refuse(w, r, refused)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), writer{}, name)))
	})
}

func (g *writing) refuse(w http.ResponseWriter, r *http.Request, refused *refusal) {
	g.note(r, refused.why)
	if refused.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Basic")
	}
	http.Error(w, "refused: "+refused.why, refused.status)
}

// note keeps that somebody was refused.
func (g *writing) note(r *http.Request, why string) {
	if g.audit == nil {
		g.logger.Warn("refused: somebody without the right tried to write", "address", address(r), "why", why)
		return
	}
	g.audit.Refuse(audit.Entry{Who: person(r), Address: address(r), Outcome: why})
}

// reached is the key of a place in a request's context where it is noted that
// the toolkit has let the request in.
type reached struct{}

// beforeTheToolkit notes who was refused by the toolkit, which asks for the
// user's password before planwatch does, and tells nobody.
func beforeTheToolkit(note func(r *http.Request, why string), toolkits http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			toolkits.ServeHTTP(w, r)
			return
		}
		let, answered := false, &answered{ResponseWriter: w}
		toolkits.ServeHTTP(answered, r.WithContext(context.WithValue(r.Context(), reached{}, &let)))
		if let || answered.status != http.StatusUnauthorized {
			return
		}
		if _, _, hasUser := r.BasicAuth(); hasUser {
			note(r, "wrong user or password")
		} else {
			note(r, "nobody has signed in")
		}
	})
}

// behindTheToolkit notes that the toolkit has let a request in.
func behindTheToolkit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if let, ok := r.Context().Value(reached{}).(*bool); ok {
			*let = true
		}
		next.ServeHTTP(w, r)
	})
}

// answered remembers the status of an answer.
type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }
