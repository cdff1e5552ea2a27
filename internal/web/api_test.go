package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/api"
	"planwatch/internal/comment"
	"planwatch/internal/web"
)

// described holds answers against the description.
type described struct {
	handler   http.Handler
	validator validator.Validator
}

func describe(t testing.TB, change func(*web.Content)) described {
	t.Helper()
	document, err := libopenapi.NewDocument(api.Description)
	if err != nil {
		t.Fatal(err)
	}
	checked, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return described{web.Handler(config.Web{}, content(t, change), slog.New(slog.DiscardHandler)), checked}
}

// ask asks, and holds the answer against the description; the request too where it was
// understood.
func (d described) ask(t testing.TB, address string) (answer, []byte) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	recorded := httptest.NewRecorder()
	d.handler.ServeHTTP(recorded, request)
	response := recorded.Result()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	check := d.validator.ValidateHttpResponse
	if response.StatusCode == http.StatusOK {
		check = d.validator.ValidateHttpRequestResponse
	}
	if ok, faults := check(request, response); !ok {
		for _, fault := range faults {
			t.Errorf("%s: %s", address, fault)
			for _, detail := range fault.SchemaValidationErrors {
				t.Errorf("%s: %s", address, detail)
			}
		}
	}
	return answer{response.Status, response.StatusCode, response.Header}, body
}

