package main

import (
	"github.com/spf13/cobra"

	"planwatch/internal/report"
	"planwatch/plan"
)

func newReport(s *settings) *cobra.Command {
	var asOf, lang, format string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Hold the figures against the plan and print the worst first",
		Long: "Runs every collector once and prints each target with its figure, the worst first, and\n" +
			"then the key figures that have no target. --as-of asks for the report of a past moment;\n" +
			"a date alone means the end of that day. table and markdown are for people; json and csv\n" +
			"have every figure in the unit of its KPI.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			printed, err := report.ParseFormat(format)
			if err != nil {
				return err
			}
			language, err := report.ParseLanguage(lang)
			if err != nil {
				return err
			}
			cfg, err := s.load(nil)
			if err != nil {
				return err
			}
			result, moment, err := collectAsOf(cmd, cfg, nil, asOf)
			if err != nil {
				return err
			}
			made := report.New(report.Input{
				Region: cfg.Region, Collectors: cfg.Collectors, Samples: result.Samples, At: moment, Location: cfg.Location,
				Targets: plan.Assess(cfg.Plan.Targets, cfg.Catalogue(), result.Samples, moment, cfg.Location),
			})
			if err := made.Write(cmd.OutOrStdout(), printed, language); err != nil {
				return err
			}
			if len(result.Failures) > 0 {
				return errFoundWrong
			}
			return nil
		},
	}
	asOfFlag(cmd, &asOf)
	cmd.Flags().StringVar(&lang, "lang", "sv", "sv or en")
	cmd.Flags().StringVar(&format, "format", "table", "table, json, csv or markdown")
	return cmd
}
