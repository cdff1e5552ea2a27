package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/boardreport"
	"planwatch/internal/course"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/plan"
)

const reportName = "report"

// reportFlags say of which moment the report is, and what it shows.
type reportFlags struct {
	asOf, since, lang, format, output string
	past, all                         bool
	choice                            *report.Choice
	// kept is where planwatch keeps the past, and comments.
	kept config.Overrides
}

// newReport is the command of the report; dimensions are the region's.
func newReport(s *settings, dimensions []string) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   reportName,
		Short: "Compare the figures with the plan and print the worst first",
		Long: "Runs every collector once and prints each target with its figure, the worst first, and\n" +
			"then the key figures that have no target. --as-of asks for the report of a past moment;\n" +
			"a date alone means the end of that day. json and csv are for programs, with every figure in\n" +
			"the unit of its KPI.\n" +
			"\n" +
			"html, docx and markdown are the report to the board: a document in chapters, with what has\n" +
			"changed since the last report, comments, activities, risks and definitions.\n" +
			"\n" +
			"Flags choose rows by owner, area, status and the region's dimensions: those that have one\n" +
			"of the values of every flag that is given. --since leaves those that have changed; the report to\n" +
			"the board has all rows, and compares.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, s) },
	}
	asOfFlag(cmd, &f.asOf)
	cmd.Flags().StringVar(&f.since, "since", "", "only rows whose status has changed since the `moment`, or that have got or lost a figure;\n"+
		"a date alone is the end of that day, and "+lastReport+" that of the latest of report_dates in planwatch.yaml,\n"+
		"with which the report to the board compares where it has one")
	cmd.Flags().BoolVar(&f.past, "past", false, "say how the figures went: the change since last month and last year, and what is more than chance\n(default: with --as-of, in the report to the board, or where planwatch has kept the past)")
	cmd.Flags().BoolVar(&f.all, "all", false, "show the parts of other key figures too, in what is for people: numerators, denominators and the like\nthat have no target; json and csv always have them")
	cmd.Flags().StringVar(&f.lang, "lang", "", "the `language` of the report, one of the region's, such as en (default: its first)")
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write to the `file`, rather than print")
	formatFlag(cmd, &f.format, reportFormats())
	f.choice = selectionFlags(cmd, dimensions)
	f.kept = storageFlag(cmd)
	// A dimension of a region that cannot be read is no flag: what is wrong with the region
	// is what to tell.
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if _, fault := s.load(f.kept); fault != nil {
			return fault
		}
		return err
	})
	return cmd
}

func (f *reportFlags) run(cmd *cobra.Command, s *settings) error {
	chosen, err := format.Parse(f.format, reportFormats()...)
	if err != nil {
		return err
	}
	if err := f.notForTerminals(cmd, chosen); err != nil {
		return err
	}
	if err := f.checkOutput(); err != nil {
		return err
	}
	region, err := s.load(f.kept)
	if err != nil {
		return err
	}
	if cmd.Flags().Changed(storagePath) {
		if err := checkStorage(region); err != nil {
			return err
		}
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
	if f.since == "" && boardreport.Has(chosen) {
		then = lastReportIn(region, moment)
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
		shown, failed = shown.Against(earlier), failed || failedThen
		if !boardreport.Has(chosen) {
			shown = shown.Changed()
		}
	}
	if !f.all && !chosen.ForPrograms() {
		shown = shown.WithoutParts()
	}
	if err := f.write(cmd, shown, chosen, l); err != nil {
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
	if f.past || !cmd.Flags().Changed("past") && (f.asOf != "" || boardreport.Has(format.Format(f.format)) || keepsPast(region)) {
		book = readPast(cmd, region, moment)
	}
	assessments.Targets = book.Foresee(assessments.Targets, region.Location)
	whole := report.New(region, assessments, result.Samples, book)
	whole.Incomplete = len(result.Failures) > 0
	made, err = whole.Select(selection)
	return made, whole.Incomplete, err
}

// assessed holds figures against the plan.
func assessed(region *config.Region, result asof.Result, at time.Time) plan.Assessments {
	return plan.Assessments{At: at, Targets: plan.Assess(region.Plan.Targets, region.KPIs, result.Samples, result.Past, at, region.Location)}
}
