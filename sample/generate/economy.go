package main

import (
	"strconv"
	"time"
)

// economyTables are the tables on money, risks, the IT portfolio,
// preparedness and sustainability.
func economyTables(planDir string) ([]table, error) {
	frames, err := readEconomicFrames(planDir)
	if err != nil {
		return nil, err
	}
	risks, assessments, err := riskTables(planDir)
	if err != nil {
		return nil, err
	}
	return []table{
		economicFrameTable(frames),
		ledgerMonthTable(frames),
		insuranceContractTable(),
		portfolioValuationTable(),
		buildingProjectTable(),
		risks,
		assessments,
		itUndertakingTable(),
		supplyStockTable(),
		resourceUseTable(),
	}, nil
}

// firstMonth is the first month that is booked or reported, lastMonth the last
// before the report.
var (
	firstMonth = date(2023, time.January, 1)
	lastMonth  = date(2025, time.February, 1)
)

// monthEnd is the last day of a month, given any day of it.
func monthEnd(day time.Time) time.Time {
	return date(day.Year(), day.Month()+1, 0)
}

// weekdayOnOrAfter is the day itself, or the Monday after it at a weekend.
func weekdayOnOrAfter(day time.Time) time.Time {
	for isWeekend(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// kronor is a whole amount in SEK with two decimals.
func kronor(sek int) string { return ore(sek * 100).String() }

func id(i int) string { return strconv.Itoa(i + 1) }
