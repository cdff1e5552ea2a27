//go:build gms_pure_go

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"planwatch/internal/audit"
	"planwatch/internal/comment"
)

// Comments and lines of the audit log are kept over a kill at any moment: all
// that a page said were kept, once each, and whoever was refused.
func TestAnswersOutlastAKill(t *testing.T) {
	dir := t.TempDir()
	web := filepath.Join(dir, "web.yaml")
	hash, err := bcrypt.GenerateFromPassword([]byte("test"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(web, []byte("basic_auth_users:\n  anna: "+string(hash)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	storage := filepath.Join(dir, "storage")
	send := func(base, password, text string) (int, error) {
		sent := url.Values{"kpi": {"beds_available"}, "comment": {text}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/comments", strings.NewReader(sent.Encode()))
		if err != nil {
			return 0, err
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.SetBasicAuth("anna", password)
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response, err := client.Do(request)
		if err != nil {
			return 0, err
		}
		_ = response.Body.Close()
		return response.StatusCode, nil
	}
	var kept sync.Map
	for round := range 2 {
		served := start(t, "--web.config.file", web, "--storage.path", storage)
		if code, err := send(served.url, "wrong", "x"); err != nil || code != http.StatusUnauthorized {
			t.Fatalf("a wrong password: %d, %v", code, err)
		}
		var all sync.WaitGroup
		var done atomic.Int32
		for writer := range 4 {
			all.Go(func() {
				for n := 0; ; n++ {
					text := fmt.Sprintf("round %d, writer %d, comment %d", round, writer, n)
					code, err := send(served.url, "test", text)
					if err != nil { // it has been killed
						return
					}
					if code != http.StatusSeeOther {
						t.Errorf("%s: %d", text, code)
						return
					}
					kept.Store(text, true)
					done.Add(1)
				}
			})
		}
		served.until(t, "some comments", func() bool { return done.Load() >= 20 })
		if err := served.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = served.Wait()
		all.Wait()
	}
	// Another start cuts off what is torn.
	start(t, "--web.config.file", web, "--storage.path", storage)
	var comments []comment.Comment
	if err := json.Unmarshal([]byte(planwatch(t, "comments", "--storage.path", storage, "--format", "json")), &comments); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, c := range comments {
		found[c.Text]++
		if c.Author != "anna" || c.About.KPI != "beds_available" {
			t.Errorf("%+v", c)
		}
	}
	count := 0
	kept.Range(func(text, _ any) bool {
		count++
		if found[text.(string)] != 1 {
			t.Errorf("%q is there %d times", text, found[text.(string)])
		}
		return true
	})
	if count < 40 {
		t.Errorf("only %d comments were kept", count)
	}
	var entries []audit.Entry
	if err := json.Unmarshal([]byte(planwatch(t, "audit", "--storage.path", storage, "--format", "json")), &entries); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, entry := range entries {
		if entry.Action == audit.Refused && entry.Outcome == "wrong user or password" {
			refused++
		}
	}
	if refused != 2 || len(entries) < count {
		t.Errorf("%d refusals of 2, %d entries", refused, len(entries))
	}
}
