package alerts_test

import (
	"bytes"
	"fmt"
	"html"
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"planwatch/alerts/message"
	"planwatch/config"
	"planwatch/internal/language"
)

// htmlOf is what a reader of Markdown makes of it. Readers of messages know tables and
// struck text as well.
func htmlOf(t *testing.T, markdown string) string {
	t.Helper()
	var made bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Convert([]byte(markdown), &made); err != nil {
		t.Fatal(err)
	}
	return made.String()
}

// shown is the text that a reader of Markdown sees.
func shown(t *testing.T, markdown string) string {
	t.Helper()
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(htmlOf(t, markdown), ""))
}

// hostile are names that a warehouse may hold, and that would be more than text.
var hostile = []struct{ name, value string }{
	{"HTML", `<b>Kirurgi</b><script>alert(1)</script><img src=x onerror=alert(2)>`},
	{"an attribute", `" onmouseover="alert(3)`},
	{"a link", `[här](https://evil.example)`},
	{"a reference", `![x][y]`},
	{"an autolink", `<https://evil.example>`},
	{"formatting", "*K* **K** _K_ __K__ ~~K~~ `K`"},
	{"a table", "a | b\n--- | ---\nc | d"},
	{"headings", "# K\n## K\nK\n==="},
	{"lists", "- K\n+ K\n1. K\n> K"},
	{"escapes", `\[K\]\(x\) \`},
	{"entities", `&lt;b&gt; &amp;`},
	{"templates", `{{ template "planwatch.text" . }} {{ .Labels }} $1 ${1}`},
	{"an address", `Sunderby&owner=other#x?y=z %2F`},
}

// about is a message of one alert about a KPI in a place of that name.
func about(place string) notification {
	alert := notified{
		Status: "firing", StartsAt: "2025-03-18T07:30:00Z", EndsAt: "0001-01-01T00:00:00Z",
		Labels: map[string]string{"alertname": "BedsAvailableOffPlan", "severity": "critical", "owner": place, "hospital": place, "kpi": "beds_available", "target": place},
		Annotations: map[string]string{
			"summary": "Vårdplatser, " + place, "summary_en": "Beds, " + place, "actual": "30.0 beds", "expected": "38.0 beds", "threshold": "34.2 beds", "difference": "8.0 beds",
			"basis": "plan", "better": "higher", "data_time": place, "data_age": "2h 30m", "runbook_url": "http://localhost:9846/runbook/X", "dashboard_url": "http://localhost:3000/d/x",
		},
	}
	return notification{Status: "firing", Alerts: []notified{alert}, GroupLabels: map[string]string{"hospital": place, "owner": place}, CommonLabels: alert.Labels}
}

// texts are what two alerts about planwatch itself say, with a value in them.
func texts(place string) notification {
	n := about(place)
	n.Alerts[0].Annotations = map[string]string{"summary": place, "summary_en": place, "description": "Källan " + place, "description_en": "The source " + place, "runbook_url": "http://localhost:9846/runbook/X"}
	gone := n.Alerts[0]
	gone.Status, gone.EndsAt = "resolved", "2025-03-18T09:00:00Z"
	n.Alerts = append(n.Alerts, gone)
	return n
}

var tag = regexp.MustCompile(`<[a-zA-Z!/][^>]*>`)

// A name is text in every message, whatever it holds.
func TestHostileNamesAreText(t *testing.T) {
	region := builtin(t)
	templates := filepath.Join(fresh(t), "templates", "*.tmpl")
	space := regexp.MustCompile(`\s+`)
	flat := func(text string) string { return space.ReplaceAllString(text, " ") }
	for _, l := range region.Languages.All() {
		say := func(t *testing.T, n notification, part, kind string) string {
			t.Helper()
			return render(t, templates, n, kind, fmt.Sprintf("{{ template %q . }}", message.Name(part, region.Languages, l)))
		}
		for kind, of := range map[string]func(string) notification{"a KPI": about, "planwatch": texts} {
			harmless := of("Kirurgi")
			wantTags := len(tag.FindAllString(say(t, harmless, "html", "html"), -1))
			wantMarkdown := tag.FindAllString(htmlOf(t, say(t, harmless, "markdown", "text")), -1)
			wantTitle := tag.FindAllString(htmlOf(t, say(t, harmless, "title", "text")), -1)
			for _, tt := range hostile {
				t.Run(l.Code()+", about "+kind+", "+tt.name, func(t *testing.T) {
					n := of(tt.value)
					mail := say(t, n, "html", "html")
					if got := len(tag.FindAllString(mail, -1)); got != wantTags {
						t.Errorf("HTML of %d tags, want %d:\n%s", got, wantTags, mail)
					}
					if !strings.Contains(html.UnescapeString(mail), tt.value) {
						t.Errorf("HTML does not show %s:\n%s", tt.value, mail)
					}
					for part, want := range map[string][]string{"markdown": wantMarkdown, "title": wantTitle} {
						said := say(t, n, part, "text")
						if !strings.Contains(flat(shown(t, said)), flat(tt.value)) {
							t.Errorf("%s does not show %s:\n%s\n%s", part, tt.value, said, shown(t, said))
						}
						// The links' addresses have the name too, encoded.
						if got := elements(tag.FindAllString(htmlOf(t, said), -1)); got != elements(want) {
							t.Errorf("%s: elements\n%s\nwant\n%s\nof\n%s", part, got, elements(want), said)
						}
					}
				})
			}
		}
	}
}

// elements are the names of tags, and of links the server that they lead to.
func elements(tags []string) string {
	name := regexp.MustCompile(`^</?[a-z0-9]+( href="https?://[^/"]*)?`)
	var all []string
	for _, tag := range tags {
		all = append(all, name.FindString(tag))
	}
	return strings.Join(all, " ")
}

// gsmAlphabet are the characters of a text message that count as one.
const gsmAlphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// A text message is one, in characters that it has: of each measure, at figures that are
// written in different ways, and in places of any name.
func TestTextMessages(t *testing.T) {
	region := builtin(t)
	templates := filepath.Join(fresh(t), "templates", "*.tmpl")
	var all []notification
	for _, u := range region.Units.Units {
		for _, m := range u.Measures {
			n := about("Sunderby")
			for i, value := range []float64{1, -1234567.8} {
				alert := n.Alerts[0]
				alert.Annotations = maps.Clone(alert.Annotations)
				figure := fmt.Sprintf("%.*f %s", m.Decimals, value, m.Name)
				alert.Annotations["actual"], alert.Annotations["expected"] = figure, figure
				if i == 1 && m.Counts() {
					alert.Annotations["forecast"], alert.Annotations["target"] = figure, figure
				}
				one := n
				one.Alerts = []notified{alert}
				all = append(all, one)
			}
		}
	}
	for _, tt := range hostile {
		all = append(all, about(tt.value), texts(tt.value))
	}
	many := about("Kárášjohka – Čoahkkinlatnja … «Mätt» 漢字")
	for range 10 {
		many.Alerts = append(many.Alerts, many.Alerts[0])
	}
	gone := texts("Sunderby")
	gone.Status, gone.Alerts = "resolved", gone.Alerts[1:]
	all = append(all, many, gone)
	for _, l := range region.Languages.All() {
		for i, n := range all {
			said := render(t, templates, n, "text", fmt.Sprintf("{{ template %q . }}", message.Name("sms", region.Languages, l)))
			text, link, found := strings.Cut(said, " http://localhost:9846/event?")
			if !found || !strings.HasPrefix(link, "hospital=") || strings.ContainsAny(link, " \n") || strings.Contains(text, "\n") {
				t.Errorf("%s, %d: no link at the end of\n%s", l.Code(), i, said)
			}
			for _, r := range said {
				if !strings.ContainsRune(gsmAlphabet, r) {
					t.Errorf("%s: %q is not of the GSM alphabet in\n%s", l.Code(), r, said)
				}
			}
			// A name that is long when it is encoded makes two messages, with a few words.
			if length, words := utf8.RuneCountInString(said), utf8.RuneCountInString(text); length > 160 && (len(link) < 62 || words > 70) {
				t.Errorf("%s: %d characters:\n%s", l.Code(), length, said)
			}
			if n.Alerts[0].Annotations["actual"] != "" && !strings.Contains(text, strings.Split(figuresOf(l), " ")[0]) {
				t.Errorf("%s: no figures in\n%s", l.Code(), said)
			}
		}
	}
}

// figuresOf is the word that stands between the figures, in a language.
func figuresOf(l *language.Language) string {
	return strings.TrimSpace(language.Fill(l.Say("{actual.short} against {expected.short}"), func(string) string { return "" }))
}

// What began after the last message is marked, where the message tells of more.
func TestNewAlertsAreMarked(t *testing.T) {
	region := builtin(t)
	templates := filepath.Join(fresh(t), "templates", "*.tmpl")
	begun := func(place string, ago time.Duration) notified {
		alert := about(place).Alerts[0]
		alert.StartsAt = time.Now().Add(-ago).UTC().Format(time.RFC3339Nano)
		return alert
	}
	for _, tt := range []struct {
		name   string
		alerts []notified
		marked []bool
	}{
		{"the first message", []notified{begun("A", 30*time.Second)}, []bool{false}},
		{"all are new", []notified{begun("A", 30*time.Second), begun("B", time.Minute)}, []bool{false, false}},
		{"one is new", []notified{begun("A", time.Hour), begun("B", time.Minute)}, []bool{false, true}},
		{"none is new", []notified{begun("A", time.Hour), begun("B", 2*time.Hour)}, []bool{false, false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := about("Sunderby")
			n.Alerts = tt.alerts
			for part, kind := range map[string]string{"text": "text", "markdown": "text", "html": "html"} {
				for l, word := range map[string]string{"sv": "nytt", "en": "new"} {
					language, err := region.Languages.Get(l)
					if err != nil {
						t.Fatal(err)
					}
					said := render(t, templates, n, kind, fmt.Sprintf("{{ template %q . }}", message.Name(part, region.Languages, language)))
					lines := regexp.MustCompile(`(?m)^.*\d{4}-\d{2}-\d{2} \d{2}:\d{2}(.*)$`).FindAllString(said, -1)
					var got []bool
					for _, line := range lines {
						if strings.Contains(line, "sedan") || strings.Contains(line, "since") {
							got = append(got, regexp.MustCompile(`\([*]*(<strong>)?`+word).MatchString(line))
						}
					}
					if fmt.Sprint(got) != fmt.Sprint(tt.marked) {
						t.Errorf("%s in %s: marked %v, want %v:\n%s", part, l, got, tt.marked, said)
					}
				}
			}
		})
	}
}

// An alert is new for as long as no message can have told of it before.
func TestNewForIsThatOfTheRouting(t *testing.T) {
	text := read(t, routing(t))
	var sum time.Duration
	for _, key := range []string{"group_wait", "group_interval"} {
		found := regexp.MustCompile(`(?m)^  ` + key + `: (.*)$`).FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("no %s", key)
		}
		value, err := time.ParseDuration(found[1])
		if err != nil {
			t.Fatal(err)
		}
		sum += value
	}
	if want := message.NewFor(builtin(t).OnCall); sum != want {
		t.Errorf("new for %s, want %s", want, sum)
	}
}

