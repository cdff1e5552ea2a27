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

const reportName = "report"

// newReport is the command of the report; dimensions are the region's.
func newReport(s *settings, dimensions []string) *cobra.Command {
	var asOf, lang, formatName string
	var past, all bool
	var choice *report.Choice
	cmd := &cobra.Command{
		Use:   reportName,
		Short: "Compare the figures with the plan and print the worst first",
		Long: "Runs every collector once and prints each target with its figure, the worst first, and\n" +
			"then the key figures that have no target; those that others are made of only with --all. --as-of asks for the report of a past moment;\n" +
			"a date alone means the end of that day. table and markdown are for people; json and csv\n" +
			"have every figure in the unit of its KPI. Flags choose rows by owner, area, status and\n" +
			"the region's dimensions: those that have one of the values of every flag that is given.",
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
			selection, err := report.NewSelection(region, *choice)
			if err != nil {
				return flagFault(err)
			}
			result, moment, err := collectAsOf(cmd, region, asOf, asof.Compare)
			if err != nil {
				return err
			}
			assessments := plan.Assessments{At: moment, Targets: plan.Assess(region.Plan.Targets, region.KPIs, result.Samples, result.Past, moment, region.Location)}
			// What is chosen is checked before the past is read, which may take a minute.
			if _, err := report.New(region, assessments, result.Samples, nil).Select(selection); err != nil {
				return flagFault(err)
			}
			var book *course.Book
			if !cmd.Flags().Changed("past") {
				past = asOf != "" || keepsPast(region)
			}
			if past {
				book = readPast(cmd, region, moment)
			}
			assessments.Targets = book.Foresee(assessments.Targets, region.Location)
			shown, err := report.New(region, assessments, result.Samples, book).Select(selection)
			if err != nil {
				return flagFault(err)
			}
			if !all && !chosen.ForPrograms() {
				shown = shown.WithoutParts()
			}
			if err := shown.Write(output(cmd, chosen), chosen, l); err != nil {
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
	cmd.Flags().BoolVar(&all, "all", false, "show the parts of other key figures too, in table and markdown: numerators, denominators and the like\nthat have no target; json and csv always have them")
	cmd.Flags().StringVar(&lang, "lang", "", "the `language` of the report, one of the region's, such as en (default: its first)")
	formatFlag(cmd, &formatName, report.Formats())
	choice = selectionFlags(cmd, dimensions)
	return cmd
}
