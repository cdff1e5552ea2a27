package endtoend_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"planwatch/internal/axetest"
	"planwatch/internal/browsertest"
)

// past makes the site's figures have a past of two years: planwatch is asked what they were
// at any moment, and reads it.
func (s *site) past() {
	s.t.Helper()
	root := s.server.Root()
	for _, statement := range []string{
		"DROP TABLE warehouse.queue",
		"CREATE TABLE warehouse.queue (hospital VARCHAR(20) NOT NULL, patients INT, counted_at DATETIME NOT NULL)",
	} {
		if _, err := root.ExecContext(s.t.Context(), statement); err != nil {
			s.t.Fatal(err)
		}
	}
	now := local(s.t)
	for month := range 24 {
		for i, hospital := range []string{"Kalix", "Piteå"} {
			if _, err := root.ExecContext(s.t.Context(), "INSERT INTO warehouse.queue VALUES (?, ?, ?)", hospital, 28+(month*5+i)%9, now.AddDate(0, -month, -1).Format(time.DateTime)); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	s.write("region/collectors/waiting.sql", "SELECT q.hospital, q.patients, q.counted_at FROM queue AS q\nWHERE q.counted_at = (SELECT MAX(w.counted_at) FROM queue AS w WHERE w.hospital = q.hospital AND w.counted_at <= :as_of)\n")
	s.write("region/dimensions.yaml", "dimensions: [hospital]\ntitles: {hospital: {sv: Sjukhus, en: Hospital}}\n")
	s.replace("region/collectors/waiting.yaml", "max_age: 1h", "as_of: counted_at\nmax_age: 800h\nhistory: {every: 1mo}")
	s.replace("region/planwatch.yaml", "history: {backfill: false}", "history: {pause: 0s}\nreport_dates: ["+now.AddDate(0, 0, -30).Format(time.DateOnly)+"]")
}

// local is now by the clocks of the region, as its warehouse has it.
func local(t *testing.T) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return time.Now().In(zone)
}

// waits is how many patients wait from now on, and has planwatch read it.
func (s *site) waits(hospital string, patients int) {
	s.t.Helper()
	if _, err := s.server.Root().ExecContext(s.t.Context(), "INSERT INTO warehouse.queue VALUES (?, ?, ?)", hospital, patients, local(s.t).Add(-time.Second).Format(time.DateTime)); err != nil {
		s.t.Fatal(err)
	}
	if status, body := s.ask(http.MethodPost, "/-/reload"); status != http.StatusOK {
		s.t.Fatalf("reload: %d %s", status, body)
	}
}

// A person goes the whole way in a real browser, on a phone: from the message to the key
// figure and the event, has it, says why on the key figure, finds that on the curve, and in
// the report to the board. The pages are in both languages, choose rows, and outlast a loss
// of planwatch, which is all that the browser complains of.
func TestTheWholeWay(t *testing.T) {
	s := newSite(t, build(t))
	s.past()
	s.start()
	s.waits("Kalix", 60)
	s.until("told of the event", func() bool { return len(s.messages("ward", "Kalix", false)) > 0 })

	// The message leads to the key figure, at the place.
	var link string
	for _, page := range s.pages(s.messages("ward", "Kalix", false)[0].text) {
		if strings.Contains(page, "/kpi/") {
			link = page
			break
		}
	}
	if link == "" {
		t.Fatalf("no link to the key figure in\n%s", s.messages("ward", "Kalix", false)[0].text)
	}
	b := browsertest.Start(t)
	b.Open(link, http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))}, "Accept-Language": {"sv"}})
	b.Await("Utvecklingen")
	b.Until("the figure beside the plan", `document.querySelector("#now-heading").innerText.includes("Kalix") && document.body.innerText.includes("60")`)

	// From there to what fires about it, and "I have this".
	b.Run(`document.querySelector("main a[href*='event?']").click()`)
	b.Await("/event\n")
	b.Run(`document.querySelector("#acknowledge-comment").value = "Jag ringer kliniken."`)
	b.Run(`document.querySelector("form[action^='event/acknowledge'] button").click()`)
	b.Await(user + " har")

	// Back at the key figure: a comment, which is on the curve once the past is read.
	const said = "Två kirurger är sjuka <b>hela</b> veckan."
	b.Go(link)
	b.Await("Utvecklingen")
	b.Run(fmt.Sprintf(`document.querySelector("#comment").value = %q`, said))
	b.Run(`document.querySelector("form[action*='comments'] button").click()`)
	b.Await(said)
	s.until("on the curve", func() bool {
		b.Go(link)
		b.Await("Utvecklingen")
		return b.Run(`document.querySelector("ol.marks")?.innerText.includes("hela") && document.querySelectorAll(".chart svg .comment-mark").length > 0`) == "true"
	})

	// In the other language, and back on the board: chosen, searched, in an address.
	b.Run(`document.querySelector("nav a[hreflang='en'], header a[lang='en'], a[lang='en']").click()`)
	b.Await("How it went")
	b.Await(said)
	b.Run(`document.querySelector("nav a").click()`)
	b.Await("How we stand to the plan")
	b.Run(`document.querySelector("#by-hospital").value = "Kalix"`)
	b.Run(`document.querySelector("form#rows button").click()`)
	b.Until("only the chosen rows", `location.search.includes("hospital=Kalix") && location.search.includes("lang=en") && document.querySelectorAll("tbody tr[id]").length == 1`)
	b.Run(`document.querySelector("#q").value = "pitea"`)
	b.Run(`document.querySelector("form#rows button").click()`)
	b.Until("none that is both", `location.search.includes("q=pitea") && document.querySelectorAll("tbody tr[id]").length == 0`)
	b.Go(s.url + "/?lang=sv")
	b.Await("Läget mot planen")
	s.accessible(b)

	// The report to the board has it.
	b.Run(`document.querySelector("#document").open = true`)
	b.Run(`document.querySelector("#document button").click()`)
	b.Until("the report to the board", `location.pathname == "/report" && document.querySelector("h1")?.innerText == "Regiondirektörens rapport"`)
	b.Await(said)
	b.Await("Nytt sedan förra rapporten")
	s.accessible(b)
	var printed struct{ Data string }
	b.Ask("Page.printToPDF", map[string]any{"preferCSSPageSize": true}, &printed)
	paper, err := base64.StdEncoding.DecodeString(printed.Data)
	if err != nil || !strings.HasPrefix(string(paper), "%PDF-") || strings.Count(string(paper), "/Type /Page\n")+strings.Count(string(paper), "/Type /Page ") < 3 {
		t.Errorf("printed: %d bytes, %v", len(paper), err)
	}

	if len(b.Complaints) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(b.Complaints, "\n"))
	}
	s.lost(b)
	for _, complaint := range b.Complaints {
		if !strings.Contains(complaint, "net::ERR_CONNECTION_") { // that planwatch was gone
			t.Errorf("the browser complains of the loss: %s", complaint)
		}
	}
}

