package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"

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

// Why a form is refused that planwatch's pages do not send. The audit log has each reason
// once a minute, so that none has what was sent in it.
var (
	errFormType    = errors.New("not a form: send application/x-www-form-urlencoded")
	errFormTooLong = errors.New("a form that is too long")
	errFormText    = errors.New("a form that cannot be read")
	errFormFields  = errors.New("a form with a field that it does not have, or has twice: an event has owner, and what oncall.yaml groups by; who writes is never one")
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
	for name, sent := range values {
		if len(sent) != 1 || !slices.Contains(fields, name) {
			return nil, errFormFields
		}
		decoded[name] = sent[0]
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
