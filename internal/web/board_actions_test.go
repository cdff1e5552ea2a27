package web_test

import (
	"bytes"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/internal/web"
	"planwatch/plan"
)

// The texts try to break out of the page.
const (
	activitiesCSV = `id,owner,goal.sv,goal.en,name.sv,name.en,description.sv,description.en,expected_effect.sv,expected_effect.en,targets,kpis,status,comment.sv,comment.en,comment_cite,cite
beds,surgery,Fler platser,More beds,<script>alert(1)</script>,<script>alert(1)</script>,"<img src=x onerror=alert(2)>","<img src=x onerror=alert(2)>",Fler platser,"<b>bold</b> ""quoted""",beds-surgery beds-orthopaedics,,under_way,=Tre är öppna,=Three are open,"<i>The report</i>","<b>bold</b>"
keep,surgery,Fler platser,More beds,Behåll platser,Keep beds,Vi behåller.,We keep.,Lika många,As many,beds-orthopaedics,,,,,,
kalix,kalix,Nära vård,Care close by,Platser i Kalix,Beds in Kalix,Vi öppnar.,We open.,Fler platser,More beds,beds-kalix,,,,,,
trust,,Nära vård,Care close by,Tillit,Trust,Vi litar.,We trust.,Trivsel,Contentment,,,,,,,
`
	risksCSV = `number,owner,goal_type.sv,goal_type.en,goal_area.sv,goal_area.en,risk.sv,risk.en,effect.sv,effect.en,likelihood,consequence,level.sv,level.en,measure.sv,measure.en,targets
1,,Strategiska mål,Strategic goals,Fler platser,More beds,<script>alert(1)</script>,<script>alert(1)</script>,Väntan,Waits,3,4,Hög,High,Rekrytera,Recruit,beds-surgery
2,,Strategiska mål,Strategic goals,Nära vård,Care close by,Tekniken,Technology,,,,,,,,,
`
)

