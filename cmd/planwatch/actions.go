package main

import (
	"io"

	"github.com/spf13/cobra"

	"planwatch/internal/asof"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

func newActivities(s *settings) *cobra.Command {
	return newActions(s, "activities", "Show the plan's activities, and whether their effect comes", activitiesLong,
		func(w io.Writer, r *report.Report, c report.ActionChoice, f format.Format, l *language.Language) error {
			return r.WriteActivities(w, r.ChooseActivities(c), f, l)
		})
}

func newRisks(s *settings) *cobra.Command {
	return newActions(s, "risks", "Show the register's risks, and whether the effect of their measures comes", risksLong,
		func(w io.Writer, r *report.Report, c report.ActionChoice, f format.Format, l *language.Language) error {
			return r.WriteRisks(w, r.ChooseRisks(c), f, l)
		})
}

const (
	actionsLong = "Runs every collector once, as report does, and holds the figures against the plan. --as-of\n" +
		"asks for a past moment; a date alone means the end of that day. In CSV, a cell that a\n" +
		"spreadsheet would take for a formula begins with an apostrophe."
	activitiesLong = "Prints plan/activities.csv: what is done to reach the plan, how far it has come, and what\n" +
		"the targets that would show its effect say.\n\n" + actionsLong
	risksLong = "Prints plan/risks.csv: what could keep the region from its plan, what is done against it, and\n" +
		"what the targets that would show the effect say.\n\n" + actionsLong
)

// newActions is the command of activities or of risks, which write prints.
func newActions(s *settings, name, short, long string, write func(io.Writer, *report.Report, report.ActionChoice, format.Format, *language.Language) error) *cobra.Command {
	var f reportFlags
	var owners, effects []string
	cmd := &cobra.Command{Use: name, Short: short, Long: long, Args: cobra.NoArgs}
	asOfFlag(cmd, &f.asOf)
	cmd.Flags().StringVar(&f.lang, "lang", "", "the `language` of the texts, one of the region's, such as en (default: its first)")
	cmd.Flags().StringSliceVar(&owners, "owner", nil, "only those that the `owner` answers for, by the id in oncall.yaml")
	cmd.Flags().StringSliceVar(&effects, "effect", nil, "only those with the `effect`: missing, not_known, seen or not_linked")
	formatFlag(cmd, &f.format, report.ActionFormats())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		chosen, err := format.Parse(f.format, report.ActionFormats()...)
		if err != nil {
			return err
		}
		region, err := s.load(nil)
		if err != nil {
			return err
		}
		l, err := f.language(region)
		if err != nil {
			return err
		}
		choice, err := report.NewActionChoice(region, owners, effects)
		if err != nil {
			return flagFault(err)
		}
		result, moment, err := collectAsOf(cmd, region, f.asOf, asof.Compare)
		if err != nil {
			return err
		}
		made := report.New(region, assessed(region, result, moment), result.Samples, nil)
		if err := write(output(cmd, chosen), made, choice, chosen, l); err != nil {
			return err
		}
		if len(result.Failures) > 0 {
			return errFoundWrong
		}
		return nil
	}
	return cmd
}
