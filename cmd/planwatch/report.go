package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/course"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/plan"
)

const reportName = "report"

// reportFlags say of which moment the report is, and what it shows.
type reportFlags struct {
	asOf, since, lang, format string
	past, all                 bool
	choice                    *report.Choice
}

// newReport is the command of the report; dimensions are the region's.
func newReport(s *settings, dimensions []string) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   reportName,
		Short: "Compare the figures with the plan and print the worst first",
		Long: "Runs every collector once and prints each target with its figure, the worst first, and\n" +
			"then the key figures that have no target. --as-of asks for the report of a past moment;\n" +
			"a date alone means the end of that day. table and markdown are for people; json and csv\n" +
			"have every figure in the unit of its KPI.\n" +
			"\n" +
			"Flags choose rows by owner, area, status and the region's dimensions: those that have one\n" +
			"of the values of every flag that is given. --since leaves those that have changed.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, s) },
	}
	asOfFlag(cmd, &f.asOf)
	cmd.Flags().StringVar(&f.since, "since", "", "only rows whose status has changed since the `moment`, or that have got or lost a figure;\n"+
		"a date alone is the end of that day, and "+lastReport+" that of the latest of report_dates in planwatch.yaml")
	cmd.Flags().BoolVar(&f.past, "past", false, "say how the figures went: the change since last month and last year, and what is more than chance\n(default: with --as-of, or where planwatch has kept the past)")
	cmd.Flags().BoolVar(&f.all, "all", false, "show the parts of other key figures too, in table and markdown: numerators, denominators and the like\nthat have no target; json and csv always have them")
	cmd.Flags().StringVar(&f.lang, "lang", "", "the `language` of the report, one of the region's, such as en (default: its first)")
	formatFlag(cmd, &f.format, report.Formats())
	f.choice = selectionFlags(cmd, dimensions)
	// A dimension of a region that cannot be read is no flag: what is wrong with the region
	// is what to tell.
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if _, fault := s.load(nil); fault != nil {
			return fault
		}
		return err
	})
	return cmd
}

func (f *reportFlags) run(cmd *cobra.Command, s *settings) error {
	chosen, err := format.Parse(f.format, report.Formats()...)
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
	selection, err := report.NewSelection(region, *f.choice)
	if err != nil {
		return flagFault(err)
	}
	printNotices(cmd, region.Loading())
	moment, err := momentOf(region, f.asOf)
	if err != nil {
		return err
	}
	then, err := f.then(region, moment)
	if err != nil {
		return err
	}
	shown, failed, err := f.make(cmd, region, moment, selection)
	if err != nil {
		return err
	}
	if !then.IsZero() {
		earlier, failedThen, err := reportThen(cmd, region, then)
		if err != nil {
			return err
		}
		shown, failed = shown.Since(earlier), failed || failedThen
	}
	if !f.all && !chosen.ForPrograms() {
		shown = shown.WithoutParts()
	}
	if err := shown.Write(output(cmd, chosen), chosen, l); err != nil {
		return err
	}
	if failed {
		return errFoundWrong
	}
	return nil
}

func (f *reportFlags) language(region *config.Region) (*language.Language, error) {
	if f.lang == "" {
		return region.Languages.First(), nil
	}
	l, err := region.Languages.Get(f.lang)
	if err != nil {
		return nil, fmt.Errorf("lang: %w", err)
	}
	return l, nil
}

// make makes the report of the chosen rows. failed is set where runs have failed, which
// it prints.
func (f *reportFlags) make(cmd *cobra.Command, region *config.Region, moment time.Time, selection report.Selection) (made *report.Report, failed bool, err error) {
	result, err := asof.Compare(cmd.Context(), region, moment)
	printFailures(cmd, "", result.Failures)
	if err != nil {
		return nil, false, err
	}
	assessments := assessed(region, result, moment)
	// What is chosen is checked before the past is read, which may take a minute.
	if _, err := report.New(region, assessments, result.Samples, nil).Select(selection); err != nil {
		return nil, false, flagFault(err)
	}
	var book *course.Book
	if f.past || !cmd.Flags().Changed("past") && (f.asOf != "" || keepsPast(region)) {
		book = readPast(cmd, region, moment)
	}
	assessments.Targets = book.Foresee(assessments.Targets, region.Location)
	made, err = report.New(region, assessments, result.Samples, book).Select(selection)
	return made, len(result.Failures) > 0, err
}

// assessed holds figures against the plan.
func assessed(region *config.Region, result asof.Result, at time.Time) plan.Assessments {
	return plan.Assessments{At: at, Targets: plan.Assess(region.Plan.Targets, region.KPIs, result.Samples, result.Past, at, region.Location)}
}
