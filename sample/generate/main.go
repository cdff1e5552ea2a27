// Generate writes the sample warehouse: the region's plan as in a finance
// system, and made-up measurements that agree with the few figures in the
// region's report. Its output is the same on every run and machine.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	planDir := flag.String("plan", "config/norrbotten/plan", "directory with the tables of the plan")
	outDir := flag.String("out", "sample", "directory to write the sample's tables to")
	flag.Parse()
	if err := generate(*planDir, *outDir); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generate reads the plan's tables in planDir and writes every table of the
// sample to outDir.
func generate(planDir, outDir string) error {
	investments, err := readInvestments(planDir)
	if err != nil {
		return err
	}
	frames, err := readFrames(planDir)
	if err != nil {
		return err
	}
	bedMeasurements := bedMeasurementTable()
	staffMonths, preventionDays, waitingLists, listings := staffMonthTable(), preventionDayTable(), waitingListTable(), primaryCareListingTable()
	economy, err := economyTables(planDir)
	if err != nil {
		return err
	}
	tables := []table{
		wardTable(),
		bedMeasurements,
		investmentTable(investments),
		investmentEntryTable(investments),
		investmentFrameTable(frames),
		reserveEntryTable(frames),
		visitDayTable(),
		deliveryDayTable(),
		inpatientDayTable(bedMeasurements),
		spotDayTable(),
		deviationDayTable(),
		infectionDayTable(),
		preventionDays,
		healthDialogueDayTable(preventionDays),
		wardWorkedTimeTable(),
		adultNightTable(),
		staffMonths,
		staffSexMonthTable(staffMonths),
		employmentMonthTable(),
		listings,
		healthCentreMonthTable(listings),
		vacancyTable(),
		summerRecruitmentTable(),
		plannedActivityTable(),
		agreementTrainingTable(),
		hospitalTable(),
		clinicTable(),
		guaranteeStageTable(),
		waitingLists,
		waitingGroupTable(waitingLists),
		primaryCareContactTable(),
		dentalMonthTable(),
		examWaitingTable(),
		followedExamTable(),
		ctScannerTable(),
		edMeasurementTable(),
		operationDayTable(),
		theatreDayTable(),
		purchasedCareTable(),
		purchasedInpatientMonthTable(),
		purchasedCareFundTable(),
	}
	tables = append(tables, economy...)
	for _, t := range tables {
		if err := t.write(filepath.Join(outDir, t.name+".csv")); err != nil {
			return err
		}
	}
	return nil
}