// The first line of the plain text is what a phone shows on its lock screen: how bad, what, where
// and the figures.
func TestFirstLineIsEnough(t *testing.T) {
	said := render(t, filepath.Join(fresh(t), "templates", "*.tmpl"), about("Sunderby"), "text", `{{ template "planwatch.text" . }}`)
	if first, _, _ := strings.Cut(said, "\n"); first != "[KRITISKT] Vårdplatser, Sunderby: 30 mot 38 enligt planen" {
		t.Errorf("the first line is %q", first)
	}
}

// Links lead where people reach planwatch, under a path too.
func TestLinksFollowTheExternalURL(t *testing.T) {
	t.Setenv("PLANWATCH_WEB_EXTERNAL_URL", "https://proxy.example/planwatch/")
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	_, made := generated(t, dir)
	if rules := read(t, filepath.Join(made, "rules", "beds.yaml")); !strings.Contains(rules, "runbook_url: https://proxy.example/planwatch/runbook/BedsAvailableOffPlan\n") {
		t.Error("the rules do not link to the proxy")
	}
	for part, kind := range map[string]string{"text": "text", "markdown": "text", "html": "html", "sms": "text"} {
		said := render(t, filepath.Join(made, "templates", "*.tmpl"), about("Sunderby sjukhus & mer"), kind, `{{ template "planwatch.en.`+part+`" . }}`)
		want := "https://proxy.example/planwatch/event?hospital=Sunderby+sjukhus+%26+mer&owner=Sunderby+sjukhus+%26+mer&lang=en"
		if !strings.Contains(html.UnescapeString(said), want) {
			t.Errorf("%s: no %s in\n%s", part, want, said)
		}
		if want := "https://proxy.example/planwatch/kpi/beds_available?target=Sunderby+sjukhus+%26+mer&lang=en"; strings.Contains(html.UnescapeString(said), want) != (part != "sms") {
			t.Errorf("%s: %s is in all but a text message:\n%s", part, want, said)
		}
	}
}

