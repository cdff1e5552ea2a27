package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// sameOrigin refuses requests that change something and come from a page of
// another site, in whose reader's browser planwatch's port or password may be
// within reach. What is no browser sends no origin, and is let through.
func sameOrigin() *http.CrossOriginProtection {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "refused: the request comes from a page of another site", http.StatusForbidden)
	}))
	return protection
}

// ownOrigin is as sameOrigin, and also lets in pages that people see at the
// external URL, whose origin it returns: behind a proxy, that is not where
// planwatch is asked.
func ownOrigin(externalURL string) (protection *http.CrossOriginProtection, origin string) {
	protection = http.NewCrossOriginProtection()
	external, err := url.Parse(externalURL)
	if err != nil || external.Host == "" {
		return protection, ""
	}
	origin = strings.ToLower(external.Scheme + "://" + external.Host)
	// A URL that is no origin lets nobody in.
	_ = protection.AddTrustedOrigin(origin)
	return protection, origin
}

var errNoOrigin = errors.New("the request does not say which page it comes from")

// checkOrigin finds a request that may come from a page of another site. One
// that does not say where it comes from is a program's, which has a user and no
// mark of a browser, or it is refused.
func checkOrigin(protection *http.CrossOriginProtection, r *http.Request) error {
	if err := protection.Check(r); err != nil {
		return errors.New("the request comes from a page of another site")
	}
	if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
		return nil
	}
	if _, _, hasUser := r.BasicAuth(); !hasUser || isBrowser(r) {
		return errNoOrigin
	}
	return nil
}

// isBrowser reports whether a request has what browsers add to those of pages,
// and programs do not.
func isBrowser(r *http.Request) bool {
	for name := range r.Header {
		if strings.HasPrefix(name, "Sec-") {
			return true
		}
	}
	for _, name := range []string{"Referer", "Cookie", "Accept-Language", "Upgrade-Insecure-Requests"} {
		if len(r.Header.Values(name)) > 0 {
			return true
		}
	}
	return strings.HasPrefix(r.UserAgent(), "Mozilla/") || strings.HasPrefix(r.UserAgent(), "Opera/")
}
