package web_test

import (
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/axetest"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/regiontest"
	"planwatch/internal/report"
	"planwatch/internal/web"
	"planwatch/plan"
)

// compared is a region with one ratio of two counts, each of two wards.
type compared struct {
	title          string
	long, waiting  [2]float64
	withheld       bool
	changeShare    func(*kpi.KPI)
	changeLong     func(*kpi.KPI)
	changeWaiting  func(*kpi.KPI)
	withoutFigures bool
}

// content is a change that has the region's report.
func (c compared) content(t *testing.T, name string) func(*web.Content) {
	t.Helper()
	region := bare(t)
	region.Title, region.Name = c.title, name
	units := regiontest.Units(t)
	entry := func(k kpi.KPI, change func(*kpi.KPI)) kpi.Entry {
		base, err := units.Get(k.Unit)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(&k)
		}
		k.Definition = language.Text{"en": "What " + k.Name + " is.", "sv": "Vad " + k.Name + " är."}
		return kpi.Entry{KPI: k, Collector: "waiting", Labels: []string{"ward"}, Base: base}
	}
	region.KPIs = kpi.NewCatalogue([]kpi.Entry{
		entry(kpi.KPI{Name: "patients_waiting", Title: language.Text{"sv": "Väntande patienter", "en": "Patients waiting"}, Unit: "patients", Better: kpi.Lower, Aggregate: kpi.Sum}, c.changeWaiting),
		entry(kpi.KPI{Name: "patients_waiting_long", Title: language.Text{"sv": "Väntat mer än 90 dagar", "en": "Waiting more than 90 days"}, Unit: "patients", Better: kpi.Lower, Aggregate: kpi.Sum, PartOf: "patients_waiting"}, c.changeLong),
		entry(kpi.KPI{Name: "long_waits_ratio", Title: language.Text{"sv": "Andel som väntat länge", "en": "Share that waits long"}, Unit: "ratio", Better: kpi.Lower, Ratio: &kpi.Ratio{Of: "patients_waiting_long", To: "patients_waiting"}}, c.changeShare),
	})
	at := time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)
	var samples []kpi.Sample
	for i, ward := range []string{"A", "B"} {
		labels := kpi.NewLabels(kpi.Label{Name: "ward", Value: ward})
		if !c.withoutFigures {
			samples = append(samples, kpi.Sample{KPI: "patients_waiting", Labels: labels, Value: c.waiting[i], AsOf: at},
				kpi.Sample{KPI: "patients_waiting_long", Labels: labels, Value: c.long[i], AsOf: at})
		}
	}
	if c.withheld {
		samples[len(samples)-1].Value, samples[len(samples)-1].Withheld = 0, true
	}
	made := report.New(region, plan.Assessments{At: at}, samples, nil)
	return func(content *web.Content) {
		content.Clock = clock.StartingAt(at)
		content.Report = func() *report.Report { return made }
	}
}

// twelve are regions with about a tenth in common: one far above, one far below, one
// somewhat above.
func twelve() []compared {
	var all []compared
	for i, of := range []float64{300, 450, 520, 700, 810, 900, 1200, 1500, 2100, 2600, 3900, 5200} {
		share := []float64{0.1, 0.11, 0.2, 0.095, 0.105, 0.13, 0.098, 0.102, 0.1, 0.07, 0.101, 0.099}[i]
		long := float64(int(of * share))
		all = append(all, compared{title: fmt.Sprintf("Region %c", 'A'+i), long: [2]float64{long - 10, 10}, waiting: [2]float64{of - 100, 100}})
	}
	return all
}

// servedFunnel serves the regions, and gives the page of the ratio.
func servedFunnel(t *testing.T, all []compared) served {
	t.Helper()
	var names []string
	for i := range all {
		names = append(names, fmt.Sprintf("r%d", i+1))
	}
	s := serveRegions(t, config.Web{}, nil, append(names, "gone")...)
	for i, name := range names {
		s.Serve(name, content(t, all[i].content(t, name)), slog.New(slog.DiscardHandler))
	}
	s.Refuse("gone", errors.New("planwatch.yaml:1:1: a fault"))
	return s
}

// funnelPage is the funnel plot's part of the page, without tags and entities.
func funnelPage(t *testing.T, s served, language string) (page, words string) {
	t.Helper()
	answer, body := get(t, http.MethodGet, s.url+"/kpi/long_waits_ratio?lang="+language, nil)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s\n%s", answer.Status, body)
	}
	_, page, found := strings.Cut(string(body), `<section class="event funnel"`)
	if !found {
		return "", ""
	}
	words = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
	return page, strings.Join(strings.Fields(html.UnescapeString(words)), " ")
}

