package web

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"planwatch/internal/comment"
)

// maxForm is the most bytes of a form: a comment of as many characters as may
// be, each of which may be written in twelve bytes.
const maxForm = 64 << 10

// The names of what is sent beside the labels of an event.
const (
	fieldComment = "comment"
	fieldUntil   = "until"
	fieldAt      = "at"
	fieldID      = "id"
	fieldKPI     = "kpi"
	fieldTarget  = "target"
)

// Why a form is refused that planwatch's pages do not send.
var (
	errFormType    = errors.New("not a form: send application/x-www-form-urlencoded")
	errFormTooLong = errors.New("a form that is too long")
	errFormText    = errors.New("a form that cannot be read")
)

// form is what was sent, by field.
type form map[string]string

// readForm reads a form that may have the fields, each once. It has no others:
// in whose name somebody writes, least of all.
func readForm(w http.ResponseWriter, r *http.Request, fields []string) (form, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, errFormType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		return nil, errFormTooLong
	}
	return decodeForm(string(body), fields)
}

func decodeForm(body string, fields []string) (form, error) {
	values, err := url.ParseQuery(body)
	if err != nil {
		return nil, errFormText
	}
	decoded := form{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(fields, name) {
			return nil, fmt.Errorf("a form with %.40q; its fields are %s", name, strings.Join(fields, ", "))
		}
		if len(values[name]) != 1 {
			return nil, fmt.Errorf("a form with %q more than once", name)
		}
		decoded[name] = values[name][0]
	}
	return decoded, nil
}

// event is the event whose labels were sent. The error is of labels that no
// event has.
func (f form) event(names []string) (event, error) {
	e := eventOf(names, func(name string) string { return f[name] })
	return e, e.subject().Validate()
}

// comment is the text as it is kept. The error says why it cannot be.
func (f form) comment() (string, error) { return comment.Clean(f[fieldComment]) }
