package web

import "net/http"

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
