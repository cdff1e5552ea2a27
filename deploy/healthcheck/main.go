// Command healthcheck requests a URL: it exits with 0 if the answer is 200, and
// with 1 if it is another or there is none. It is for images without a shell.
// Where the URL asks for a password, HEALTHCHECK_USER is the user and
// HEALTHCHECK_PASSWORD_FILE holds the password.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"planwatch/internal/diskfile"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: healthcheck URL")
		os.Exit(2)
	}
	if err := ask(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "healthcheck: %v\n", err)
		os.Exit(1)
	}
}

func ask(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	//nolint:gosec // asking the URL that it is given is what it is for
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if err := authenticate(request); err != nil {
		return err
	}
	//nolint:gosec // as above
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	return nil
}

// authenticate adds the user and the password of the environment, if there are
// any.
func authenticate(request *http.Request) error {
	user, file := os.Getenv("HEALTHCHECK_USER"), os.Getenv("HEALTHCHECK_PASSWORD_FILE")
	if user == "" {
		return nil
	}
	password, err := diskfile.Read(file, diskfile.Small)
	if err != nil {
		return fmt.Errorf("HEALTHCHECK_PASSWORD_FILE: %w", err)
	}
	request.SetBasicAuth(user, strings.TrimSpace(string(password)))
	return nil
}
