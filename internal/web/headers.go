package web

import "net/http"

// securityPolicy allows planwatch's own style and icon only: no script, no
// request to another server, and no frame elsewhere.
const securityPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// cacheControl says who may keep an answer.
const cacheControl = "Cache-Control"

// noStore is that nobody may.
const noStore = "no-store"

// contentPolicy and referrerPolicy say what a browser may do with a page.
const (
	contentPolicy  = "Content-Security-Policy"
	referrerPolicy = "Referrer-Policy"
	noReferrer     = "no-referrer"
)

// guards are the headers of every answer that keep a browser from doing more
// with it than showing it, and a proxy from showing figures that are past.
var guards = []struct {
	name  string
	value []string
}{
	{cacheControl, []string{noStore}},
	{contentPolicy, []string{securityPolicy}},
	{referrerPolicy, []string{noReferrer}},
	{"X-Content-Type-Options", []string{"nosniff"}},
}

// The headers of a page with forms: these go to planwatch itself, and the
// browser tells it which page they come from, which without a referrer it would
// not where the connection is not encrypted.
const (
	formPolicy   = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	formReferrer = "same-origin"
)

// boardPolicy lets the report have its form and its script, which asks planwatch for
// the report of the next minute, and the page of all regions the script.
const boardPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

// allowBoard lets the report have its form and its script. What the web configuration
// sets stays.
func allowBoard(w http.ResponseWriter) {
	if header := w.Header(); header.Get(contentPolicy) == securityPolicy {
		header.Set(contentPolicy, boardPolicy)
	}
}

// allowForms lets a page have forms. What the web configuration sets stays.
func allowForms(w http.ResponseWriter) {
	header := w.Header()
	for _, guard := range []struct{ name, usual, value string }{
		{contentPolicy, securityPolicy, formPolicy}, {referrerPolicy, noReferrer, formReferrer},
	} {
		if header.Get(guard.name) == guard.usual {
			header.Set(guard.name, guard.value)
		}
	}
}

// searchPolicy is that of a page with a form that asks planwatch itself for a page.
const searchPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

// allowSearch lets a page have a form that sends nothing but a search. What the web
// configuration sets stays.
func allowSearch(w http.ResponseWriter) {
	if header := w.Header(); header.Get(contentPolicy) == securityPolicy {
		header.Set(contentPolicy, searchPolicy)
	}
}

// guarded sets the headers of every answer, errors too. What the web
// configuration sets goes before them.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		for _, guard := range guards {
			if header.Get(guard.name) == "" {
				header[guard.name] = guard.value
			}
		}
		next.ServeHTTP(w, r)
	})
}
