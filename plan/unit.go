package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"planwatch/internal/kpi"
)

// measure is a unit that plans are written in: so many of a base unit.
type measure struct {
	base   kpi.Unit
	factor string
}

// measures are the units beside the base units themselves. tkr and mnkr are
// a thousand and a million Swedish crowns, as Swedish public budgets write.
var measures = map[string]measure{
	"kr": {"sek", "1"}, "tkr": {"sek", "1000"}, "mnkr": {"sek", "1000000"}, "mdkr": {"sek", "1000000000"},
	"percent": {"ratio", "0.01"},
	"minutes": {"seconds", "60"}, "hours": {"seconds", "3600"}, "days": {"seconds", "86400"}, "weeks": {"seconds", "604800"},
	"kwh": {"joules", "3600000"}, "mwh": {"joules", "3600000000"},
	"kg": {"grams", "1000"}, "tonnes": {"grams", "1000000"},
}

// factor is how many of the base unit one of the named unit is. An empty name
// is the base unit itself.
func factor(name string, base kpi.Unit) (Decimal, error) {
	if name == "" || name == string(base) {
		return wholeDecimal(1), nil
	}
	if m, ok := measures[name]; ok && m.base == base {
		return ParseDecimal(m.factor)
	}
	return Decimal{}, fmt.Errorf("%q is not a measure of %s; write %s", name, base, strings.Join(measuresOf(base), ", "))
}

// convert is value, in the unit from, in the unit to.
func convert(value Decimal, from, to string) (Decimal, error) {
	if from == to {
		return value, nil
	}
	source, target := baseOf(from), baseOf(to)
	if source.base != target.base {
		return Decimal{}, fmt.Errorf("%q cannot be told in %q", from, to)
	}
	up, err := ParseDecimal(source.factor)
	if err != nil {
		return Decimal{}, err
	}
	down, err := ParseDecimal(target.factor)
	if err != nil {
		return Decimal{}, err
	}
	// 15 decimals hold a thousandth of a crown told in milliards, exactly.
	return Decimal{value.Mul(up).d.DivRound(down.d, 15)}.trimmed(), nil
}

func baseOf(name string) measure {
	if m, ok := measures[name]; ok {
		return m
	}
	return measure{kpi.Unit(name), "1"}
}

func measuresOf(base kpi.Unit) []string {
	names := []string{string(base)}
	for _, name := range slices.Sorted(maps.Keys(measures)) {
		if measures[name].base == base {
			names = append(names, name)
		}
	}
	return names
}