func TestFunnelPage(t *testing.T) {
	s := servedFunnel(t, twelve())
	page, words := funnelPage(t, s, "en")
	// All together they are 2,020 of 20,180. The standings are those of spc, which its own
	// tests hold; here the table is to say them.
	for _, want := range []string{
		"Funnel plot", "Together the regions have 10.0%.", "hold 95% of what chance makes, and the outer limits 99.8%",
		"The regions differ by more than chance.", "limits are of the binomial distribution", "is no verdict",
		"3 Region C 104 520 20.0% 6.5 ▲ above the 99.8% limit: worse", "6 Region F 117 900 13.0% 2.5 ◆ above the 95% limit: worse", "10 Region J 182 2,600 7.0% -4.4 ▼ below the 99.8% limit: better", "12 Region L 514 5,200 9.9% -0.3 ● within the limits",
		"Not in the plot gone: is not served",
	} {
		if !strings.Contains(strings.ReplaceAll(words, "\u2212", "-"), want) {
			t.Errorf("no %q in\n%s", want, words)
		}
	}
	for of, want := range map[string]int{`<svg class="wide"`: 1, `<svg class="narrow"`: 1, `class="inner-line" points`: 4, `class="outer-line" points`: 4, `class="worse-place" d="`: 6, `<text class="place"`: 24, "<script": 0, "NaN": 0, "Inf": 0} {
		if got := strings.Count(page, of); got != want {
			t.Errorf("%d of %s, want %d", got, of, want)
		}
	}
	if address := `href="../r/r3/kpi/long_waits_ratio?lang=en"`; !strings.Contains(page, address) {
		t.Errorf("no %s", address)
	}
	if _, words := funnelPage(t, s, "sv"); !strings.Contains(words, "Trattdiagram") || !strings.Contains(words, "över gränsen för 99,8 %: sämre") || strings.Contains(words, "limit") {
		t.Errorf("in Swedish: %s", words)
	}
}

// Every point is within the plot, and so are the limits.
func TestFunnelPictureIsWithinItsEdges(t *testing.T) {
	page, _ := funnelPage(t, servedFunnel(t, twelve()), "en")
	for svg := range strings.SplitSeq(page, "<svg class=\"") {
		size := regexp.MustCompile(`viewBox="0 0 ([0-9.]+) ([0-9.]+)"`).FindStringSubmatch(svg)
		if size == nil || !strings.Contains(svg, "inner-line") || strings.HasPrefix(svg, "key") {
			continue
		}
		var width, height float64
		if _, err := fmt.Sscan(size[1], &width); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(size[2], &height); err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, point := range regexp.MustCompile(`(-?[0-9.]+),(-?[0-9.]+)[ "m]`).FindAllStringSubmatch(svg, -1) {
			var x, y float64
			if _, err := fmt.Sscan(point[1], &x); err != nil {
				t.Fatal(err)
			}
			if _, err := fmt.Sscan(point[2], &y); err != nil {
				t.Fatal(err)
			}
			found++
			if strings.HasPrefix(point[0], "-") || x > width || y > height {
				t.Errorf("%s is out of %g × %g", point[0], width, height)
			}
		}
		if found < 200 {
			t.Errorf("only %d points", found)
		}
	}
}

