package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// year is the budget year of the plan's tables.
const year = "2025"

// investment is an item row of one of the plan's investment lists.
type investment struct {
	list, division, district, area, kind, sourceID, name string
	budget                                               ore
}

// frame is an item row of the plan's investment frames.
type frame struct {
	level, category string
	amount          ore
}

// readInvestments reads the item rows of the equipment list (thousand SEK)
// and of the property list (million SEK), in their order.
func readInvestments(planDir string) ([]investment, error) {
	var investments []investment
	err := eachItem(planDir, "investment_equipment.csv", func(field map[string]string) error {
		budget, err := parseAmount(field["amount"], thousand)
		investments = append(investments, investment{
			list: "inventarier", division: divisionName(field["division"]), area: strings.TrimPrefix(field["area"], "VO "),
			kind: field["kind"], sourceID: field["id"], name: field["name"], budget: budget,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	err = eachItem(planDir, "investment_property.csv", func(field map[string]string) error {
		budget, err := parseAmount(field["amount"], million)
		investments = append(investments, investment{
			list: "fastigheter", district: field["district"],
			kind: field["kind"], sourceID: field["number"], name: field["name"], budget: budget,
		})
		return err
	})
	return investments, err
}

// divisionName is a division's name in labels. The list has "Division Funktion"
// and "Div Regiongemensamt".
func divisionName(text string) string {
	return strings.TrimPrefix(strings.TrimPrefix(text, "Division "), "Div ")
}

// readFrames reads the item rows of the investment frames (million SEK).
func readFrames(planDir string) ([]frame, error) {
	var frames []frame
	err := eachItem(planDir, "investment_frames.csv", func(field map[string]string) error {
		amount, err := parseAmount(field["amount"], million)
		frames = append(frames, frame{level: field["level"], category: field["category"], amount: amount})
		return err
	})
	return frames, err
}

// eachItem calls use with the fields of every item row of a table of the
// plan, and never with a stated sum.
func eachItem(planDir, file string, use func(field map[string]string) error) error {
	return eachRow(planDir, file, func(field map[string]string) error {
		if field["row"] != "item" {
			return nil
		}
		return use(field)
	})
}

// eachRow calls use with the fields of every row of a table of the plan.
func eachRow(planDir, file string, use func(field map[string]string) error) error {
	f, err := os.Open(filepath.Join(planDir, file))
	if err != nil {
		return err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if len(records) == 0 {
		return fmt.Errorf("%s: no header", file)
	}
	for i, record := range records[1:] {
		field := make(map[string]string, len(record))
		for j, name := range records[0] {
			field[name] = record[j]
		}
		if err := use(field); err != nil {
			return fmt.Errorf("%s:%d: %w", file, i+2, err)
		}
	}
	return nil
}

// ore is money in hundredths of a SEK, so that sums are exact.
type ore int64

// The units of the plan's tables in decimal places: thousand and million SEK.
const (
	thousand = 3
	million  = 6
)

// parseAmount reads a decimal in a unit of 10^places SEK, exactly.
func parseAmount(text string, places int) (ore, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > places+2 {
		return 0, fmt.Errorf("amount: %q has a fraction of an öre", text)
	}
	digits := whole + fraction + strings.Repeat("0", places+2-len(fraction))
	amount, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strings.Trim(whole, "-") == "" {
		return 0, fmt.Errorf("amount: %q is not a decimal number", text)
	}
	return ore(amount), nil
}

// String is the amount in SEK with two decimals.
func (o ore) String() string {
	sign := ""
	if o < 0 {
		sign, o = "-", -o
	}
	return fmt.Sprintf("%s%d.%02d", sign, o/100, o%100)
}
