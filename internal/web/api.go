package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"planwatch/internal/api"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/yamlfile"
)

// endpoints serve the API.
type endpoints struct {
	*board
	// workbooks has room for those that are being made: one takes much memory.
	workbooks chan struct{}
}

// workbooksAtOnce is how many are made at a time.
const workbooksAtOnce = 2

func newEndpoints(pages *board) *endpoints {
	return &endpoints{pages, make(chan struct{}, workbooksAtOnce)}
}

// asking is a request of the API that was understood.
type asking struct {
	endpoint api.Endpoint
	current  *report.Report
	query    url.Values
	// places are the region's dimensions that rows may be chosen by.
	places []string
	lang   *language.Language
	format format.Format
}

// choice is what was chosen, as an answer says it.
func (a asking) choice() map[string][]string {
	choice := map[string][]string{}
	for name, values := range a.query {
		if name != api.ParameterFormat && name != api.ParameterLanguage {
			choice[name] = values
		}
	}
	return choice
}

func (a asking) head() api.Head { return api.NewHead(a.current, a.choice(), a.lang) }

// answer is what is sent: JSON unless it writes itself in another format.
type answer struct {
	json any
	// name is that of the file that is saved, without its ending.
	name string
	// write writes it in another of the endpoint's formats.
	write func(w io.Writer, f format.Format) error
}

// fault is why a request is not answered, with its status.
type fault struct {
	code int
	err  error
}

func (f *fault) Error() string { return f.err.Error() }

func badRequest(err error) error { return &fault{http.StatusBadRequest, err} }
func notFound(err error) error   { return &fault{http.StatusNotFound, err} }

// to answers the requests of an endpoint.
func (s *endpoints) to(noun string, build func(asking) (answer, error)) http.Handler {
	all := api.Endpoints()
	endpoint := all[slices.IndexFunc(all, func(e api.Endpoint) bool { return e.Noun == noun })]
	return compressed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, err := s.understand(r, endpoint)
		var made answer
		if err == nil {
			made, err = build(asked)
		}
		var body *bytes.Buffer
		if err == nil {
			body, err = s.written(r.Context(), asked, made)
		}
		if err != nil {
			s.refuse(w, noun, err)
			return
		}
		header := w.Header()
		header.Set("Content-Type", contentTypes[asked.format].media)
		header.Set("Content-Language", asked.lang.Code())
		header.Add("Vary", "Accept-Language")
		if asked.format != format.JSON {
			name := made.name + "-" + asked.current.At.Format("2006-01-02") + contentTypes[asked.format].ending
			s.content.attached(header, asked.current.Region, name)
		}
		if endpoint.Unkept {
			_, _ = body.WriteTo(w)
			return
		}
		sendCached(w, r, http.StatusOK, body)
	}))
}

// contentTypes are what programs call the formats, and how their files end.
var contentTypes = map[format.Format]struct{ media, ending string }{
	format.JSON:     {"application/json", ".json"},
	format.CSV:      {"text/csv; charset=utf-8; header=present", ".csv"},
	format.ExcelCSV: {"text/csv; charset=utf-8; header=present", ".csv"},
	format.XLSX:     {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
}

// written is the answer in the format that was asked for.
func (s *endpoints) written(ctx context.Context, asked asking, made answer) (*bytes.Buffer, error) {
	var out bytes.Buffer
	switch asked.format {
	case format.JSON:
		err := format.WriteJSON(&out, made.json)
		return &out, err
	case format.XLSX:
		select {
		case s.workbooks <- struct{}{}:
			defer func() { <-s.workbooks }()
		case <-ctx.Done():
			return nil, &fault{http.StatusServiceUnavailable, errors.New("other workbooks are being made; ask again in a moment")}
		}
	}
	err := made.write(&out, asked.format)
	return &out, err
}

// understand reads a request strictly: what is not a parameter of the endpoint, or has no
// value, is refused, since the whole would pass for the part that was meant.
func (s *endpoints) understand(r *http.Request, endpoint api.Endpoint) (asking, error) {
	asked := asking{endpoint: endpoint, current: s.content.Report(), format: format.JSON}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return asking{}, badRequest(fmt.Errorf("the address cannot be read: %.100q", err.Error()))
	}
	asked.query = query
	if d := asked.current.Region.Dimensions; endpoint.Places && d != nil {
		asked.places = api.Places(d.Dimensions)
	}
	parameters := endpoint.AllParameters()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if err := permitted(name, query[name], parameters, asked.places); err != nil {
			return asking{}, badRequest(err)
		}
	}
	languages := asked.current.Region.Languages
	asked.lang = languages.Negotiate(r.Header.Get("Accept-Language"))
	if code := query.Get(api.ParameterLanguage); code != "" {
		if asked.lang, err = languages.Get(code); err != nil {
			return asking{}, badRequest(fmt.Errorf("%s: %w", api.ParameterLanguage, err))
		}
	}
	if name := query.Get(api.ParameterFormat); name != "" {
		if asked.format, err = format.Parse(name, endpoint.Formats...); err != nil {
			return asking{}, badRequest(err)
		}
	}
	return asked, nil
}

