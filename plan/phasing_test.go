package plan_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"planwatch/plan"
)

func stockholm(t testing.TB) *time.Location {
	t.Helper()
	location, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return location
}

// moment reads local time.
func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, stockholm(t))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b)) }

func TestExpected(t *testing.T) {
	const nothing = -1
	tests := []struct {
		name, kpi, target string
		at                string
		want              float64
	}{
		{"even, first moment", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2025-01-01 00:00:00", 0},
		{"even, one day", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2025-01-02 00:00:00", 1},
		{"even, half a day", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2025-01-01 12:00:00", 0.5},
		{"even, 18 March at eight", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2025-03-18 08:00:00", 76 + 1.0/3},
		{"even, the last second before New Year", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2025-12-31 23:59:59", 365 - 1.0/86400},
		{"even, New Year", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2026-01-01 00:00:00", 365},
		{"even, before the period", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2024-06-01 00:00:00", 0},
		{"leap year, 29 February has passed", "visits", "value: 366, from: 2024-01-01, to: 2024-12-31", "2024-03-01 00:00:00", 60},
		{"no leap year, 1 March", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2025-03-01 00:00:00", 59},
		{"leap year, its last day", "visits", "value: 366, from: 2024-01-01, to: 2024-12-31", "2024-12-31 00:00:00", 365},
		{"a day of 23 hours is one day", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2025-03-31 00:00:00", 89},
		{"half of a day of 23 hours", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2025-03-30 12:30:00", 88.5},
		{"a day of 25 hours is one day", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31", "2025-10-27 00:00:00", 299},
		{"part of a year", "visits", "value: 324, phasing: even, from: 2025-02-11, to: 2025-12-31", "2025-02-12 00:00:00", 1},
		{"even said aloud", "visits", "value: 365, from: 2025-01-01, to: 2025-12-31, phasing: even", "2025-01-02 00:00:00", 1},
		{"unit", "net_cost_sek", "value: 365, unit: mnkr, from: 2025-01-01, to: 2025-12-31", "2025-01-02 00:00:00", 1e6},
		{"negative value", "result_sek", "value: -365, from: 2025-01-01, to: 2025-12-31", "2025-01-03 00:00:00", -2},

		{"months, end of January", "visits", "value: 1000, from: 2025-01-01, to: 2025-12-31, phasing: {months: [10%, 10%, 10%, 10%, 10%, 10%, 0, 4%, 9%, 9%, 9%, 9%]}", "2025-02-01 00:00:00", 100},
		{"months, half of February", "visits", "value: 1000, from: 2025-01-01, to: 2025-12-31, phasing: {months: [10%, 10%, 10%, 10%, 10%, 10%, 0, 4%, 9%, 9%, 9%, 9%]}", "2025-02-15 00:00:00", 150},
		{"months, half of a leap February", "visits", "value: 1000, from: 2024-01-01, to: 2024-12-31, phasing: {months: [10%, 10%, 10%, 10%, 10%, 10%, 0, 4%, 9%, 9%, 9%, 9%]}", "2024-02-15 12:00:00", 150},
		{"months, July stands still", "visits", "value: 1000, from: 2025-01-01, to: 2025-12-31, phasing: {months: [10%, 10%, 10%, 10%, 10%, 10%, 0, 4%, 9%, 9%, 9%, 9%]}", "2025-07-20 00:00:00", 600},
		{"months, the end", "visits", "value: 1000, from: 2025-01-01, to: 2025-12-31, phasing: {months: [10%, 10%, 10%, 10%, 10%, 10%, 0, 4%, 9%, 9%, 9%, 9%]}", "2026-01-01 00:00:00", 1000},
		{"months, as numbers", "visits", "value: 1000, from: 2025-01-01, to: 2025-12-31, phasing: {months: [0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5]}", "2025-12-01 00:00:00", 500},
		{"months, a period that begins within one", "visits", "value: 1000, from: 2025-02-15, to: 2025-12-31, phasing: {months: [0, 50%, 50%, 0, 0, 0, 0, 0, 0, 0, 0, 0]}", "2025-02-22 00:00:00", 250},

		{"level, first day", "beds_available", "value: 38, from: 2025-01-01, to: 2025-12-31", "2025-01-01 00:00:00", 38},
		{"level, no end", "beds_available", "value: 38, from: 2025-01-01", "2031-01-01 00:00:00", 38},
		{"level, percent", "bed_occupancy_ratio", "value: 90, unit: percent, from: 2025-01-01", "2025-05-01 00:00:00", 0.9},

		{"steps, before the first", "beds_available", "value: 38, from: 2025-01-01, to: 2025-12-31, phasing: {milestones: [{on: 2025-02-24, value: 24}]}", "2025-02-24 23:59:59", nothing},
		{"steps, the first day has ended", "beds_available", "value: 38, from: 2025-01-01, to: 2025-12-31, phasing: {milestones: [{on: 2025-02-24, value: 24}]}", "2025-02-25 00:00:00", 24},
		{"steps, with a start", "beds_available", "value: 38, from: 2025-01-01, to: 2025-12-31, phasing: {start: 18, milestones: [{on: 2025-02-24, value: 24}]}", "2025-02-24 23:59:59", 18},
		{"steps, between", "beds_available", "value: 38, from: 2025-01-01, to: 2025-12-31, phasing: {start: 18, milestones: [{on: 2025-02-24, value: 24}, {on: 2025-06-30, value: 30}]}", "2025-06-30 12:00:00", 24},
		{"steps, last before the end", "beds_available", "value: 38, from: 2025-01-01, to: 2025-12-31, phasing: {start: 18, milestones: [{on: 2025-02-24, value: 24}, {on: 2025-06-30, value: 30}]}", "2025-12-31 12:00:00", 30},
		{"steps of what accumulates begin at nothing", "visits", "value: 4, from: 2025-01-01, to: 2025-12-31, phasing: {milestones: [{on: 2025-06-30, value: 2}]}", "2025-06-30 12:00:00", 0},
		{"lines, from the start", "beds_available", "value: 38, from: 2025-01-01, to: 2025-12-31, phasing: {shape: lines, start: 10, milestones: [{on: 2025-01-10, value: 20}]}", "2025-01-06 00:00:00", 15},
		{"lines, at a milestone", "beds_available", "value: 38, from: 2025-01-01, to: 2025-12-31, phasing: {shape: lines, start: 10, milestones: [{on: 2025-01-10, value: 20}]}", "2025-01-11 00:00:00", 20},
		{"lines, downwards to the end", "beds_occupied", "value: 10, from: 2025-12-01, to: 2025-12-20, phasing: {shape: lines, start: 40, milestones: [{on: 2025-12-10, value: 30}]}", "2025-12-16 00:00:00", 20},
		{"lines of what accumulates begin at nothing", "visits", "value: 100, from: 2025-01-01, to: 2025-12-31, phasing: {shape: lines, milestones: [{on: 2025-01-10, value: 20}]}", "2025-01-06 00:00:00", 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := mustLoad(t, fmt.Sprintf("  - {id: t, kpi: %s, basis: operational, owner: surgery, %s}\n", tt.kpi, tt.target)).Targets[0]
			got, ok := target.Expected(new(entryOf(t, tt.kpi).KPI), moment(t, tt.at), stockholm(t))
			if !ok {
				got = nothing
			}
			if !near(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestExpectedNeverFalls walks a year by the hour: what is due of a figure
// that accumulates only grows, and by the end is all.
func TestExpectedNeverFalls(t *testing.T) {
	phasings := map[string]string{
		"even":   "even",
		"months": "{months: [10%, 10%, 10%, 10%, 10%, 10%, 0, 4%, 9%, 9%, 9%, 9%]}",
		"steps":  "{milestones: [{on: 2024-02-29, value: 300}, {on: 2024-10-27, value: 900}]}",
		"lines":  "{shape: lines, milestones: [{on: 2024-02-29, value: 300}, {on: 2024-10-27, value: 900}]}",
	}
	visits := entryOf(t, "visits").KPI
	for name, phasing := range phasings {
		t.Run(name, func(t *testing.T) {
			target := mustLoad(t, "  - {id: t, kpi: visits, basis: operational, owner: surgery, value: 1000, from: 2024-01-01, to: 2024-12-31, phasing: "+phasing+"}\n").Targets[0]
			before, end := 0.0, plan.Date{Year: 2024, Month: 12, Day: 31}.Ends(stockholm(t))
			for at := moment(t, "2024-01-01 00:00:00"); !at.After(end); at = at.Add(time.Hour) {
				now, ok := target.Expected(&visits, at, stockholm(t))
				if !ok || now < before-1e-9 || now > 1000 {
					t.Fatalf("%s: %v after %v", at, now, before)
				}
				before = now
			}
			if !near(before, 1000) {
				t.Errorf("%v at the end", before)
			}
		})
	}
}