// An alert about a KPI leads to its page, at the target where there is one; any other
// leads to no KPI.
func TestMessagesLeadToTheKPI(t *testing.T) {
	templates := filepath.Join(fresh(t), "templates", "*.tmpl")
	for _, tt := range []struct {
		name, kpi, target string
		// sv and en are the ends of the links; "" for no link.
		sv, en string
	}{
		{"a target", "beds_available", "beds-kirurgi", "/kpi/beds_available?target=beds-kirurgi", "/kpi/beds_available?target=beds-kirurgi&lang=en"},
		{"a KPI without a target", "beds_available", "", "/kpi/beds_available", "/kpi/beds_available?lang=en"},
		{"no KPI", "", "", "", ""},
	} {
		for _, status := range []string{"firing", "resolved"} {
			t.Run(tt.name+", "+status, func(t *testing.T) {
				n := about("Sunderby")
				n.Status, n.Alerts[0].Status, n.Alerts[0].EndsAt = status, status, "2025-03-18T09:00:00Z"
				n.Alerts[0].Labels = maps.Clone(n.Alerts[0].Labels)
				n.Alerts[0].Labels["kpi"], n.Alerts[0].Labels["target"] = tt.kpi, tt.target
				for part, kind := range map[string]string{"text": "text", "markdown": "text", "html": "html"} {
					for prefix, want := range map[string]string{"planwatch.": tt.sv, "planwatch.en.": tt.en} {
						said := html.UnescapeString(render(t, templates, n, kind, `{{ template "`+prefix+part+`" . }}`))
						links := regexp.MustCompile(`http://localhost:9846(/kpi/[^\s")]*)`).FindAllStringSubmatch(said, -1)
						switch {
						case want == "" && len(links) > 0:
							t.Errorf("%s%s leads to %s", prefix, part, links[0][1])
						case want != "" && (len(links) != 1 || links[0][1] != want):
							t.Errorf("%s%s leads to %v, want %s:\n%s", prefix, part, links, want, said)
						}
					}
				}
			})
		}
	}
}

