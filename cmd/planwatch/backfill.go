package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"planwatch/internal/backfill"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
)

func newBackfill(s *settings) *cobra.Command {
	flags, formatName := backfill.DefaultFlags(), ""
	var output string
	var once bool
	var labels []string
	cmd := &cobra.Command{
		Use:   "backfill --output DIR",
		Short: "Write past figures for a Prometheus, Mimir, Thanos or VictoriaMetrics",
		Long: "Runs the collectors as of one moment after the other, compares the figures with the plan,\n" +
			"and writes what a scrape would have got in all the time: every series of the figures and of\n" +
			"the plan, each value repeated until the next moment or until it is withdrawn. DIR gets blocks\n" +
			"of Prometheus' database, or OpenMetrics text. After an interruption, the same command goes on.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if flags.Format, err = format.Parse(formatName, backfill.Formats()...); err != nil {
				return err
			}
			if flags.Labels, err = addedLabels(flags.Labels, labels); err != nil {
				return err
			}
			slices.Sort(flags.Collectors)
			flags.Collectors = slices.Compact(flags.Collectors)
			region, err := s.load(nil)
			if err != nil {
				return err
			}
			printNotices(cmd, region.Loading())
			shown := newProgressLine(cmd.ErrOrStderr())
			report, err := backfill.Run(cmd.Context(), region, backfill.Options{
				Flags: flags, Output: output, Once: once, Progress: func(p backfill.Progress) { shown.show(p.String()) },
				Note: func(text string) { printNotices(cmd, []string{text}) },
			})
			shown.end()
			if err != nil {
				return err
			}
			err = printReport(cmd, report, flags, output)
			if once && errors.Is(err, errFoundWrong) {
				return nil // a gap in the past keeps no Prometheus from starting
			}
			return err
		},
	}
	cmd.Flags().StringVar(&flags.From, "from", "", fmt.Sprintf("the first `moment`, as --as-of takes it; a date alone is that day (default: the day %d days before --to, for thirteen months)", backfill.Days))
	cmd.Flags().StringVar(&flags.To, "to", "", "the last `moment`; a date alone is the end of that day (default: now, by planwatch's clock)")
	cmd.Flags().Var((*durationFlag)(&flags.Step), "step", "the `time` between the moments; whole days are those of the calendar")
	cmd.Flags().Var((*durationFlag)(&flags.Fill), "fill", "the `time` between the samples that repeat a figure; Prometheus shows a sample for 5m")
	cmd.Flags().BoolVar(&flags.Hold, "hold", false, "let a figure hold until the next moment, though it is older than max_age by then: for lines without gaps")
	cmd.Flags().Var((*durationFlag)(&flags.Block), "block", "how `long` a block or a file is, in whole days; Mimir takes 1d")
	cmd.Flags().StringArrayVar(&flags.Collectors, "collector", nil, "a collector's `name`; repeatable (default: all)")
	cmd.Flags().StringArrayVar(&labels, "label", nil, "a label `name=value` that every series gets, as a scrape gives them; repeatable, and empty to leave one out (default: "+written(flags.Labels)+")")
	cmd.Flags().StringVar(&output, "output", "", "the `directory` to write to: a new one, or that of a run that was interrupted")
	formatFlag(cmd, &formatName, backfill.Formats())
	cmd.Flags().BoolVar(&once, "once", false, "for what runs before each start of a Prometheus, with its data directory as --output: write only before the first, and exit with 0 though there are gaps")
	if err := cmd.MarkFlagRequired("output"); err != nil {
		panic(err) // there is no such flag
	}
	return cmd
}

// printReport prints what is written, and what is not.
func printReport(cmd *cobra.Command, report backfill.Report, flags backfill.Flags, output string) error {
	if report.Left != "" {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "left %s as it is: %s\n", output, report.Left)
		return err
	}
	thing := "block"
	if flags.Format == format.OpenMetrics {
		thing = "file"
	}
	done := "wrote"
	if report.Before {
		done = "had written before"
	}
	gone := ""
	if report.Gone > 0 {
		gone = fmt.Sprintf("; %s not there any more (moved or removed); to write all anew, empty the folder", format.Count(report.Gone, thing))
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s %s to %s: %d samples of up to %d series, as of %s%s\n",
		done, format.Count(report.Parts, thing), output, report.Samples, report.Series, format.Count(report.Moments, "moment"), gone)
	if err != nil {
		return err
	}
	for _, missing := range report.Missing {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: %s\n", missing)
	}
	if len(report.Missing) > 0 {
		return errFoundWrong
	}
	return nil
}

// addedLabels are the labels with those that a person gave.
func addedLabels(labels kpi.Labels, given []string) (kpi.Labels, error) {
	byName := map[string]string{}
	for _, l := range labels {
		byName[l.Name] = l.Value
	}
	for _, text := range given {
		name, value, found := strings.Cut(text, "=")
		if !found || !model.LegacyValidation.IsValidLabelName(name) || strings.HasPrefix(name, model.ReservedLabelPrefix) {
			return nil, fmt.Errorf("--label %q is not a label such as instance=planwatch:9846", text)
		}
		byName[name] = value
	}
	var all []kpi.Label
	for name, value := range byName {
		all = append(all, kpi.Label{Name: name, Value: value})
	}
	return kpi.NewLabels(all...), nil
}

func written(labels kpi.Labels) string {
	texts := make([]string, len(labels))
	for i, l := range labels {
		texts[i] = l.Name + "=" + l.Value
	}
	return strings.Join(texts, ", ")
}

// durationFlag is a flag with a duration as Prometheus writes it.
type durationFlag yamlfile.Duration

func (d *durationFlag) Set(text string) error {
	return (*yamlfile.Duration)(d).UnmarshalText([]byte(text))
}
func (d *durationFlag) String() string { return yamlfile.Duration(*d).String() }
func (d *durationFlag) Type() string   { return "duration" }

// progressLine is a line on a terminal that is written over. Elsewhere it is
// nothing.
type progressLine struct {
	terminal io.Writer
	last     string
}

func newProgressLine(stderr io.Writer) *progressLine {
	if shown, ok := stderr.(*format.Visible); ok {
		stderr = shown.Raw()
	}
	if file, ok := stderr.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return &progressLine{terminal: file}
	}
	return &progressLine{}
}

// show writes a progress over the one before.
func (l *progressLine) show(text string) {
	if l.terminal != nil && text != l.last {
		l.last = text
		// The code is that for clearing the rest of a line.
		_, _ = fmt.Fprintf(l.terminal, "\rplanwatch: %s\x1b[K", text)
	}
}

// end ends the line.
func (l *progressLine) end() {
	if l.last != "" {
		_, _ = fmt.Fprintln(l.terminal)
	}
}
