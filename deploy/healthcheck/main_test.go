package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The health check gets past basic authentication, and never says the password.
func TestAsk(t *testing.T) {
	open := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(open.Close)
	guarded := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "health" || password != "hunter2" {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
		}
	}))
	t.Cleanup(guarded.Close)
	dir := t.TempDir()
	for name, text := range map[string]string{"right": "hunter2\n", "wrong": "hunter3\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, url, user, file, want string }{
		{"without a password", open.URL, "", "", ""},
		{"with one", guarded.URL, "health", "right", ""},
		{"with one that is not asked for", open.URL, "health", "right", ""},
		{"without the one that is asked for", guarded.URL, "", "", "answers 401 Unauthorized"},
		{"with a wrong one", guarded.URL, "health", "wrong", "answers 401 Unauthorized"},
		{"with a file that is not there", guarded.URL, "health", "none", "HEALTHCHECK_PASSWORD_FILE: open "},
		{"with a pipe for a file", guarded.URL, "health", "pipe", "/pipe: a pipe, not a regular file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("HEALTHCHECK_USER", tt.user)
			t.Setenv("HEALTHCHECK_PASSWORD_FILE", filepath.Join(dir, tt.file))
			err := ask(tt.url)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter") {
				t.Errorf("the password is told: %v", err)
			}
		})
	}
}