// How old the data are is told in words of the language, in two units at most.
func TestAgesInMessages(t *testing.T) {
	region := builtin(t)
	templates, writer := filepath.Join(fresh(t), "templates", "*.tmpl"), message.New(region)
	for age, want := range map[string][2]string{
		"17d 8h 1m": {"17\u00a0dygn 8\u00a0tim", "17\u00a0d 8\u00a0h"}, "2d 0h 59m": {"2\u00a0dygn", "2\u00a0d"}, "8h 30m": {"8\u00a0tim 30\u00a0min", "8\u00a0h 30\u00a0min"},
		"8h 0m": {"8\u00a0tim", "8\u00a0h"}, "12m": {"12\u00a0min", "12\u00a0min"}, "45s": {"45s", "45s"}, "": {"", ""},
	} {
		n := about("Sunderby")
		n.Alerts[0].Annotations["data_age"] = age
		for i, code := range []string{"sv", "en"} {
			l, err := region.Languages.Get(code)
			if err != nil {
				t.Fatal(err)
			}
			sentence := language.Fill(l.Say("The oldest figure is from {data_time}, {data_age} ago."), func(place string) string {
				return map[string]string{"data_time": "Sunderby", "data_age": want[i]}[place]
			})
			said := render(t, templates, n, "text", fmt.Sprintf("{{ template %q . }}", message.Name("text", region.Languages, l)))
			if !strings.Contains(said, sentence) {
				t.Errorf("%s, %s: no %q in\n%s", code, age, sentence, said)
			}
			if on := writer.Description(n.Alerts[0].Labels, n.Alerts[0].Annotations, l); !strings.Contains(on, sentence) {
				t.Errorf("%s, %s: no %q on the page:\n%s", code, age, sentence, on)
			}
		}
	}
}
