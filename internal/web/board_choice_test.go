package web_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/comment"
	"planwatch/internal/course"
	"planwatch/internal/report"
	"planwatch/internal/web"
	"planwatch/plan"
)

// rowsOf are the ids of a page's rows, in order.
func rowsOf(page string) []string {
	var ids []string
	for _, found := range regexp.MustCompile(`<tr id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids = append(ids, found[1])
	}
	return ids
}

// Rows are chosen in the address, so that a link to them can be sent.
func TestRowsAreChosen(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	_, all := get(t, http.MethodGet, base+"/?lang=en", nil)
	if n := len(rowsOf(string(all))); n != 10 {
		t.Fatalf("%d rows: %v", n, rowsOf(string(all)))
	}
	for name, tt := range map[string]struct {
		query    string
		rows     int
		status   int
		contains []string
	}{
		"by status":                 {"status=critical", 3, 200, []string{"3 found", `<option value="critical" selected>Critical</option>`, `href="?lang=en&amp;status=warning#rows"`, `<a class="button" href="?lang=en">Show all</a>`}},
		"by owner":                  {"owner=surgery", 3, 200, []string{"3 found", `href="?lang=en&amp;status=critical#rows"`}},
		"by owner and status":       {"owner=surgery&status=critical", 2, 200, []string{"2 found", `href="?lang=en&amp;owner=surgery#rows"`}},
		"by a title and a place":    {"q=Available+beds,+Kirurgi", 1, 200, []string{"1 found"}},
		"by a target's name":        {"q=beds-kalix", 1, 200, []string{"1 found"}},
		"by two statuses":           {"status=critical&status=warning", 4, 200, []string{"4 found"}},
		"by place":                  {"hospital=Sunderby", 0, 200, nil},
		"by words":                  {"q=BEDS+kirurgi", 0, 200, []string{`value="BEDS kirurgi"`}},
		"by words that are nowhere": {"q=nothing+such", 0, 200, []string{"0 found", "No figure is found."}},
		"words as text":             {"q=" + "%22%3E%3Cscript%3E", 0, 200, []string{`value="&#34;&gt;&lt;script&gt;"`}},
		"an owner there is not":     {"owner=surgary", 10, 400, []string{"No rows are chosen by this address: Owner: there is no &#34;surgary&#34;; did you mean surgery?"}},
		"a status there is not":     {"status=bad", 10, 400, []string{"No rows are chosen by this address: Status: "}},
		"a place there is not":      {"hospital=%3Cb%3E", 10, 400, []string{"No rows are chosen by this address: Hospital: there is no &#34;&lt;b&gt;&#34;"}},
		"what is not chosen by":     {"utm=x&page=0", 10, 200, nil},
		"a page beyond the last":    {"page=99", 10, 200, nil},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := get(t, http.MethodGet, base+"/?lang=en&"+tt.query, nil)
			page := string(body)
			if got := len(rowsOf(page)); response.StatusCode != tt.status || tt.rows > 0 && got != tt.rows {
				t.Errorf("%d, %d rows, want %d, %d: %v", response.StatusCode, got, tt.status, tt.rows, rowsOf(page))
			}
			for _, want := range tt.contains {
				if !strings.Contains(page, want) {
					t.Errorf("no %q in\n%s", want, page)
				}
			}
			if other := regexp.MustCompile(`class="language" href="\?[^"]*lang=sv[^"]*"`); tt.status == 200 && !other.MatchString(page) {
				t.Errorf("no link to the other language")
			}
		})
	}
}

// A browser that has the page is told that it is the same, and gets none of it.
func TestThePageIsNotSentAgain(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]")) + "/?lang=en"
	first, body := get(t, http.MethodGet, base, nil)
	tag := first.Header.Get("ETag")
	if tag == "" || first.Header.Get("Cache-Control") != "private, no-cache" {
		t.Fatalf("%v", first.Header)
	}
	again, none := get(t, http.MethodGet, base, http.Header{"If-None-Match": {`"x", ` + tag}})
	if again.StatusCode != http.StatusNotModified || len(none) > 0 || again.Header.Get("ETag") != tag {
		t.Errorf("%s, %d bytes, %v", again.Status, len(none), again.Header)
	}
	changed, _ := get(t, http.MethodGet, base+"&status=critical", http.Header{"If-None-Match": {tag}})
	if changed.StatusCode != http.StatusOK {
		t.Errorf("another page: %s", changed.Status)
	}
	small, packed := get(t, http.MethodGet, base, http.Header{"Accept-Encoding": {"gzip"}})
	if small.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(strings.Join(small.Header.Values("Vary"), ","), "Accept-Encoding") {
		t.Fatalf("%v", small.Header)
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := io.ReadAll(reader); err != nil || !bytes.Equal(whole, body) {
		t.Errorf("compressed it is another page: %v", err)
	}
}

// What is new since the last visit is said, and a look within half an hour is the
// same visit.
func TestNewSinceTheLastVisit(t *testing.T) {
	comments, err := comment.Open(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if err := comments.Add(comment.Comment{Time: now.Add(-time.Hour), Author: "anna", About: comment.Subject{KPI: "beds_available"}, Text: "Back on Monday."}); err != nil {
		t.Fatal(err)
	}
	fires := []evaluator.Alert{
		alert("Watchdog", "none", "firing", "", "", now.Add(-time.Minute)), alert("OldOffPlan", "critical", "firing", "", "", now.Add(-50*time.Hour)),
		alert("NewOffPlan", "critical", "firing", "", "", now.Add(-20*time.Hour)), alert("PendingOffPlan", "critical", "pending", "", "", now.Add(-time.Minute)),
	}
	base := "http://" + serve(t, "", func(c *web.Content) {
		everything(t, "[sv, en]")(c)
		c.Clock, c.Comments = clock.Clock{}, comments
		c.Alerts = func() evaluator.Overview { return evaluator.Overview{Evaluated: true, Alerts: fires} }
	})
	ago := func(d time.Duration) string { return strconv.FormatInt(now.Add(-d).Unix(), 10) }
	for name, tt := range map[string]struct {
		cookie, want string
	}{
		"the first":                   {"", ""},
		"two days later":              {ago(48 * time.Hour), ": 1 new alert, 1 new comment."},
		"an hour later":               {ago(59 * time.Minute), "Nothing new since you were here "},
		"the same visit":              {ago(time.Minute) + "." + ago(48*time.Hour), ": 1 new alert, 1 new comment."},
		"the same visit as the first": {ago(time.Minute), ""},
		"a cookie of somebody else":   {"<b>.x", ""},
		"a moment that is none":       {"99999999999999999999.1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if tt.cookie != "" {
				header.Set("Cookie", "planwatch_visit="+tt.cookie)
			}
			response, body := get(t, http.MethodGet, base+"/?lang=en", header)
			if page := string(body); tt.want == "" && strings.Contains(page, "you were here") || !strings.Contains(page, tt.want) {
				t.Errorf("no %q", tt.want)
			}
			set := response.Header.Get("Set-Cookie")
			value, _, _ := strings.Cut(strings.TrimPrefix(set, "planwatch_visit="), ";")
			last, _, _ := strings.Cut(value, ".")
			if at, err := strconv.ParseInt(last, 10, 64); err != nil || at < now.Unix() || at > time.Now().Unix() || !strings.Contains(set, "HttpOnly; SameSite=Lax") {
				t.Errorf("cookie %q", set)
			}
		})
	}
}

// many is a report with that many targets.
func many(t testing.TB, n int) func(*web.Content) {
	t.Helper()
	region, err := config.Load(filepath.Join("..", "report", "testdata", "region"), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	entry, _ := region.KPIs.Get("beds_available")
	statuses := []plan.Status{plan.Critical, plan.Warning, plan.OnPlan, plan.Unknown}
	assessments := plan.Assessments{At: at}
	for i := range n {
		target := region.Plan.Targets[0]
		target.ID = fmt.Sprintf("target-%d", i)
		assessments.Targets = append(assessments.Targets, plan.Assessment{
			KPI: &entry.KPI, Target: &target, Labels: target.Labels(), Status: statuses[i%len(statuses)],
			Actual: new(float64(i)), Expected: new(38.0), Full: new(38.0), Margin: new(float64(i)/38 - 1), DataTime: at,
		})
	}
	made := report.New(region, assessments, nil, nil)
	for i := range made.Rows {
		// As much as is kept of the past year: a figure a day of the last months, and a week before.
		for day := 395; day >= 0; day-- {
			if day < 90 || day%7 == 0 {
				made.Rows[i].Course.Points = append(made.Rows[i].Course.Points, course.Point{At: at.AddDate(0, 0, -day), Value: new(30 + float64(day*i%17)), Expected: new(38.0)})
			}
		}
	}
	return func(c *web.Content) {
		c.Clock = clock.StartingAt(at)
		c.Report = func() *report.Report { return made }
		c.Alerts = func() evaluator.Overview {
			o := evaluator.Overview{Evaluated: true}
			for i := range n / 4 {
				o.Alerts = append(o.Alerts, alert(fmt.Sprintf("Number%dOffPlan", i), "critical", "firing", fmt.Sprintf("Larm %d", i), fmt.Sprintf("Alert %d", i), c.Clock.Wall(at)))
			}
			return o
		}
	}
}

// A page stays small, however many targets and alerts there are; all are reached by its
// links.
func TestManyTargets(t *testing.T) {
	const targets = 2_000
	base := "http://" + serve(t, "", many(t, targets))
	seen := map[string]bool{}
	for next, pages := "/?lang=en", 0; next != ""; pages++ {
		_, body := get(t, http.MethodGet, base+next, nil)
		if pages == 0 {
			t.Logf("the first page has %d bytes", len(body))
		}
		if len(body) > 150_000 {
			t.Errorf("%s has %d bytes", next, len(body))
		}
		for _, id := range rowsOf(string(body)) {
			if seen[id] {
				t.Errorf("%s: %s is there twice", next, id)
			}
			seen[id] = true
		}
		found := regexp.MustCompile(`rel="next" href="([^"#]*)`).FindStringSubmatch(string(body))
		if next = ""; found != nil && pages < targets {
			next = "/" + strings.ReplaceAll(found[1], "&amp;", "&")
		}
	}
	if len(seen) < targets {
		t.Errorf("%d rows of %d", len(seen), targets)
	}
}

func BenchmarkReport(b *testing.B) {
	handler := web.Handler(config.Web{}, content(b, many(b, 2_000)), slog.New(slog.DiscardHandler))
	request := httptest.NewRequest(http.MethodGet, "/?lang=sv", nil)
	request.Header.Set("Accept-Encoding", "gzip")
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, request)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
		b.ReportMetric(float64(w.Body.Len()), "bytes")
	}
}

// Answers about as many targets.
func BenchmarkAnswers(b *testing.B) {
	handler := web.Handler(config.Web{}, content(b, many(b, 2_000)), slog.New(slog.DiscardHandler))
	for _, address := range []string{"report", "report?format=csv", "report?format=excel-csv&lang=sv", "report?format=xlsx&lang=sv", "history?target=target-7", "history?from=2025-03-10", "history?from=2025-03-10&format=xlsx"} {
		b.Run(address, func(b *testing.B) {
			request := httptest.NewRequest(http.MethodGet, "/api/v1/"+address, nil)
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, request)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
				b.ReportMetric(float64(w.Body.Len()), "bytes")
			}
		})
	}
}