// actions is a region with activities and risks, one of each without effect.
func actions(t testing.TB) func(*web.Content) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "region")
	if err := os.CopyFS(dir, os.DirFS("../report/testdata/region")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"activities.csv": activitiesCSV, "risks.csv": risksCSV} {
		if err := os.WriteFile(filepath.Join(dir, "plan", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	ward := func(name string) kpi.Labels {
		return kpi.NewLabels(kpi.Label{Name: "hospital", Value: "Sunderby"}, kpi.Label{Name: "ward", Value: name})
	}
	samples := []kpi.Sample{
		{KPI: "beds_available", Labels: ward("Kirurgi"), Value: 33, AsOf: at}, {KPI: "beds_available", Labels: ward("Ortopedi"), Value: 24, AsOf: at},
	}
	assessments := plan.Assessments{At: at, Targets: plan.Assess(region.Plan.Targets, region.KPIs, samples, nil, at, region.Location)}
	change := everything(t, "[sv, en]")
	return func(c *web.Content) {
		change(c)
		c.Report = func() *report.Report { return report.New(region, assessments, samples, nil) }
	}
}

var tableRow = regexp.MustCompile(`<tr id="((?:activity|risk)-[a-z0-9]+)" class="([a-z-]+)">`)

// shown are the activities or risks of a page and how they are coloured.
func shown(page string) []string {
	var rows []string
	for _, m := range tableRow.FindAllStringSubmatch(page, -1) {
		rows = append(rows, m[1]+" "+m[2])
	}
	return rows
}

func TestActionsPages(t *testing.T) {
	base := "http://" + serve(t, "", actions(t))
	tests := []struct {
		name, path string
		rows       []string
		contains   []string
	}{
		{
			"activities", "/activities?lang=en", []string{"activity-beds warning", "activity-keep on-plan", "activity-kalix unknown", "activity-trust no-target"},
			[]string{
				"The effect does not come", "The effect is seen", "Not known yet", "No figure shows it", "Under way", "=Three are open", "Not reported", ">Surgery ", ">No owner ",
				`<a href="kpi/beds_available?lang=en&amp;target=beds-surgery">Available beds, Sunderby, Kirurgi</a> <span class="amount">33 against 38 (-13.2%)</span>`,
				`<span class="symbol" role="img" aria-label="Critical">■</span>`, "no figure", `<a href="?lang=en" aria-current="true">All <span class="count">4</span></a>`,
				`<a href="?effect=missing&amp;lang=en"><span class="symbol" aria-hidden="true">✗</span> The effect does not come <span class="count">1</span></a>`,
				`<a class="language" href="?lang=sv"`, `aria-current="page">Activities</a>`,
			},
		},
		{
			"activities of an owner", "/activities?lang=sv&owner=surgery", []string{"activity-beds warning", "activity-keep on-plan"},
			[]string{
				`<a href="?lang=sv&amp;owner=surgery" aria-current="true">Kirurgi <span class="count">2</span></a>`,
				`<a href="?effect=seen&amp;lang=sv&amp;owner=surgery"><span class="symbol" aria-hidden="true">✓</span> Effekten syns <span class="count">1</span></a>`,
				`<a class="language" href="?lang=en&amp;owner=surgery"`, "33 mot väntat 38",
			},
		},
		{"activities by both", "/activities?owner=surgery&effect=seen", []string{"activity-keep on-plan"}, nil},
		{"an empty choice is none", "/activities?owner=&effect=", []string{"activity-beds warning", "activity-keep on-plan", "activity-kalix unknown", "activity-trust no-target"}, nil},
		{"activities that there are not", "/activities?lang=en&owner=kalix&effect=seen", nil, []string{"None is of what is chosen."}},
		{
			"risks", "/risks?lang=en", []string{"risk-1 warning", "risk-2 no-target"},
			[]string{"Recruit", "High", "3 and 4", "Waits", "Strategic goals", `<a href="kpi/beds_available?lang=en&amp;target=beds-surgery">`},
		},
		{"risks without effect", "/risks?lang=sv&effect=missing", []string{"risk-1 warning"}, []string{"Hög"}},
		{
			"the report", "/?lang=en", nil,
			[]string{
				`<a href="activities?effect=missing&amp;lang=en">Activities whose effect does not come: 1 of 4</a>`,
				`<a href="risks?effect=missing&amp;lang=en">Risks where the effect of the measure does not come: 1 of 2</a>`,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := get(t, http.MethodGet, base+tt.path, nil)
			page := string(body)
			if response.StatusCode != http.StatusOK {
				t.Fatalf("%s: %s", response.Status, page)
			}
			if got := shown(page); !slices.Equal(got, tt.rows) {
				t.Errorf("rows %q, want %q", got, tt.rows)
			}
			for _, want := range tt.contains {
				if !strings.Contains(page, want) {
					t.Errorf("no %q", want)
				}
			}
			for _, never := range []string{"<script", "<img", "<b>", "<i>", "NaN", "%!"} {
				if strings.Contains(withoutScript(page), never) {
					t.Errorf("the page has %q", never)
				}
			}
			if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("policy %q", policy)
			}
		})
	}
}

// The links of a filter lead to pages with as many rows as they say.
func TestFiltersCount(t *testing.T) {
	base := "http://" + serve(t, "", actions(t))
	choice := regexp.MustCompile(`<li(?: class="[a-z-]+")?><a href="(\?[^"]*)"[^>]*>.*? <span class="count">(\d+)</span></a></li>`)
	followed := 0
	for _, path := range []string{"/activities", "/risks", "/activities?owner=surgery", "/activities?effect=missing"} {
		_, body := get(t, http.MethodGet, base+path, nil)
		at, err := url.Parse(base + path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range choice.FindAllStringSubmatch(string(body), -1) {
			to, err := at.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			if err != nil {
				t.Fatal(err)
			}
			_, led := get(t, http.MethodGet, to.String(), nil)
			if got := len(shown(string(led))); m[2] != string(rune('0'+got)) {
				t.Errorf("%s: the link to %s says %s, and there are %d", path, to, m[2], got)
			}
			followed++
		}
	}
	if followed < 20 {
		t.Errorf("only %d links were followed", followed)
	}
}

func TestActionsThatThereAreNot(t *testing.T) {
	base := "http://" + serve(t, "", actions(t))
	for path, want := range map[string]string{
		"/activities?lang=en&owner=surgry": `No rows are chosen by this address: Owner: there is no &#34;surgry&#34;; did you mean surgery?`,
		"/activities?lang=sv&owner=surgry": `Adressen väljer inga rader: Ansvarig: det finns inget som heter ”surgry”; menade du surgery?`,
		"/risks?lang=sv&effect=lost":       `Adressen väljer inga rader: Effekt: det finns inget som heter ”lost”; det finns missing, not_known, seen, not_linked`,
		"/risks?lang=en&effect=mising":     `No rows are chosen by this address: Effect: there is no &#34;mising&#34;; did you mean missing?`,
	} {
		response, body := get(t, http.MethodGet, base+path, nil)
		if page := string(body); response.StatusCode != http.StatusBadRequest || !strings.Contains(page, want) || !strings.Contains(page, "</nav>") || len(shown(page)) == 0 {
			t.Errorf("%s: %s %s", path, response.Status, page)
		}
	}
	bare := "http://" + serve(t, "", everything(t, "[sv, en]"))
	_, body := get(t, http.MethodGet, bare+"/activities?lang=en", nil)
	page := string(body)
	if !strings.Contains(page, "The region has none: its table is not there.") || strings.Contains(page, ">Risks</a>") {
		t.Error("a region without tables is not told of, or has links to them")
	}
}

// A real browser shows the pages without a complaint and without a request to any other
// place, and no part of them is wider than the narrowest screen.
func TestBrowserShowsActions(t *testing.T) {
	base := "http://" + serve(t, "", actions(t))
	for path, want := range map[string]string{"/activities?lang=sv": "Effekten uteblir", "/risks?lang=en": "The effect does not come"} {
		t.Run(path, func(t *testing.T) {
			visit := browse(t, "--dump-dom", base+path)
			if !strings.Contains(visit.dom, want) || visit.console != "" {
				t.Errorf("no %q, or the console says %q", want, visit.console)
			}
			for _, asked := range visit.requests {
				if !strings.HasPrefix(asked, base+"/static/") {
					t.Errorf("the page asks for %s", asked)
				}
			}
			file := filepath.Join(t.TempDir(), "page.png")
			browse(t, "--window-size=320,800", "--screenshot="+file, base+path)
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			// The header's colour stands at the right only where nothing is wider.
			right := picture.Bounds().Dx() - 3
			if r, g, b, _ := picture.At(right, 3).RGBA(); r>>8 > 0x20 || g>>8 > 0x40 || b>>8 < 0x20 {
				t.Errorf("the page's top is not drawn at %d", right)
			}
		})
	}
}
