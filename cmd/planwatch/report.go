package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"planwatch/internal/asof"
	"planwatch/internal/course"
	"planwatch/internal/format"
	"planwatch/internal/report"
	"planwatch/plan"
)

func newReport(s *settings) *cobra.Command {
	var asOf, lang, formatName string
	var past bool
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Compare the figures with the plan and print the worst first",
		Long: "Runs every collector once and prints each target with its figure, the worst first, and\n" +
			"then the key figures that have no target. --as-of asks for the report of a past moment;\n" +
			"a date alone means the end of that day. table and markdown are for people; json and csv\n" +
			"have every figure in the unit of its KPI.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := format.Parse(formatName, report.Formats()...)
			if err != nil {
				return err
			}
			region, err := s.load(nil)
			if err != nil {
				return err
			}
			l := region.Languages.First()
			if lang != "" {
				if l, err = region.Languages.Get(lang); err != nil {
					return fmt.Errorf("lang: %w", err)
				}
			}
			result, moment, err := collectAsOf(cmd, region, asOf, asof.Compare)
			if err != nil {
				return err
			}
			assessments := plan.Assessments{At: moment, Targets: plan.Assess(region.Plan.Targets, region.KPIs, result.Samples, result.Past, moment, region.Location)}
			var book *course.Book
			if !cmd.Flags().Changed("past") {
				past = asOf != "" || keepsPast(region)
			}
			if past {
				book = readPast(cmd, region, moment)
			}
			assessments.Targets = book.Foresee(assessments.Targets, region.Location)
			if err := report.New(region, assessments, result.Samples, book).Write(output(cmd, chosen), chosen, l); err != nil {
				return err
			}
			if len(result.Failures) > 0 {
				return errFoundWrong
			}
			return nil
		},
	}
	asOfFlag(cmd, &asOf)
	cmd.Flags().BoolVar(&past, "past", false, "say how the figures went: the change since last month and last year, and what is more than chance\n(default: with --as-of, or where planwatch has kept the past)")
	cmd.Flags().StringVar(&lang, "lang", "", "the `language` of the report, one of the region's, such as en (default: its first)")
	formatFlag(cmd, &formatName, report.Formats())
	return cmd
}
