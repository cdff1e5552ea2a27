package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/alertmanager"
	"planwatch/internal/web"
)

// The outbox shows what would have been sent as text, and is linked where
// messages are kept.
func TestOutbox(t *testing.T) {
	messages := []alertmanager.Message{
		{At: time.Now(), Receiver: "ward", Kind: alertmanager.Email, Subject: "[CRITICAL] <b>queue</b>", Text: "60 against 40 <script>alert(1)</script>"},
		{At: time.Now(), Receiver: "ward", Kind: alertmanager.Webhook, Text: "{}"},
	}
	for _, tt := range []struct {
		name string
		kept bool
		want string
	}{{"kept", true, "Nothing here has been sent to anybody"}, {"sent", false, "Messages are sent, not kept here"}} {
		t.Run(tt.name, func(t *testing.T) {
			base := "http://" + serve(t, "", func(c *web.Content) {
				c.Outbox = func() ([]alertmanager.Message, bool) { return messages, tt.kept }
			})
			response, body := get(t, http.MethodGet, base+"/outbox?lang=en", nil)
			page := string(body)
			if response.StatusCode != http.StatusOK || !strings.Contains(page, tt.want) || strings.Contains(page, "<script>") || strings.Contains(page, "<b>queue") {
				t.Errorf("%s\n%s", response.Status, page)
			}
			if shown := strings.Contains(page, "60 against 40 &lt;script&gt;"); shown != tt.kept {
				t.Errorf("the message is shown: %t", shown)
			}
			if _, events := get(t, http.MethodGet, base+"/events?lang=en", nil); strings.Contains(string(events), `href="outbox?lang=en"`) != tt.kept {
				t.Errorf("linked: %t", !tt.kept)
			}
		})
	}
}