// accessible finds what is wrong with the page that is open, on a phone and on a desk.
func (s *site) accessible(b *browsertest.Browser) {
	s.t.Helper()
	axe := axetest.Source(s.t)
	for _, width := range []int{375, 1440} {
		b.Size(width, 900)
		for _, broken := range b.Violations(axe) {
			s.t.Errorf("%s, %d pixels: %s", b.Run("location.href"), width, broken)
		}
	}
	b.Size(375, 740)
}

// lost has planwatch stop and start while the report is open: the page says so, keeps what
// it showed, and goes on.
func (s *site) lost(b *browsertest.Browser) {
	s.t.Helper()
	b.Go(s.url + "/?lang=sv")
	b.Await("Läget mot planen")
	refresh := func() { b.Run(`window.dispatchEvent(new Event("online"))`) }
	if err := s.process.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	_ = s.process.Wait() // it was killed
	refresh()
	b.Until("planwatch is gone", `!document.querySelector("#lost").hidden && document.body.innerText.includes("planwatch svarar inte.") && document.body.innerText.includes("Kalix")`)
	s.start()
	s.until("ready", func() bool {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.url+"/-/ready", nil)
		if err != nil {
			s.t.Fatal(err)
		}
		request.SetBasicAuth(user, password)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		return response.Body.Close() == nil && response.StatusCode == http.StatusOK
	})
	refresh()
	b.Until("planwatch is back", `document.querySelector("#lost").hidden`)
}