// Who is not in the plot is named with why, and no figure of theirs is there.
func TestFunnelLeavesOut(t *testing.T) {
	tests := []struct {
		name string
		one  compared
		want string
	}{
		{"withheld", compared{long: [2]float64{4777, 4888}, waiting: [2]float64{7777, 8888}, withheld: true}, "withheld: too few people, or not published yet"},
		{"no figures", compared{withoutFigures: true}, "no figure"},
		{"nobody waits", compared{}, "no figure"},
		{"parts of patients", compared{long: [2]float64{4777.5, 1}, waiting: [2]float64{7777, 8888}}, "the numerator or the denominator is not a count"},
		{"more than all", compared{long: [2]float64{7777, 8888}, waiting: [2]float64{777, 888}}, "the numerator is larger than the denominator"},
		{"another direction", compared{long: [2]float64{4777, 4888}, waiting: [2]float64{7777, 8888}, changeShare: func(k *kpi.KPI) { k.Better = kpi.Higher }}, "has another definition, not to be compared: better"},
		{"another denominator", compared{long: [2]float64{4777, 4888}, waiting: [2]float64{7777, 8888}, changeWaiting: func(k *kpi.KPI) { k.Standard = "another" }}, "defines Patients waiting otherwise, not to be compared: standard"},
		{"another numerator", compared{long: [2]float64{4777, 4888}, waiting: [2]float64{7777, 8888}, changeLong: func(k *kpi.KPI) { k.Accumulates = kpi.Year }}, "defines Waiting more than 90 days otherwise, not to be compared: accumulates"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.one.title = "Region X"
			page, words := funnelPage(t, servedFunnel(t, append(twelve(), tt.one)), "en")
			if want := "Region X : " + tt.want; !strings.Contains(words, want) {
				t.Errorf("no %q in\n%s", want, words)
			}
			if strings.Contains(words, "13 Region X") || strings.Contains(page, ">13</text>") || strings.Contains(words, "777") || strings.Contains(words, "9,665") {
				t.Errorf("it is in the plot:\n%s", words)
			}
			// What the others have in common is theirs alone.
			if !strings.Contains(words, "Together the regions have 10.0%.") {
				t.Errorf("in common: %s", words)
			}
		})
	}
}

func TestNoFunnel(t *testing.T) {
	all := func(change func(i int, c *compared)) []compared {
		made := twelve()
		for i := range made {
			change(i, &made[i])
		}
		return made
	}
	tests := []struct {
		name string
		all  []compared
		want string // "" for no word of it
	}{
		{"four regions", twelve()[:4], "4 regions can be compared by a funnel plot, and it takes 5."},
		{"one that can be compared", all(func(i int, c *compared) { c.withoutFigures = i > 0 }), "1 region can be compared by a funnel plot, and it takes 5."},
		{"nobody waits long", all(func(_ int, c *compared) { c.long = [2]float64{} }), "There is no funnel plot: the figure is 0.0% in every region"},
		{"all wait long", all(func(_ int, c *compared) { c.long = c.waiting }), "There is no funnel plot: the figure is 100.0% in every region"},
		{"different kinds", all(func(i int, c *compared) {
			c.changeLong = func(k *kpi.KPI) { k.PartOf = "" }
			c.changeShare = func(k *kpi.KPI) { k.Funnel = []kpi.Funnel{kpi.FunnelProportion, kpi.FunnelRate}[i%2] }
		}), "to one region the figure is a proportion, and to another a rate"},
		{"nothing says what it is", all(func(_ int, c *compared) { c.changeLong = func(k *kpi.KPI) { k.PartOf = "" } }), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			page, words := funnelPage(t, servedFunnel(t, tt.all), "en")
			if !strings.Contains(words, tt.want) || tt.want == "" && page != "" || strings.Contains(page, "<svg") {
				t.Errorf("not %q: %s", tt.want, words)
			}
		})
	}
}

// A rate is compared by the Poisson distribution, and where no direction is better, a
// region is above or below and no more.
func TestFunnelOfARate(t *testing.T) {
	all := twelve()
	for i := range all {
		all[i].changeLong = func(k *kpi.KPI) { k.PartOf, k.Better = "", kpi.AsPlanned }
		all[i].changeShare = func(k *kpi.KPI) { k.Funnel, k.Better = kpi.FunnelRate, kpi.AsPlanned }
	}
	page, words := funnelPage(t, servedFunnel(t, all), "en")
	if !strings.Contains(words, "limits are of the Poisson distribution") || !strings.Contains(words, "▲ above the 99.8% limit") || strings.Contains(words, "limit: ") || !strings.Contains(page, `class="other-place"`) {
		t.Error(words)
	}
}

// So can everybody use a funnel plot.
func TestBrowserFindsTheFunnelAccessible(t *testing.T) {
	axe := axetest.Source(t)
	left := compared{title: "Region " + strings.Repeat("Långtnamn", 12), withheld: true, long: [2]float64{1, 1}, waiting: [2]float64{10, 10}}
	s := servedFunnel(t, append(twelve(), left))
	few := servedFunnel(t, slices.Concat(twelve()[:2], []compared{left}))
	d := drive(t)
	d.Open("about:blank", http.Header{})
	for _, page := range []string{s.url + "/kpi/long_waits_ratio?lang=sv", s.url + "/kpi/long_waits_ratio?lang=en", few.url + "/kpi/long_waits_ratio?lang=sv"} {
		_, name, _ := strings.Cut(page, "/kpi/")
		t.Run(name, func(t *testing.T) { d.accessible(t, page, axe) })
	}
}
