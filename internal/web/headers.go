package web

import "net/http"

// securityPolicy allows planwatch's own style and icon only: no script, no
// request to another server, and no frame elsewhere.
const securityPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// cacheControl says who may keep an answer.
const cacheControl = "Cache-Control"

// guards are the headers of every answer that keep a browser from doing more
// with it than showing it, and a proxy from showing figures that are past.
var guards = []struct{ name, value string }{
	{cacheControl, "no-store"},
	{"Content-Security-Policy", securityPolicy},
	{"Referrer-Policy", "no-referrer"},
	{"X-Content-Type-Options", "nosniff"},
}

// guarded sets the headers of every answer, errors too. What the web
// configuration sets goes before them.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		for _, guard := range guards {
			if header.Get(guard.name) == "" {
				header.Set(guard.name, guard.value)
			}
		}
		next.ServeHTTP(w, r)
	})
}