// openComments are none yet.
func openComments(t testing.TB) *comment.Log {
	t.Helper()
	log, err := comment.Open(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return log
}

var commentTime = time.Date(2025, 3, 17, 8, 0, 0, 0, time.UTC)

// commented is comments on everything, some of them hostile.
func commented(t testing.TB) *comment.Log {
	t.Helper()
	log := openComments(t)
	for i, about := range []comment.Subject{
		{KPI: "beds_available"}, {Target: "beds-surgery"}, {Event: map[string]string{"owner": "surgery", "hospital": "Sunderby"}}, {KPI: "beds_available"},
	} {
		text := []string{"Back on Monday.", "=HYPERLINK(\"http://example.org\")", "<script>alert(1)</script> \u202e", "@SUM(A1)\nsecond line"}[i]
		if err := log.Add(comment.Comment{Time: commentTime.Add(time.Duration(i) * time.Minute), Author: "anna", About: about, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

// Every answer is as it is described, to the last key, and errors name what would be right.
func TestAnswersAreAsDescribed(t *testing.T) {
	log := commented(t)
	full := describe(t, func(c *web.Content) {
		actions(t)(c)
		c.Comments = log
	})
	closed := describe(t, func(c *web.Content) {
		c.Alerts = func() evaluator.Overview { return evaluator.Overview{} }
	})
	went := describe(t, many(t, 30))
	for name, tt := range map[string]struct {
		to      described
		address string
		status  int
		want    string
	}{
		"report":                          {full, "report", 200, `"kpi": "beds_available"`},
		"report in Swedish":               {full, "report?lang=sv", 200, `"title": "Disponibla vårdplatser"`},
		"report by owner and status":      {full, "report?owner=surgery&status=critical&status=warning", 200, `"owner": "surgery"`},
		"report by place":                 {full, "report?hospital=Sunderby", 200, `"hospital": "Sunderby"`},
		"report by words":                 {full, "report?q=nothing+such", 200, `"rows": []`},
		"report of a KPI":                 {full, "report?kpi=beds_available&kpi=beds_occupied", 200, `"kpi": "beds_occupied"`},
		"report of a target":              {full, "report?target=beds-surgery", 200, `"target": "beds-surgery"`},
		"what is hostile":                 {describe(t, everything(t, "[sv, en]")), "report", 200, `"title"`},
		"report as CSV":                   {full, "report?format=csv", 200, "kpi,title,target"},
		"report as CSV for Excel":         {full, "report?format=excel-csv&lang=sv", 200, "\ufeffNyckeltal;"},
		"report as a workbook":            {full, "report?format=xlsx", 200, "PK\x03\x04"},
		"history":                         {went, "history", 200, `"points": [`},
		"history of some days":            {went, "history?from=2025-03-01&to=2025-03-02", 200, `"at": "2025-03-02T08:00:00+01:00"`},
		"history of moments":              {went, "history?from=2025-03-01T08:00:00%2B01:00&to=2025-03-01T08:00:00%2B01:00", 200, `"at": "2025-03-01T08:00:00+01:00"`},
		"history without a past":          {full, "history?kpi=beds_available", 200, `"points": []`},
		"history as CSV":                  {went, "history?format=csv", 200, "kpi,title,target,labels,unit,at,"},
		"history as CSV for Excel":        {went, "history?format=excel-csv&lang=en", 200, "\ufeffKPI,Where"},
		"history as a workbook":           {went, "history?format=xlsx", 200, "PK\x03\x04"},
		"KPIs":                            {full, "kpis?lang=en", 200, `"definition": "`},
		"a KPI":                           {full, "kpis?kpi=beds_available", 200, `"metric": "kpi_beds_available"`},
		"KPIs by words":                   {full, "kpis?q=nothing+such", 200, `"kpis": []`},
		"collectors":                      {full, "collectors?lang=sv", 200, `"error": "collectors/waiting.sql: row 3`},
		"comments":                        {full, "comments", 200, `"total": 4`},
		"comments on a KPI":               {full, "comments?kpi=beds_available", 200, `"total": 2`},
		"comments on a target":            {full, "comments?target=beds-surgery", 200, `"total": 1`},
		"some comments":                   {full, "comments?offset=1&limit=2", 200, `"next": 3`},
		"comments beyond the last":        {full, "comments?offset=999", 200, `"comments": []`},
		"comments as CSV":                 {full, "comments?format=csv", 200, "'=HYPERLINK"},
		"activities":                      {full, "activities", 200, `"effect": "`},
		"activities by effect":            {full, "activities?effect=missing&lang=en", 200, `"effect": "missing"`},
		"activities as CSV":               {full, "activities?format=csv", 200, "id,goal,name"},
		"risks":                           {full, "risks", 200, `"likelihood"`},
		"risks as CSV":                    {full, "risks?format=csv", 200, "number,goal_type"},
		"alerts":                          {full, "alerts", 200, `"status":"success"`},
		"the description":                 {full, "openapi.json", 200, `"openapi": "3.1.0"`},
		"alerts that are not known":       {closed, "alerts", 503, `"status":"error"`},
		"comments that are not kept":      {closed, "comments", 503, "comments are not kept, since the storage cannot be written to"},
		"a parameter there is not":        {full, "report?ovner=x", 400, `there is no parameter \"ovner\"; did you mean owner?`},
		"a parameter of no row":           {full, "kpis?hospital=Kalix", 400, `there is no parameter \"hospital\"; there are kpi, q, lang`},
		"a parameter without a value":     {full, "report?owner=", 400, "owner: empty; give a value, or leave the parameter out"},
		"a language twice":                {full, "report?lang=sv&lang=en", 400, "lang: given 2 times; give it once"},
		"a language there is not":         {full, "report?lang=de", 400, "lang: "},
		"a format there is not":           {full, "report?format=pdf", 400, `format: \"pdf\" is not json, csv, excel-csv or xlsx`},
		"a format of no list":             {full, "comments?format=xlsx", 400, `format: \"xlsx\" is not json or csv`},
		"an address that cannot be read":  {full, "report?%zz", 400, "the address cannot be read"},
		"an owner there is not":           {full, "report?owner=surgary", 400, `owner: there is no \"surgary\"; did you mean surgery?`},
		"a status there is not":           {full, "report?status=bad", 400, "status: "},
		"a place there is not":            {full, "report?hospital=Kalyx", 400, `hospital: there is no \"Kalyx\"`},
		"a KPI there is not":              {full, "history?kpi=beds_availabel", 404, `kpi: there is no \"beds_availabel\"; did you mean beds_available?`},
		"a KPI of nothing":                {full, "kpis?kpi=zzzzzzzzzz", 404, `kpi: there is no \"zzzzzzzzzz\"; /api/v1/kpis has the key figures`},
		"a target there is not":           {full, "report?target=beds-surgary", 404, `target: there is no \"beds-surgary\"; did you mean beds-surgery?`},
		"a moment that is none":           {full, "history?from=yesterday", 400, `from: \"yesterday\" is neither a moment such as 2025-03-18T08:00:00+01:00 nor a day such as 2025-03-18`},
		"more history than an answer has": {describe(t, many(t, 1_000)), "history", 400, "past figures, and an answer has 25000 at most; choose fewer rows, as with kpi, owner or area, or a shorter time, with from"},
		"an end before the beginning":     {full, "history?from=2025-03-01&to=2025-02-01", 400, "to: 2025-02-01 is before from, 2025-03-01"},
		"too many comments":               {full, "comments?limit=1001", 400, `limit: \"1001\" is not a whole number from 1 to 1000`},
		"comments on two things":          {full, "comments?kpi=beds_available&target=beds-surgery", 400, "give one of kpi and target"},
		"comments on a KPI there is not":  {full, "comments?kpi=strange", 404, "kpi: there is no"},
		"comments on a target of nothing": {full, "comments?target=strange", 404, "target: there is no"},
		"an effect there is not":          {full, "risks?effect=none", 400, "effect: "},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := tt.to.ask(t, "/api/v1/"+tt.address)
			if response.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
				t.Errorf("%d, no %q in %.2000s", response.StatusCode, tt.want, body)
			}
			if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
				t.Errorf("it is HTML")
			}
		})
	}
}

// What is no address of the API, and what it is not for, is told as JSON.
func TestNoAnswers(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	for name, tt := range map[string]struct {
		method, path string
		status       int
		want, allow  string
	}{
		"an address there is not":    {http.MethodGet, "reports", 404, `there is no \"/api/v1/reports\"; did you mean report?`, ""},
		"an address far from all":    {http.MethodGet, "zzzzzzzzzzz/<b>", 404, `there is no \"/api/v1/zzzzzzzzzzz/<b>\"; there are openapi.json, activities, alerts, `, ""},
		"the API itself":             {http.MethodGet, "", 404, `there is no \"/api/v1/\"`, ""},
		"a method that is not there": {http.MethodPost, "report", 405, "POST is not for this; use GET or HEAD", "GET, HEAD"},
		"alerts by another method":   {http.MethodDelete, "alerts", 405, "DELETE is not for this; use GET or HEAD", "GET, HEAD"},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := get(t, tt.method, base+"/api/v1/"+tt.path, nil)
			var failed api.Error
			if err := json.Unmarshal(body, &failed); err != nil || response.StatusCode != tt.status || response.Header.Get("Allow") != tt.allow || !strings.Contains(string(body), tt.want) {
				t.Errorf("%d, %s, %v: %s", response.StatusCode, response.Header.Get("Allow"), err, body)
			}
			if got := response.Header.Get("Content-Type"); got != "application/json" {
				t.Errorf("it is %s", got)
			}
		})
	}
}

