package web_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/internal/clock"
	"planwatch/internal/history"
	"planwatch/internal/replica"
	"planwatch/internal/web"
)

func TestCollectorsInWords(t *testing.T) {
	region := loaded(t, "[sv, en]")
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	well := func(i int) collectors.Status {
		return collectors.Status{Definition: region.Collectors[i], LastRun: at, LastSuccess: at, Rows: 1, Shown: 1, DataTime: at.Add(-3 * time.Hour), SourceUp: true}
	}
	failing := func(i, length int) collectors.Status {
		s := well(i)
		s.Err = errors.New(strings.Repeat("e", length) + "END")
		return s
	}
	kept := history.Progress{Collectors: map[string]history.Moments{"beds": {Wanted: 60, Kept: 42}, "finance": {Wanted: 14, Kept: 12, Failed: 2}}}
	for _, tt := range []struct {
		name, lang string
		states     []collectors.Status
		contains   []string
		never      []string
	}{
		{
			"all succeed", "sv", []collectors.Status{well(0), well(1), well(2)},
			[]string{
				"Alla 3 lyckas", "med 5 minuters mellanrum", `<code class="where">*/5 * * * *</code>`, "varje dag kl. 05:00", "3\u00a0tim", "42 av 60 tillfällen", "12 av 14 tillfällen, 2 går inte att läsa", "sparas inte",
			},
			[]string{"misslyckas", "<pre"},
		},
		{"an error is whole", "en", []collectors.Status{well(0), failing(1, 40_000)}, []string{"1 of 2 fails", "eEND</pre>"}, []string{"…</pre>"}},
		{"many long errors are cut", "en", []collectors.Status{failing(0, 40_000), failing(1, 40_000)}, []string{"2 of 2 fail", "…</pre>"}, []string{"eEND"}},
		{"none", "en", nil, nil, []string{"succeed", "fail"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base := "http://" + serve(t, "", func(c *web.Content) {
				everything(t, "[sv, en]")(c)
				c.Clock = clock.StartingAt(at)
				c.Collectors = func() []collectors.Status { return tt.states }
				c.History = func() (history.Progress, bool) { return kept, true }
			})
			response, body := get(t, http.MethodGet, base+"/collectors?lang="+tt.lang, nil)
			page := string(body)
			for _, want := range tt.contains {
				if !strings.Contains(page, want) {
					t.Errorf("no %q", want)
				}
			}
			for _, never := range tt.never {
				if strings.Contains(page, never) {
					t.Errorf("the page has %q", never)
				}
			}
			if len(page) > 150_000 || response.Header.Get("ETag") == "" {
				t.Errorf("%d bytes, ETag %q", len(page), response.Header.Get("ETag"))
			}
		})
	}
}

func TestReplicasInWords(t *testing.T) {
	others := []replica.Peer{{Address: "https://planwatch-2.example.org:9846"}, {Address: "https://planwatch-3.example.org:9846", Up: true}}
	for _, tt := range []struct {
		role       replica.Role
		lang, want string
	}{
		{replica.Leads, "sv", "Denna planwatch leder: den hämtar och skickar"},
		{replica.StandsIn, "en", "This planwatch leads: it collects and sends"},
		{replica.Follows, "en", "This planwatch follows: it shows what another collects"},
	} {
		t.Run(string(tt.role), func(t *testing.T) {
			base := "http://" + serve(t, "", func(c *web.Content) {
				everything(t, "[sv, en]")(c)
				c.Replicas = func() (replica.Role, []replica.Peer) { return tt.role, others }
			})
			_, body := get(t, http.MethodGet, base+"/collectors?lang="+tt.lang, nil)
			if page := string(body); !strings.Contains(page, tt.want) || !strings.Contains(page, others[0].Address) || strings.Contains(page, others[1].Address) {
				t.Errorf("the page has not %q, or other replicas than the one that does not answer", tt.want)
			}
		})
	}
}
