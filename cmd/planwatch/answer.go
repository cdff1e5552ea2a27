package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/format"
)

// answerer answers the alerts of an event at a running planwatch, as its page
// does.
type answerer struct {
	running
	comment string
}

// flags adds the flags that say where to answer, and as whom.
func (a *answerer) flags(cmd *cobra.Command) {
	a.running.flags(cmd, "your `name`, as in basic_auth_users of the web configuration")
	_ = cmd.MarkFlagRequired("user")
	_ = cmd.MarkFlagRequired("password-file")
}

// commandLanguage is that of what commands print, and so of a refusal, where the region has
// it.
const commandLanguage = "en"

const eventHelp = "The event is given as the labels of its message: owner, and what oncall.yaml groups by, such as\n" +
	"owner=it. The link of a message has them; planwatch alerts shows the labels of alerts, which have\nthese among others."

func newAcknowledge() *cobra.Command {
	var a answerer
	cmd := &cobra.Command{
		Use:     "ack LABEL=VALUE...",
		Short:   "Say that you have the alerts of an event, until they resolve",
		Long:    "Tells a running planwatch that you have what fires in an event: nobody else is told of it, and\nnothing escalates, until it resolves. What fires later in the event is told of.\n\n" + eventHelp,
		Example: "  planwatch alerts ack --user anna --password-file ~/.planwatch owner=it",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.answer(cmd, "acknowledge", args, nil)
		},
	}
	a.flags(cmd)
	cmd.Flags().StringVar(&a.comment, "comment", "", "a `text` for those who look next")
	return cmd
}

func newSilence() *cobra.Command {
	var a answerer
	var until string
	cmd := &cobra.Command{
		Use:     "silence LABEL=VALUE...",
		Short:   "Silence the alerts of an event until a moment",
		Long:    "Tells a running planwatch that nobody needs to hear of what fires in an event until a moment, and\nwhy. What fires later in the event is told of.\n\n" + eventHelp,
		Example: "  planwatch alerts silence --until 2025-03-18T07:00 --comment 'planned work' --user anna --password-file ~/.planwatch owner=it",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.answer(cmd, "silence", args, url.Values{"until": {"at"}, "at": {until}})
		},
	}
	a.flags(cmd)
	cmd.Flags().StringVar(&until, "until", "", "the `moment` at which it ends, in the region's time: 2025-03-18T07:00")
	cmd.Flags().StringVar(&a.comment, "comment", "", "why, for those who look next")
	_ = cmd.MarkFlagRequired("until")
	_ = cmd.MarkFlagRequired("comment")
	return cmd
}

// answer sends what the form of an event's page would.
func (a *answerer) answer(cmd *cobra.Command, what string, labels []string, more url.Values) error {
	form := url.Values{"comment": {a.comment}}
	for _, label := range labels {
		name, value, found := strings.Cut(label, "=")
		if !found || name == "" || form.Has(name) {
			return fmt.Errorf("%q is not a label such as owner=it, or is given twice", label)
		}
		form.Set(name, value)
	}
	maps.Copy(form, more)
	address, err := url.Parse(a.under("/event/" + what))
	if err != nil || address.Host == "" || address.User != nil {
		return errors.New("--url: not an address such as http://localhost:9846")
	}
	shown := address.Redacted()
	address.RawQuery = config.LanguageQuery + "=" + commandLanguage
	client, err := a.client()
	if err != nil {
		return err
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ctx, cancel := context.WithTimeout(cmd.Context(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("--url: not an address such as http://localhost:9846")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "text/plain")
	if err := a.authorize(request); err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return fmt.Errorf("%s: %w; planwatch must be running there", shown, err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusSeeOther { // back to the event's page
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "done: %s %s\n", what, format.Cell(strings.Join(labels, " ")))
		return err
	}
	why, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return fmt.Errorf("%s: %s: %w", shown, response.Status, err)
	}
	return fmt.Errorf("%s: %s", shown, format.Cell(strings.TrimSpace(string(why))))
}