// Every route of the API and each of its parameters is described, and the reverse; a
// parameter that is described is taken, and any other refused.
func TestRoutesAreDescribed(t *testing.T) {
	var description struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, Style string }
		}
	}
	if err := json.Unmarshal(api.Description, &description); err != nil {
		t.Fatal(err)
	}
	var routes []string
	for _, pattern := range web.Patterns() {
		if path, found := strings.CutPrefix(pattern, "GET /api/v1/"); found {
			routes = append(routes, "/api/v1/"+path)
		}
	}
	handler := web.Handler(config.Web{}, content(t, everything(t, "[sv, en]")), slog.New(slog.DiscardHandler))
	refuses := regexp.MustCompile(`there is no parameter \\"[^"]*\\"; there are ([a-z_, ]+)"`)
	for path, methods := range description.Paths {
		if !slices.Contains(routes, path) {
			t.Errorf("%s is described, and no route", path)
		}
		if len(methods) != 1 {
			t.Errorf("%s has %d methods", path, len(methods))
		}
		var names []string
		for _, p := range methods["get"].Parameters {
			if p.Style == "form" { // the region's dimensions
				names = append(names, "hospital", "division")
				continue
			}
			names = append(names, p.Name)
		}
		if path == "/api/v1/alerts" || path == "/api/v1/openapi.json" { // which take none, and refuse none
			if len(names) > 0 {
				t.Errorf("%s: %v", path, names)
			}
			continue
		}
		recorded := httptest.NewRecorder()
		handler.ServeHTTP(recorded, httptest.NewRequest(http.MethodGet, path+"?zzzzzzzzzzzzzzzzzzzzzz=1", nil))
		found := refuses.FindStringSubmatch(recorded.Body.String())
		if recorded.Code != http.StatusBadRequest || found == nil {
			t.Errorf("%s: %d %s", path, recorded.Code, recorded.Body)
			continue
		}
		taken := strings.Split(found[1], ", ")
		for _, name := range names {
			if !slices.Contains(taken, name) {
				t.Errorf("%s: %s is described, and not taken", path, name)
			}
		}
		for _, name := range taken {
			if !slices.Contains(names, name) && name != "ward" && name != "specialty" {
				t.Errorf("%s: %s is taken, and not described", path, name)
			}
		}
	}
	for _, path := range routes {
		if _, found := description.Paths[path]; !found {
			t.Errorf("%s is a route, and not described", path)
		}
	}
}

