package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"planwatch/internal/language"
)

// renderCached writes a page that a browser may keep, and asks whether it is still
// the same: then the page is not sent again.
func (b *board) renderCached(w http.ResponseWriter, r *http.Request, code int, name string, l *language.Language, view any) {
	var made bytes.Buffer
	if err := templates.ExecuteTemplate(&made, name, view); err != nil {
		b.notMade(w, name, err)
		return
	}
	header := w.Header()
	setPage(header, l)
	header.Add("Vary", "Cookie")
	sendCached(w, r, code, &made)
}

// sendCached writes an answer that a browser may keep, and asks whether it is still the
// same: then it is not sent again.
func sendCached(w http.ResponseWriter, r *http.Request, code int, made *bytes.Buffer) {
	sum := sha256.Sum256(made.Bytes())
	// It is weak, since it is also that of the answer compressed.
	tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
	header := w.Header()
	if header.Get(cacheControl) == noStore {
		header.Set(cacheControl, "private, no-cache")
	}
	header.Set("ETag", tag)
	if code == http.StatusOK && isAmong(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(code)
	_, _ = made.WriteTo(w)
}

// isAmong reports whether the tag is in a list of them.
func isAmong(list, tag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// compressed sends what next answers compressed, to those that take it so. HEAD is
// answered as GET is; the server leaves the body out.
func compressed(next http.Handler) http.Handler {
	small := gzhttp.GzipHandler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.Clone(r.Context())
			r.Method = http.MethodGet
		}
		small.ServeHTTP(w, r)
	})
}
