package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"planwatch/alerts/backtest"
	"planwatch/alerts/evaluator"
	"planwatch/internal/backfill"
	"planwatch/internal/format"
	"planwatch/internal/naming"
)

func newAlerts(s *settings) *cobra.Command {
	var asked running
	var formatName string
	past := backtest.Options{Period: backfill.DefaultPeriod()}
	formats := []format.Format{format.Table, format.JSON}
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "Show what is firing and pending, or what would have fired in the past",
		Long: "Asks a running planwatch for the alerts that are firing or pending: the figure, since\n" +
			"when, and what it means. A Prometheus that evaluates the rules can be asked as well.\n" +
			"\n" +
			"With --from it asks the warehouse instead, as of one moment after the other, and evaluates\n" +
			"the rules about key figures over that past: which alerts would have fired, for how long,\n" +
			"whom they would have told, and which were noise. Nothing is sent. Rules about planwatch\n" +
			"itself are left out, since its own metrics have no past.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := format.Parse(formatName, formats...)
			if err != nil {
				return err
			}
			if isOfPast(cmd) {
				if cmd.Flags().Changed("url") {
					return errors.New("--url asks a running planwatch for the present, and --from asks the warehouse for the past; give one of them")
				}
				past.Finely = !cmd.Flags().Changed("step")
				return testAlerts(cmd, s, past, chosen)
			}
			active, warnings, err := askAlerts(cmd.Context(), asked)
			if err != nil {
				return err
			}
			for _, warning := range warnings {
				_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: %s\n", format.Cell(warning))
			}
			if chosen == format.JSON {
				return format.WriteJSON(output(cmd, chosen), active)
			}
			return printAlerts(output(cmd, chosen), active)
		},
	}
	asked.flags(cmd, "your `name`, where planwatch asks for one")
	cmd.MarkFlagsRequiredTogether("user", "password-file")
	cmd.Flags().StringVar(&past.From, "from", "", "the first `moment` of a past to test, as --as-of takes it; a date alone is that day")
	cmd.Flags().StringVar(&past.To, "to", "", "the last `moment`; a date alone is the end of that day (default: now, by planwatch's clock)")
	cmd.Flags().Var((*durationFlag)(&past.Step), "step", "the `time` between the moments; whole days are those of the calendar. Unless it is given, collectors whose figures hold for less are asked as often as they do")
	cmd.Flags().StringArrayVar(&past.Collectors, "collector", nil, "the `name` of a collector whose alerts are tested; repeatable (default: all)")
	formatFlag(cmd, &formatName, formats)
	cmd.AddCommand(newAcknowledge(), newSilence())
	return cmd
}

// isOfPast reports whether a flag asks for the past.
func isOfPast(cmd *cobra.Command) bool {
	return slices.ContainsFunc([]string{"from", "to", "step", "collector"}, cmd.Flags().Changed)
}

// testAlerts prints which alerts would have fired in the past.
func testAlerts(cmd *cobra.Command, s *settings, o backtest.Options, chosen format.Format) error {
	region, err := s.load(nil)
	if err != nil {
		return err
	}
	printNotices(cmd, region.Loading())
	shown := newProgressLine(cmd.ErrOrStderr())
	o.Progress = func(p backfill.Progress) { shown.show(p.Replayed()) }
	o.Note = func(text string) { printNotices(cmd, []string{text}) }
	result, err := backtest.Run(cmd.Context(), region, o)
	shown.end()
	if err != nil {
		return err
	}
	if err := result.Write(output(cmd, chosen), chosen, region.Location); err != nil {
		return err
	}
	printNotices(cmd, result.Missing)
	if len(result.Missing) > 0 {
		return errFoundWrong
	}
	return nil
}

// askAlerts gets the alerts of a planwatch, whose address may hold a password, and what
// to know about them. Its errors never hold the password.
func askAlerts(ctx context.Context, of running) (active []evaluator.Alert, warnings []string, err error) {
	parsed, err := url.Parse(of.under("/api/v1/alerts"))
	if err != nil || parsed.Host == "" {
		return nil, nil, errors.New("--url: not an address such as http://localhost:9846")
	}
	client, err := of.client()
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, parsed.String(), nil)
	if err != nil {
		return nil, nil, errors.New("--url: not an address such as http://localhost:9846")
	}
	if err := of.authorize(request); err != nil {
		return nil, nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		// The error has the address with the user name, or that of a redirect.
		if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, nil, fmt.Errorf("%s: %w; planwatch must be running there", parsed.Redacted(), err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, nil, fmt.Errorf("%s: %s; where planwatch serves several regions, name one: --url ADDRESS/r/NAME", parsed.Redacted(), response.Status)
	}
	if response.StatusCode == http.StatusUnauthorized {
		return nil, nil, fmt.Errorf("%s: it asks who you are, or does not know you; give --user and --password-file", parsed.Redacted())
	}
	var answer struct {
		Status, Error string
		Warnings      []string
		Data          struct{ Alerts []evaluator.Alert }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, nil, fmt.Errorf("%s: %s without alerts: %w", parsed.Redacted(), response.Status, err)
	}
	switch {
	case answer.Status == "success" && answer.Data.Alerts != nil:
	case answer.Error != "":
		return nil, nil, fmt.Errorf("%s: %s", parsed.Redacted(), format.Cell(answer.Error))
	default: // it must not be taken for "no alerts"
		return nil, nil, fmt.Errorf("%s: %s, and no list of alerts; is planwatch running there?", parsed.Redacted(), response.Status)
	}
	return answer.Data.Alerts, answer.Warnings, nil
}

func printAlerts(w io.Writer, active []evaluator.Alert) error {
	if len(active) == 0 {
		_, err := fmt.Fprintln(w, "nothing is firing or pending")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "STATE\tSEVERITY\tSINCE\tALERT\tACTUAL\tEXPECTED\tSUMMARY\tLABELS")
	for _, alert := range active {
		cells := []string{
			alert.State, alert.Labels[naming.LabelSeverity], alert.ActiveAt.Local().Format("2006-01-02 15:04:05"), alert.Name(),
			alert.Annotations[naming.AnnotationActual], alert.Annotations[naming.AnnotationExpected], alert.Annotations[naming.AnnotationSummary("")],
			placeLabels(alert.Labels),
		}
		for i := range cells {
			cells[i] = format.Cell(cells[i])
		}
		_, _ = fmt.Fprintln(out, strings.Join(cells, "\t"))
	}
	return out.Flush()
}

// notOfPlace are labels that say nothing of whose an alert is, or where.
var notOfPlace = []string{
	naming.LabelAlertName, naming.LabelSeverity, naming.LabelDomain, naming.LabelSource, naming.LabelKPI, naming.LabelTarget, naming.LabelFor, naming.LabelUnit,
}

// placeLabels are those that say whose an alert is and where, as a shell takes them. Some
// are its event's: owner, and what oncall.yaml groups by, which the server knows.
func placeLabels(labels map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if !slices.Contains(notOfPlace, name) {
			all = append(all, shellWord(name+"="+labels[name]))
		}
	}
	return strings.Join(all, " ")
}

var needsQuotes = regexp.MustCompile(`[^\pL\pN=_.,:/@%+-]`)

// shellWord is the text as one word of a shell.
func shellWord(text string) string {
	if needsQuotes.MatchString(text) {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	return text
}