// The links of a page lead to the rows that it shows, in its language.
func TestDownloadsAreOfWhatIsShown(t *testing.T) {
	base := "http://" + serve(t, "", many(t, 30))
	link := regexp.MustCompile(`<a href="([^"]*api/v1/[^"]*)" download>`)
	for name, tt := range map[string]struct {
		page string
		want []string
	}{
		"the report": {"/?lang=sv", []string{
			"api/v1/report?format=xlsx&lang=sv", "api/v1/report?format=excel-csv&lang=sv", "api/v1/report?format=csv&lang=sv",
		}},
		"chosen rows": {"/?lang=en&status=warning&q=beds", []string{
			"api/v1/report?format=xlsx&lang=en&q=beds&status=warning", "api/v1/report?format=excel-csv&lang=en&q=beds&status=warning", "api/v1/report?format=csv&lang=en&q=beds&status=warning",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, body := get(t, http.MethodGet, base+tt.page, nil)
			var links []string
			for _, found := range link.FindAllStringSubmatch(string(body), -1) {
				links = append(links, strings.ReplaceAll(found[1], "&amp;", "&"))
			}
			if !slices.Equal(links, tt.want) {
				t.Errorf("got  %q\nwant %q", links, tt.want)
			}
			for _, address := range links {
				response, body := get(t, http.MethodGet, base+"/"+address, nil)
				if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Disposition"), `attachment; filename="report-2025-03-18.`) {
					t.Errorf("%s: %s, %v, %.200s", address, response.Status, response.Header, body)
				}
			}
		})
	}
	_, page := get(t, http.MethodGet, base+"/kpi/beds_available?lang=en", nil)
	var nouns []string
	for _, found := range link.FindAllStringSubmatch(string(page), -1) {
		address, err := url.Parse(strings.ReplaceAll(found[1], "&amp;", "&"))
		if err != nil {
			t.Fatal(err)
		}
		nouns = append(nouns, address.Path+" "+address.Query().Get("format"))
		at := base + "/kpi/" + strings.ReplaceAll(found[1], "&amp;", "&")
		if response, body := get(t, http.MethodGet, at, nil); response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s %.200s", at, response.Status, body)
		}
	}
	want := "[../api/v1/report xlsx ../api/v1/report excel-csv ../api/v1/report csv ../api/v1/history xlsx ../api/v1/history excel-csv ../api/v1/history csv]"
	if got := fmt.Sprint(nouns); got != want {
		t.Errorf("got %s", got)
	}
}

// An answer is not sent again while it is the same; what people have said is kept by
// nobody.
func TestAnswersAreNotSentAgain(t *testing.T) {
	log := commented(t)
	base := "http://" + serve(t, "", func(c *web.Content) {
		everything(t, "[sv, en]")(c)
		c.Comments = log
	}) + "/api/v1/"
	for _, address := range []string{"report", "report?format=xlsx", "report?format=excel-csv", "kpis", "collectors", "openapi.json"} {
		first, _ := get(t, http.MethodGet, base+address, nil)
		tag := first.Header.Get("ETag")
		again, body := get(t, http.MethodGet, base+address, http.Header{"If-None-Match": {tag}})
		if tag == "" || again.StatusCode != http.StatusNotModified || len(body) > 0 {
			t.Errorf("%s: %q, %s with %d bytes", address, tag, again.Status, len(body))
		}
		head, none := get(t, http.MethodHead, base+address, nil)
		if head.StatusCode != http.StatusOK || len(none) > 0 || head.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
			t.Errorf("%s: HEAD %s with %d bytes, %v", address, head.Status, len(none), head.Header)
		}
	}
	response, _ := get(t, http.MethodGet, base+"comments", nil)
	if response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("ETag") != "" {
		t.Errorf("comments: %v", response.Header)
	}
}

// Who may not read pages may not read answers either.
func TestAnswersAreForReaders(t *testing.T) {
	base := "http://" + serve(t, withUsers(t).ConfigFile, everything(t, "[sv, en]"))
	for _, pattern := range web.Patterns() {
		if path, found := strings.CutPrefix(pattern, "GET /api/v1/"); found {
			if response, body := get(t, http.MethodGet, base+"/api/v1/"+path, nil); response.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: %s %.100s", path, response.Status, body)
			}
		}
	}
}
