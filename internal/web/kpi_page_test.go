package web_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/builtintest"
	"planwatch/internal/clock"
	"planwatch/internal/comment"
	"planwatch/internal/course"
	"planwatch/internal/decimal"
	"planwatch/internal/event"
	"planwatch/internal/history"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/snapshot"
	"planwatch/internal/web"
	"planwatch/plan"
)

// wellFormed reports elements that are not closed, or by another's end.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("not well-formed: %v", err)
			return
		}
	}
}

// fetch asks a handler for a page as it is.
func fetch(t testing.TB, handler http.Handler, path string) (status int, page string) {
	t.Helper()
	recorded := httptest.NewRecorder()
	handler.ServeHTTP(recorded, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return recorded.Code, recorded.Body.String()
}

// unfit is what no page has.
var unfit = regexp.MustCompile(`[ >"+-](NaN|Inf)[ <",.;]|%!|<script|<img|style=`)

// sampled is the built-in region on its sample, with the past of two years of months.
func sampled(t testing.TB) (*report.Report, []kpi.Sample) {
	t.Helper()
	r, samples, _ := assessedSample(t)
	return r, samples
}

// theSample is what assessedSample gives, made by the test that asks first: the
// others read it.
var theSample struct {
	sync.Mutex
	report  *report.Report
	samples []kpi.Sample
	targets []plan.Assessment
}

// assessedSample is sampled with what the report's targets were assessed as.
func assessedSample(t testing.TB) (*report.Report, []kpi.Sample, []plan.Assessment) {
	t.Helper()
	t.Setenv("PLANWATCH_CLOCK", "2025-03-18T08:00:00+01:00")
	theSample.Lock()
	defer theSample.Unlock()
	if theSample.report == nil {
		theSample.report, theSample.samples, theSample.targets = assessSample(t)
	}
	return theSample.report, slices.Clone(theSample.samples), slices.Clone(theSample.targets)
}

func assessSample(t testing.TB) (*report.Report, []kpi.Sample, []plan.Assessment) {
	t.Helper()
	region, err := config.Load(builtintest.OverMariaDB(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	result, err := asof.Compare(t.Context(), region, at)
	if err != nil || len(result.Failures) > 0 {
		t.Fatal(err, result.Failures)
	}
	sources, err := region.OpenSources(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sources.Close() }()
	book, err := course.New(t.Context(), region, history.NewReplay(region, sources, nil, nil), at, false)
	if err != nil {
		t.Fatal(err)
	}
	assessed := plan.Assess(region.Plan.Targets, region.KPIs, result.Samples, result.Past, at, region.Location)
	targets := book.Foresee(assessed, region.Location)
	return report.New(region, plan.Assessments{At: at, Targets: targets}, result.Samples, book), result.Samples, targets
}

// showing serves a report and the samples that it is of.
func showing(r *report.Report, samples []kpi.Sample) func(*web.Content) {
	return func(c *web.Content) {
		c.Clock = clock.StartingAt(r.At)
		byCollector := map[string][]kpi.Sample{}
		for _, s := range samples {
			if entry, ok := r.Region.KPIs.Get(s.KPI); ok {
				byCollector[entry.Collector] = append(byCollector[entry.Collector], s)
			}
		}
		c.Store = snapshot.NewStore(c.Clock, snapshot.SaveDirectory{}, slog.New(slog.DiscardHandler))
		for _, d := range r.Region.Collectors {
			c.Store.Replace(snapshot.Record{Collector: d.Collector, At: r.At, Samples: byCollector[d.Collector]},
				snapshot.Description{KPIs: d.KPIs, MaxAge: time.Duration(d.MaxAge), HelpLanguage: r.Region.Languages.English()})
		}
		c.Report = func() *report.Report { return r }
	}
}

// Every KPI of the sample has a page in each language, whose figures are the report's.
func TestKPIPagesOfTheSample(t *testing.T) {
	r, samples := sampled(t)
	handler := web.Handler(config.Web{}, content(t, showing(r, samples)), slog.New(slog.DiscardHandler))
	drawn, added, ahead := 0, 0, 0
	check := func(path string, row report.Row, l *language.Language) {
		t.Helper()
		status, body := fetch(t, handler, path)
		if status != http.StatusOK {
			t.Fatalf("%s: %d\n%s", path, status, body)
		}
		wellFormed(t, body)
		page := html.UnescapeString(body)
		want := []string{
			"<title>" + row.Title(l) + " · ", `<html lang="` + l.Code() + `">`, `<span class="count">` + row.Place(l) + "</span>",
			"<strong>" + row.Figure(l, row.Actual), "<dd>" + l.Moment(row.DataTime) + "</dd>", "<dd>" + r.Old(row, l) + "</dd>",
		}
		if row.Target != nil {
			want = append(want, "<dd>"+row.Figure(l, row.Expected)+"</dd>", "<dd>"+row.Figure(l, row.Full)+"</dd>", "<dd>"+row.MarginFigure(l)+"</dd>", "<dd>"+row.Target.ID+"</dd>", "<dd>"+row.BasisWords(l)+"</dd>")
		}
		if row.Forecast != nil {
			want = append(want, "<dd>"+row.Figure(l, row.Forecast)+"</dd>")
		}
		want = append(want, row.SignalWords(l), row.ChartWords(l), row.AssuranceWords(l), row.RebasedWords(l), row.ForecastWords(l), row.Why(l), language.OneLine(row.Cite))
		flat := language.OneLine(page)
		for _, text := range want {
			if !strings.Contains(flat, language.OneLine(text)) {
				t.Errorf("%s: no %q", path, text)
			}
		}
		if found := unfit.FindStringIndex(body); found != nil {
			t.Errorf("%s: has %q", path, body[max(found[0]-60, 0):found[1]])
		}
		if n := len(body); n > 150_000 {
			t.Errorf("%s: %d bytes", path, n)
		}
		if strings.Contains(body, `class="figure-line"`) {
			drawn++
		}
		if strings.Contains(body, `class="added"`) {
			added++
		}
		if strings.Contains(body, `class="ahead"`) {
			ahead++
		}
	}
	for _, l := range r.Region.Languages.All() {
		for _, entry := range r.Region.KPIs.Entries() {
			check("/kpi/"+entry.Name+"?lang="+l.Code(), r.Of(entry.Name)[0], l)
		}
		for _, row := range r.Rows {
			if row.Target != nil {
				check("/kpi/"+row.KPI.Name+"?lang="+l.Code()+"&target="+row.Target.ID, row, l)
			}
		}
	}
	if drawn < 300 || added < 50 || ahead < 50 {
		t.Errorf("%d pages have a picture, %d what was added, and %d a forecast", drawn, added, ahead)
	}
	t.Run("a sample at its own labels", func(t *testing.T) {
		status, body := fetch(t, handler, "/kpi/beds_available?lang=sv&"+url.Values{"division": {"Länssjukvård 1"}, "hospital": {"Piteå"}, "ward": {"Internmedicin"}}.Encode())
		if status != http.StatusOK || !strings.Contains(body, `<span class="count">Länssjukvård 1, Piteå, Internmedicin</span>`) || !strings.Contains(body, "Utan mål") {
			t.Errorf("%d\n%.3000s", status, body)
		}
	})
	t.Run("runbooks of planwatch's own", func(t *testing.T) {
		_, body := fetch(t, handler, "/kpi/result_sek?lang=en")
		for _, want := range []string{`href="../runbook/ResultSekOffPlan?lang=en">Runbook: `, `href="../runbook/ResultSekForecastMissesPlan?lang=en">Runbook: `} {
			if !strings.Contains(body, want) {
				t.Errorf("no %q", want)
			}
		}
	})
	t.Run("the list", func(t *testing.T) {
		_, body := fetch(t, handler, "/kpi?lang=sv")
		wellFormed(t, body)
		for _, entry := range r.Region.KPIs.Entries() {
			if !strings.Contains(body, `<a href="kpi/`+entry.Name+`?lang=sv">`) {
				t.Errorf("no %s", entry.Name)
			}
		}
	})
}

func BenchmarkKPIPage(b *testing.B) {
	r, samples := sampled(b)
	handler := web.Handler(config.Web{}, content(b, func(c *web.Content) {
		showing(r, samples)(c)
		// As serve does: a report is made for each request.
		assessments := plan.Assessments{At: r.At, Targets: plan.Assess(r.Region.Plan.Targets, r.Region.KPIs, samples, nil, r.At, r.Region.Location)}
		made := r.Rows
		c.Report = func() *report.Report {
			again := report.New(r.Region, assessments, c.Store.Samples(), nil)
			again.Rows = made // with the past
			return again
		}
	}), slog.New(slog.DiscardHandler))
	for _, path := range []string{"/kpi/within_guarantee_ratio?lang=sv", "/kpi/investment_spent_sek?lang=sv", "/kpi?lang=sv"} {
		b.Run(path, func(b *testing.B) {
			size := 0
			for b.Loop() {
				_, body := fetch(b, handler, path)
				size = len(body)
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}

const kpiPath = "/kpi/beds_available"

// wards is the region of everything, with figures at the labels of wards, one withheld.
func wards(t testing.TB, change func(*config.Region)) (*report.Report, []kpi.Sample) {
	t.Helper()
	region := loaded(t, "[sv, en]")
	if change != nil {
		change(region)
	}
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	sample := func(name, hospital, ward string, value float64) kpi.Sample {
		return kpi.Sample{KPI: name, Labels: kpi.NewLabels(kpi.Label{Name: "hospital", Value: hospital}, kpi.Label{Name: "ward", Value: ward}), Value: value, AsOf: at.Add(-2 * time.Hour)}
	}
	hidden := sample("beds_available", "Piteå", "Kirurgi", 0)
	hidden.Withheld = true
	samples := []kpi.Sample{
		sample("beds_available", "Sunderby", "Kirurgi", 33), sample("beds_available", "Sunderby", "Ortopedi", 24),
		sample("beds_available", "Kiruna", "<script>alert(4)</script>", 7), hidden,
		sample("beds_occupied", "Sunderby", "Kirurgi", 1234),
		{KPI: "wait_seconds", Labels: kpi.NewLabels(kpi.Label{Name: "specialty", Value: "Ögon"}), AsOf: at, Histogram: &kpi.Histogram{Bounds: []float64{2592000, 7776000}, Counts: []uint64{1, 9}, Count: 9, Sum: 9 * 86400 * 40}},
		{KPI: "wait_seconds", Labels: kpi.NewLabels(kpi.Label{Name: "specialty", Value: "Öron"}), AsOf: at, Histogram: &kpi.Histogram{Bounds: []float64{2592000, 7776000}, Counts: []uint64{0, 0}}},
	}
	assessed := plan.Assess(region.Plan.Targets, region.KPIs, samples, nil, at, region.Location)
	return report.New(region, plan.Assessments{At: at, Targets: assessed}, samples, nil), samples
}

func TestKPIPage(t *testing.T) {
	r, samples := wards(t, nil)
	long := strings.Repeat("collectors/beds.sql: <i>row</i> 3; ", 300) + "the end"
	handler := web.Handler(config.Web{}, content(t, func(c *web.Content) {
		showing(r, samples)(c)
		c.Collectors = func() []collectors.Status {
			return []collectors.Status{
				{Definition: r.Region.Collectors[0], LastRun: r.At, Err: errors.New(long), NextRun: r.At.Add(5 * time.Minute), SourceUp: true},
				{Definition: r.Region.Collectors[1]},
			}
		}
		about := func(name, severity, state, summary string, labels map[string]string) evaluator.Alert {
			return labelled(alert(name, severity, state, summary, summary, c.Clock.Wall(r.At)), labels)
		}
		c.Alerts = func() evaluator.Overview {
			return evaluator.Overview{Evaluated: true, Alerts: []evaluator.Alert{
				about("BedsAvailableOffPlan", "critical", "firing", "Kalix: none", map[string]string{"kpi": "beds_available", "target": "beds-kalix", "owner": "kalix"}),
				about("BedsAvailableOffPlan", "critical", "firing", "Surgery: 33 <b>of</b> 38", map[string]string{"kpi": "beds_available", "target": "beds-surgery", "owner": "surgery"}),
				about("BedsAvailableOffPlan", "warning", "firing", "held back", map[string]string{"kpi": "beds_available", "target": "beds-surgery", "owner": "surgery"}),
				about("OccupancyOffPlan", "warning", "firing", "another KPI", map[string]string{"kpi": "bed_occupancy_ratio", "owner": "surgery"}),
				about("CollectorFailing", "warning", "pending", "The collector fails", map[string]string{"collector": "beds", "owner": "it"}),
			}}
		}
	}), slog.New(slog.DiscardHandler))
	tests := []struct {
		name, path string
		status     int
		inOrder    []string
		never      []string
	}{
		{"the worst row, where none is chosen", kpiPath + "?lang=en", http.StatusOK, []string{
			"<title>Available beds · Region", `<a class="language" href="../kpi/beds_available?lang=sv&amp;target=beds-surgery"`, "Available beds <span class=\"count\">Sunderby, Kirurgi</span>", `<span class="stands">Critical</span> <strong>33 <small>beds</small></strong>`,
			"<dt>Expected</dt><dd>38</dd>", "<dt>Target</dt><dd>38</dd>", "<dt>Margin</dt><dd>-13.2%</dd>", "2025-03-18 06:00", "2\u00a0h", "▲ Warning: 36.1, ■ Critical: 34", "No past figures are known yet.",
			`<a href="../kpi/beds_available?lang=en&amp;target=beds-surgery" aria-current="true">Sunderby, Kirurgi</a>`, "Places without a target of their own", "Kiruna, &lt;script&gt;alert(4)&lt;/script&gt;",
			"Surgery: 33 &lt;b&gt;of&lt;/b&gt; 38", `href="../event?lang=en&amp;owner=surgery">See and answer`, "Kalix: none", "Warning (pending)", "The collector fails",
			"Staffed beds.", "Socialstyrelsens termbank", "ökat med &lt;12&gt; platser", "the report", "2024-12-01 – 2025-12-31", "beds-surgery", "higher is better", "kpi_beds_available", "Part of", `<a href="../kpi/bed_occupancy_ratio?lang=en">Bed occupancy</a>`,
			`<a class="button" href="https://runbooks.example.org/en/BedsAvailableOffPlan">Runbook: Available beds: off plan</a>`, `<a class="button" href="http://localhost:3000/d/planwatch-care-en">Graphs</a>`,
			`<section class="event failed"`, `<a href="../collectors?lang=en#beds">Beds</a>`, "every 5 minutes", "2025-03-18 08:00", "failed", "2025-03-18 08:05", "collectors/beds.sql: &lt;i&gt;row&lt;/i&gt; 3; ", "the end</pre>", "beds.sql", "<pre class=\"sql\"", "SELECT",
		}, []string{"another KPI", "held back", "figure-line", "<i>row", "<b>of"}},
		{"in Swedish", kpiPath + "?lang=sv", http.StatusOK, []string{"Disponibla vårdplatser", "Kritisk", "−13,2\u00a0%", "Varje del", "Larm om nyckeltalet", "Vad nyckeltalet är", "Var siffran kommer ifrån", "med 5 minuters mellanrum", "Frågan"}, nil},
		{"a target", kpiPath + "?lang=en&target=beds-orthopaedics", http.StatusOK, []string{`<span class="count">Sunderby, Ortopedi</span>`, "On plan", "<strong>24", `href="../kpi/beds_available?lang=en&amp;target=beds-orthopaedics" aria-current="true"`}, []string{`target=beds-surgery" aria-current`}},
		{"a target without a figure", kpiPath + "?lang=en&target=beds-kalix", http.StatusOK, []string{`<span class="count">Kalix</span>`, "Unknown", "<strong>–</strong>", "no figure"}, nil},
		{"a place by its labels", kpiPath + "?lang=en&hospital=Kiruna&ward=" + url.QueryEscape("<script>alert(4)</script>"), http.StatusOK, []string{"Kiruna, &lt;script&gt;alert(4)&lt;/script&gt;", "No target", "<strong>7 <small>beds</small>", "No past is kept of a single place", "<details open>", `aria-current="true">Kiruna`}, nil},
		{"a target's place by its labels", kpiPath + "?lang=en&hospital=Sunderby&ward=Kirurgi", http.StatusOK, []string{"Critical", "beds-surgery\" aria-current"}, nil},
		{"a figure that is withheld", kpiPath + "?lang=en&hospital=Pite%C3%A5&ward=Kirurgi", http.StatusOK, []string{"Piteå, Kirurgi", "<strong>–</strong>", "withheld: too few people", "Piteå, Kirurgi</a> <span class=\"where\">withheld: too few people"}, nil},
		{"a KPI without a target", "/kpi/beds_occupied?lang=en", http.StatusOK, []string{"Occupied beds", "Whole region", "No target", "1,234", "lower is better"}, []string{"Expected</dt>"}},
		{"a ratio", "/kpi/bed_occupancy_ratio?lang=en", http.StatusOK, []string{"Bed occupancy", "Share of", `<a href="../kpi/beds_occupied?lang=en">Occupied beds</a>`, "Divided by", `<a href="../kpi/beds_available?lang=en">`}, nil},
		{"a histogram", "/kpi/wait_seconds?lang=en&specialty=%C3%96gon", http.StatusOK, []string{"Time waited (mean)", "Ögon", "40", "fewer than 5 people is withheld"}, nil},
		{"a histogram of nothing", "/kpi/wait_seconds?lang=en&specialty=%C3%96ron", http.StatusOK, []string{"Öron", "<strong>–</strong>", "no figure"}, []string{"NaN"}},
		{"a collector that has not run", "/kpi/net_cost_sek?lang=en", http.StatusOK, []string{"Net cost", "no figure", "accumulates over the year", `<section class="event waiting"`, "every day at 05:00", "has not run yet"}, nil},
		{"a collector without a state", "/kpi/strange?lang=en", http.StatusOK, []string{"&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;b&gt;bold&lt;/b&gt;", "every hour"}, []string{"<b>bold"}},
		{"a target that there is not", kpiPath + "?lang=en&target=beds-moon", http.StatusNotFound, []string{"Available beds", "no target and no figure at what was asked for", "target=beds-surgery"}, []string{"Alerts about it"}},
		{"another KPI's target", kpiPath + "?lang=en&target=agency", http.StatusNotFound, []string{"no target and no figure"}, nil},
		{"a place that there is not", kpiPath + "?lang=en&hospital=Moon", http.StatusNotFound, []string{"no target and no figure"}, []string{"Moon"}},
		{"part of a place's labels", kpiPath + "?lang=en&hospital=Kiruna", http.StatusNotFound, []string{"no target and no figure"}, nil},
		{"what nobody asks for", kpiPath + "?lang=en&ward=&x=%00&target=&hospital=", http.StatusOK, []string{"Sunderby, Kirurgi"}, nil},
		{"a name that is nearly one", "/kpi/beds_availabl?lang=en", http.StatusNotFound, []string{"There is no key figure beds_availabl.", "Did you mean", `<a href="../kpi/beds_available?lang=en">Available beds</a>`, "Search key figures", "Net cost"}, nil},
		{"a name like none", "/kpi/%3Cimg%20src=x%3E?lang=sv", http.StatusNotFound, []string{"Det finns inget nyckeltal &lt;img src=x&gt;.", "../kpi/beds_available?lang=sv"}, []string{"Menade du"}},
		{"a name with a slash", "/kpi/a%2Fb?lang=en", http.StatusNotFound, []string{`href="../static/board.css"`, "There is no key figure a/b."}, nil},
		{"the list", "/kpi?lang=en", http.StatusOK, []string{`<section class="kpis" id="beds"`, `<li class="critical">`, `<a href="kpi/beds_available?lang=en">Available beds</a>`, "33 · Sunderby, Kirurgi · 2 more", "Finance", "Net cost", "Waiting times", "Time waited (mean)", "&lt;script&gt;"}, nil},
		{"a search", "/kpi?lang=en&q=OCCUPIED+beds", http.StatusOK, []string{`href="?lang=sv&amp;q=OCCUPIED&#43;beds"`, `value="OCCUPIED beds"`, "2 found", "Occupied beds", "Bed occupancy"}, []string{"Available beds", "Net cost"}},
		{"a search that finds nothing", "/kpi?lang=sv&q=" + url.QueryEscape(`"><img src=x>`), http.StatusOK, []string{`value="&#34;&gt;&lt;img src=x&gt;"`, "0 träffar", "Inget nyckeltal hittades."}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body := fetch(t, handler, tt.path)
			if status != tt.status {
				t.Fatalf("%d\n%s", status, body)
			}
			wellFormed(t, body)
			rest, found := strings.ReplaceAll(body, "\u2212", "−"), false
			for _, want := range tt.inOrder {
				if _, rest, found = strings.Cut(rest, want); !found {
					t.Fatalf("no %q, or not in its place, in\n%s", want, body)
				}
			}
			if found := unfit.FindString(body); found != "" {
				t.Errorf("has %q", found)
			}
			for _, never := range tt.never {
				if strings.Contains(body, never) {
					t.Errorf("has %q", never)
				}
			}
		})
	}
}

// past is a report in which the surgeons' beds have a course.
func past(t *testing.T, points []course.Point) *report.Report {
	t.Helper()
	r, _ := wards(t, func(region *config.Region) {
		region.Events = &event.Set{Events: []event.Event{
			{On: "2024-12-01", Title: language.Text{"sv": "<b>Tolv platser</b>", "en": "<b>Twelve beds</b>"}},
			{On: "2020-01-01", Title: language.Text{"sv": "Länge sedan", "en": "Long ago"}},
		}}
	})
	rows := slices.Clone(r.Rows)
	for i := range rows {
		if rows[i].Target != nil && rows[i].Target.ID == "beds-surgery" {
			rows[i].Course = course.Course{Points: points}
		}
	}
	again := *r
	again.Rows = rows
	return &again
}

func TestKPIPicture(t *testing.T) {
	zone := loaded(t, "[sv, en]").Location
	month := func(n int, value, expected *float64) course.Point {
		at := time.Date(2024, time.Month(n), 1, 6, 0, 0, 0, zone)
		return course.Point{At: at, AsOf: at, Value: value, Expected: expected, Warning: expected}
	}
	withheld := month(9, nil, nil)
	withheld.Withheld = true
	points := []course.Point{
		month(1, new(99.0), nil), // before what is shown
		month(7, new(26.0), nil), month(8, new(26.0), nil), withheld, month(11, new(30.0), new(38.0)), month(12, new(38.0), new(38.0)),
	}
	logger := slog.New(slog.DiscardHandler)
	comments, err := comment.Open(t.TempDir(), logger)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = comments.Close() }()
	r := past(t, points)
	served := content(t, func(c *web.Content) {
		showing(r, nil)(c)
		c.Comments = comments
	})
	for i, about := range []comment.Subject{{KPI: "beds_available"}, {Target: "beds-surgery"}, {Target: "beds-kalix"}, {KPI: "net_cost_sek"}} {
		said := comment.Comment{Time: served.Clock.Wall(r.At.AddDate(0, -2, i)), Author: "anna", About: about, Text: fmt.Sprintf("word %d <script>alert(5)</script> \u202egnirts", i)}
		if err := comments.Add(said); err != nil {
			t.Fatal(err)
		}
	}
	handler := web.Handler(config.Web{}, served, logger)
	status, body := fetch(t, handler, kpiPath+"?lang=en&target=beds-surgery")
	if status != http.StatusOK {
		t.Fatal(status)
	}
	wellFormed(t, body)
	rest, found := body, false
	for _, want := range []string{
		`role="img" aria-label="26 on 2024-07-01; lowest 26 on 2024-07-01, highest 38 on 2024-12-01; now 33; Expected: 38; Warning: 36.1; Critical: 34"`,
		">Jul</text>", ">2024</text>", ">Jan</text>", ">2025</text>", `<rect class="event-mark"`, ">1</text>", `<circle class="comment-mark"`, ">2</text>", ">3</text>",
		`class="warning-line"`, `class="figure-line"`, `class="plan-line"`, "Actual: 33", "Expected: 38", "Warning: 36.1", "Something that happened", "A comment", "A gap: withheld",
		`<span class="mark event-mark">1</span>`, "2024-12-01", "&lt;b&gt;Twelve beds&lt;/b&gt;", `<span class="mark comment-mark">2</span>`, "anna: word 0 &lt;script&gt;", `<span class="mark comment-mark">3</span>`, "word 1",
		"The same as a table", "2025-03-18 08:00", "2024-12-01 06:00", "38</td>", "2024-09-01 06:00", "withheld", "2024-07-01 06:00",
		"Comments", "commented · Kalix", "word 2 &lt;script&gt;", "commented · Sunderby, Kirurgi", "word 1", "word 0",
	} {
		if _, rest, found = strings.Cut(rest, want); !found {
			t.Fatalf("no %q, or not in its place, in\n%s", want, body)
		}
	}
	for _, never := range []string{"<script", "<b>Twelve", "Long ago", "word 3", "99", "2024-01-01", `class="forecast-line"`} {
		if strings.Contains(body, never) {
			t.Errorf("has %q", never)
		}
	}
	// A gap parts the line; nothing lies outside of the drawing.
	_, wide, _ := strings.Cut(body, `<svg class="wide"`)
	wide, _, _ = strings.Cut(wide, "</svg>")
	lines := regexp.MustCompile(`class="figure-line" points="([^"]*)"`).FindAllStringSubmatch(wide, -1)
	if len(lines) != 2 {
		t.Errorf("%d stretches of the figure: %v", len(lines), lines)
	}
	for _, point := range regexp.MustCompile(`(-?[\d.]+),(-?[\d.]+)[ "]`).FindAllStringSubmatch(wide, -1) {
		var x, y float64
		if _, err := fmt.Sscan(point[1], &x); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(point[2], &y); err != nil {
			t.Fatal(err)
		}
		if x < 0 || x > 960 || y < 0 || y > 380 {
			t.Errorf("%s lies outside", point[0])
		}
	}
}

// What a figure could not be is not drawn, and what all figures are has a line.
func TestKPIPictureOfOddFigures(t *testing.T) {
	zone := loaded(t, "[sv, en]").Location
	at := func(n int) time.Time { return time.Date(2024, time.Month(n), 1, 6, 0, 0, 0, zone) }
	inf, tiny, huge := []float64{1}, 1e-300, 1e300
	inf[0] /= 1 - inf[0]
	for name, points := range map[string][]course.Point{
		"infinite":  {{At: at(7), AsOf: at(7), Value: &inf[0]}, {At: at(8), AsOf: at(8), Value: new(33.0)}},
		"all alike": {{At: at(7), AsOf: at(7), Value: new(33.0)}, {At: at(8), AsOf: at(8), Value: new(33.0)}},
		"huge":      {{At: at(7), AsOf: at(7), Value: &huge}, {At: at(8), AsOf: at(8), Value: new(-huge)}},
		"tiny":      {{At: at(7), AsOf: at(7), Value: &tiny}, {At: at(8), AsOf: at(8), Value: new(-tiny)}},
		"withheld":  {{At: at(7), AsOf: at(7), Withheld: true}},
	} {
		t.Run(name, func(t *testing.T) {
			handler := web.Handler(config.Web{}, content(t, showing(past(t, points), nil)), slog.New(slog.DiscardHandler))
			status, body := fetch(t, handler, kpiPath+"?lang=sv&target=beds-surgery")
			if status != http.StatusOK {
				t.Fatalf("%d %s", status, body)
			}
			wellFormed(t, body)
			if found := unfit.FindString(body); found != "" {
				t.Errorf("has %q", found)
			}
		})
	}
}

// A band is drawn by both of its ends.
func TestKPIPictureOfABand(t *testing.T) {
	zone := loaded(t, "[sv, en]").Location
	at := time.Date(2024, time.August, 1, 6, 0, 0, 0, zone)
	r := past(t, []course.Point{{At: at, AsOf: at, Value: new(33.0)}})
	for i := range r.Rows {
		if row := &r.Rows[i]; row.Target != nil && row.Target.ID == "beds-surgery" {
			band := *row.Target
			band.Value, band.Between = nil, &plan.Between{Low: new(decimal.Whole(30)), High: new(decimal.Whole(36))}
			row.Target = &band
		}
	}
	handler := web.Handler(config.Web{}, content(t, showing(r, nil)), slog.New(slog.DiscardHandler))
	_, body := fetch(t, handler, kpiPath+"?lang=en&target=beds-surgery")
	if n := strings.Count(body, `<polyline class="plan-line"`); n != 4 { // in two sizes
		t.Errorf("%d lines of the plan\n%s", n, body)
	}
}

// A page of a KPI leads elsewhere by links alone, and asks nothing of any other place.
func TestKPIPageKeepsToItself(t *testing.T) {
	r, samples := wards(t, nil)
	base := "http://" + serve(t, "", showing(r, samples))
	response, body := get(t, http.MethodGet, base+kpiPath+"?lang=en", nil)
	links := regexp.MustCompile(`<a class="button" href="https?://[^"]*"`).ReplaceAll(body, nil)
	if found := regexp.MustCompile(`(?i)(src|href|url|action)\s*[=(]\s*["']?(https?:)?//`).Find(links); found != nil {
		t.Errorf("refers to %s", found)
	}
	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
}

// On the narrowest screen nothing pushes a page wider.
func TestKPIPagesFitAPhone(t *testing.T) {
	zone := loaded(t, "[sv, en]").Location
	var points []course.Point
	for n := 5; n <= 12; n++ {
		at := time.Date(2024, time.Month(n), 1, 6, 0, 0, 0, zone)
		points = append(points, course.Point{At: at, AsOf: at, Value: new(float64(30 + n%4)), Expected: new(38.0), Warning: new(36.1), Critical: new(34.0)})
	}
	r := past(t, points)
	_, samples := wards(t, nil)
	mux := http.NewServeMux()
	mux.Handle("/", web.Handler(config.Web{}, content(t, showing(r, samples)), slog.New(slog.DiscardHandler)))
	paths := []string{kpiPath + "?lang=sv&target=beds-surgery", "/kpi/net_cost_sek?lang=en", "/kpi/bed_occupancy_ratio?lang=sv", "/kpi?lang=sv", "/kpi?lang=en&q=nothing", "/kpi/" + strings.Repeat("n", 200)}
	mux.HandleFunc("GET /measure", func(w http.ResponseWriter, _ *http.Request) {
		for _, path := range paths {
			_, _ = fmt.Fprintf(w, `<iframe src="%s" style="width:320px;height:700px;border:0" onload="this.after(this.contentDocument.documentElement.scrollWidth+'px')"></iframe>`, path)
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	visit := browse(t, "--dump-dom", server.URL+"/measure")
	widths := regexp.MustCompile(`</iframe>(\d+)px`).FindAllStringSubmatch(visit.dom, -1)
	if len(widths) != len(paths) {
		t.Fatalf("%d of %d pages were measured: %s", len(widths), len(paths), visit.dom)
	}
	for i, width := range widths {
		if width[1] != "320" {
			t.Errorf("%s is %spx wide on a screen of 320", paths[i], width[1])
		}
	}
}

// Whoever may comment finds a form, which goes where comments are taken.
func TestKPIPageTakesComments(t *testing.T) {
	w := startWard(t, withUsers(t), func(c *web.Content) {
		r, samples := wards(t, nil)
		showing(r, samples)(c)
	})
	answered := w.page(t, kpiPath+"?lang=en", anna(), []string{`<form method="post" action="../comments?lang=en">`, `<input type="hidden" name="target" value="beds-surgery">`, "You answer as", "anna", "Nothing yet."}, "You are not signed in")
	if policy := answered.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self'") || strings.Contains(policy, "script-src") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
	if got, body := post(t, w.base+"/comments", url.Values{"target": {"beds-surgery"}, "comment": {"Ward 5 is closed."}}, anna()); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s\n%s", got.Status, body)
	}
	w.page(t, kpiPath+"?lang=en", anna(), []string{"anna</bdi> commented · Sunderby, Kirurgi", "Ward 5 is closed."})
	w.page(t, "/comments?lang=en&target=beds-surgery", anna(), []string{`<a href="kpi/beds_available?lang=en&amp;target=beds-surgery">The key figure</a>`, "Ward 5 is closed."})
	w.page(t, "/comments?lang=en&kpi=beds_occupied", anna(), []string{`<a href="kpi/beds_occupied?lang=en">The key figure</a>`})
}

// A reader finds a KPI's page from each page that is about it.
func TestLinksToKPIPages(t *testing.T) {
	w := startWard(t, withUsers(t), func(c *web.Content) {
		r, samples := wards(t, func(region *config.Region) { region.OnCall.GroupBy = []string{"hospital"} })
		showing(r, samples)(c)
		c.Collectors = func() []collectors.Status { return []collectors.Status{{Definition: r.Region.Collectors[0]}} }
	})
	w.firing[0].Labels["kpi"], w.firing[0].Labels["target"] = "beds_available", "beds-surgery"
	for path, want := range map[string]string{
		"/?lang=en":                  `<a href="kpi/beds_available?lang=en&amp;target=beds-surgery">Available beds</a>`,
		"/collectors?lang=en":        `<a href="kpi?lang=en#beds">Beds</a>`,
		sunderbyPage + "&lang=en":    `<a class="button" href="kpi/beds_available?lang=en&amp;target=beds-surgery">The key figure</a>`,
		"/runbook?lang=en":           `<a href="kpi?lang=en">Key figures</a>`,
		"/runbook/Watchdog?lang=en":  `<a href="../kpi?lang=en">Key figures</a>`,
		kpiPath + "?lang=en":         `<a href="../kpi?lang=en">All key figures</a>`,
		"/comments?kpi=net_cost_sek": `<a href="kpi/net_cost_sek">`,
	} {
		w.page(t, path, anna(), []string{want})
	}
}