// permitted finds what is wrong with a parameter and its values.
func permitted(name string, values []string, parameters []api.Parameter, places []string) error {
	many, ok := slices.Contains(places, name), slices.Contains(places, name)
	names := slices.Clone(places)
	for _, p := range parameters {
		if p.Name == name {
			many, ok = p.Many, true
		}
		names = append(names, p.Name)
	}
	name = bounded(name, shownWords)
	switch {
	case !ok:
		hint := yamlfile.Suggestion(name, names)
		if hint == "" && len(names) > 0 {
			hint = "; there are " + strings.Join(names, ", ")
		}
		return fmt.Errorf("there is no parameter %q%s", name, hint)
	case !many && len(values) > 1:
		return fmt.Errorf("%s: given %d times; give it once", name, len(values))
	case slices.Contains(values, ""):
		return fmt.Errorf("%s: empty; give a value, or leave the parameter out", name)
	}
	return nil
}

// refuse says why there is no answer.
func (s *endpoints) refuse(w http.ResponseWriter, noun string, err error) {
	var known *fault
	if !errors.As(err, &known) {
		s.logger.Error("page not made", "page", api.Path+noun, "err", err)
		known = &fault{http.StatusInternalServerError, errors.New("the answer could not be made; the log says why")}
	}
	writeFault(w, known)
}

func writeFault(w http.ResponseWriter, f *fault) {
	w.Header().Set("Content-Type", contentTypes[format.JSON].media)
	w.WriteHeader(f.code)
	_ = format.WriteJSON(w, api.Error{Error: bounded(f.Error(), shownError)})
}

// serveUnknownAnswer answers what is no address of the API, or is asked for by a method
// that it does not have.
func serveUnknownAnswer(w http.ResponseWriter, r *http.Request) {
	noun := strings.TrimPrefix(r.URL.Path, api.Path)
	names := []string{"openapi.json"}
	for _, e := range api.Endpoints() {
		names = append(names, e.Noun)
	}
	if slices.Contains(names, noun) {
		w.Header().Set("Allow", "GET, HEAD")
		writeFault(w, &fault{http.StatusMethodNotAllowed, fmt.Errorf("%s is not for this; use GET or HEAD", bounded(r.Method, shownWords))})
		return
	}
	hint := "; there are " + strings.Join(names, ", ")
	if near := yamlfile.Nearest(bounded(noun, shownWords), names); near != "" {
		hint = "; did you mean " + near + "?"
	}
	writeFault(w, &fault{http.StatusNotFound, fmt.Errorf("there is no %q%s", api.Path+bounded(noun, shownWords), hint)})
}

// serveDescription answers with the API's description.
func serveDescription(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", contentTypes[format.JSON].media)
	sendCached(w, r, http.StatusOK, bytes.NewBuffer(api.Description))
}
