package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"planwatch/alerts/evaluator"
)

func newAlerts() *cobra.Command {
	var url, format string
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "Show what is firing and pending",
		Long:  "Asks a running planwatch for the alerts that are firing or pending: the figure, since\nwhen, and what it means. A Prometheus that evaluates the rules can be asked as well.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			active, err := askAlerts(cmd.Context(), strings.TrimSuffix(url, "/")+"/api/v1/alerts")
			if err != nil {
				return err
			}
			switch format {
			case "json":
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetEscapeHTML(false)
				encoder.SetIndent("", "  ")
				return encoder.Encode(active)
			case "table":
				return printAlerts(cmd.OutOrStdout(), active)
			}
			return fmt.Errorf("format: %q is not table or json", format)
		},
	}
	cmd.Flags().StringVar(&url, "url", "http://localhost:9846", "the `address` that planwatch serves on")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

func askAlerts(ctx context.Context, url string) ([]evaluator.Alert, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("is planwatch serving? %w", err)
	}
	defer response.Body.Close()
	var answer struct {
		Status, Error string
		Data          struct{ Alerts []evaluator.Alert }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: %s, and no alerts: %w", url, response.Status, err)
	}
	if answer.Status != "success" {
		return nil, fmt.Errorf("%s: %s", url, answer.Error)
	}
	return answer.Data.Alerts, nil
}

func printAlerts(w io.Writer, active []evaluator.Alert) error {
	if len(active) == 0 {
		_, err := fmt.Fprintln(w, "nothing is firing or pending")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "STATE\tSEVERITY\tSINCE\tALERT\tSUMMARY")
	for _, alert := range active {
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", alert.State, alert.Labels["severity"],
			alert.ActiveAt.Local().Format("2006-01-02 15:04:05"), alert.Name(), alert.Annotations["summary"])
	}
	return out.Flush()
}
