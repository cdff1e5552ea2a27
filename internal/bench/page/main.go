// Command page reads the output of benchmarks on standard input. It writes their
// figures as tables into a page, keeps them in a file, or holds their ratios against
// those of a file that was kept.
package main

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

func main() {
	write := flag.String("write", "", "the `page` whose tables to write")
	keep := flag.String("keep", "", "the `file` to keep the figures in")
	compare := flag.String("compare", "", "the `file` with the figures to compare with")
	flag.Parse()
	if err := run(os.Stdin, *write, *keep, *compare); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, write, keep, compare string) error {
	output, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	results, err := read(bytes.NewReader(output), "the benchmarks")
	if err != nil {
		return err
	}
	if compare != "" {
		file, err := os.Open(compare)
		if err != nil {
			return err
		}
		defer file.Close()
		former, err := read(file, compare)
		if err != nil {
			return err
		}
		if err := grown(former, results); err != nil {
			return err
		}
	}
	if write != "" {
		page, err := os.ReadFile(write)
		if err != nil {
			return err
		}
		page, err = withTables(page, results)
		if err != nil {
			return fmt.Errorf("%s: %w", write, err)
		}
		if err := os.WriteFile(write, page, 0o644); err != nil {
			return err
		}
	}
	if keep != "" {
		return os.WriteFile(keep, output, 0o644)
	}
	return nil
}

// result is one line of a benchmark.
type result struct {
	// name is the benchmark's without "Benchmark", and parts are what stands behind it:
	// series=1000.
	name  string
	parts []string
	units []string
	// values are by unit.
	values map[string]float64
	// machine is what the output says of the machine and of versions, a line each.
	machine []string
}

func (r result) String() string { return strings.Join(append([]string{r.name}, r.parts...), "/") }

func read(in io.Reader, name string) ([]result, error) {
	var all []result
	reader := benchfmt.NewReader(in, name)
	for reader.Scan() {
		line, ok := reader.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		base, parts := line.Name.Parts()
		r := result{name: string(base), values: map[string]float64{}}
		for _, part := range parts {
			// The number of processors stands behind a hyphen.
			if text := strings.TrimPrefix(string(part), "/"); !strings.HasPrefix(text, "-") {
				r.parts = append(r.parts, text)
			}
		}
		for _, c := range line.Config {
			if c.File && c.Key != "pkg" {
				r.machine = append(r.machine, c.Key+": "+string(c.Value))
			}
		}
		for _, v := range line.Values {
			unit, value := v.Unit, v.Value
			if v.OrigUnit != "" {
				unit, value = v.OrigUnit, v.OrigValue
			}
			r.units = append(r.units, unit)
			r.values[unit] = value
		}
		all = append(all, r)
	}
	if err := reader.Err(); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no benchmark has printed a figure", name)
	}
	return all, nil
}

// ratioPrefix begins the units that are ratios to something that was measured beside
// it: those can be compared between machines. The smaller, the better.
const ratioPrefix = "x-"

// tolerated is by how much a ratio may grow.
const tolerated = 1.5

// ratio is one of a benchmark's, by its unit.
type ratio struct{ of, unit string }

// ratios are the least of what was measured, once or several times: other work on a
// machine makes them larger only.
func ratios(results []result) map[ratio]float64 {
	least := map[ratio]float64{}
	for _, r := range results {
		for unit, value := range r.values {
			which := ratio{r.String(), unit}
			if was, ok := least[which]; strings.HasPrefix(unit, ratioPrefix) && (!ok || value < was) {
				least[which] = value
			}
		}
	}
	return least
}

// grown is an error if a ratio is by half larger than it was, or if one is not there any
// more of a benchmark that was measured. Nothing to compare is an error too.
func grown(former, now []result) error {
	before, after := ratios(former), ratios(now)
	compared, errs := 0, []error(nil)
	for _, which := range slices.SortedFunc(maps.Keys(after), func(a, b ratio) int { return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.unit, b.unit)) }) {
		was, ok := before[which]
		if !ok {
			continue
		}
		compared++
		fmt.Printf("%-60s %8.2f %s, was %.2f\n", which.of, after[which], which.unit, was)
		if after[which] > was*tolerated {
			errs = append(errs, fmt.Errorf("%s: %.2f %s, and it was %.2f", which.of, after[which], which.unit, was))
		}
	}
	for which := range before {
		ran := slices.ContainsFunc(now, func(r result) bool { return group(r.String()) == group(which.of) })
		if _, measured := after[which]; ran && !measured {
			errs = append(errs, fmt.Errorf("%s: no %s, and it was %.2f", which.of, which.unit, before[which]))
		}
	}
	if compared == 0 {
		return errors.New("no ratio could be compared")
	}
	return errors.Join(errs...)
}

// group is the benchmark's name and first part: those of Scrape/series=1000 run together.
func group(name string) string {
	parts := strings.SplitN(name, "/", 3)
	return strings.Join(parts[:min(len(parts), 2)], "/")
}

// The marks between which a page has the table of a benchmark.
const (
	beginMark = "<!-- benchmark: "
	endMark   = "<!-- end of benchmark -->"
)

// withTables is the page with the tables of the benchmarks that it names.
func withTables(page []byte, results []result) ([]byte, error) {
	var out strings.Builder
	rest, written := string(page), 0
	for {
		before, after, found := strings.Cut(rest, beginMark)
		out.WriteString(before)
		if !found {
			break
		}
		name, _, _ := strings.Cut(after, " -->")
		_, behind, ended := strings.Cut(after, endMark)
		if !ended {
			return nil, fmt.Errorf("no %q behind the table of %s", endMark, name)
		}
		text, err := section(name, results)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "%s%s -->\n%s%s", beginMark, name, text, endMark)
		rest = behind
		written++
	}
	if written == 0 {
		return nil, errors.New("it has no table")
	}
	return []byte(out.String()), nil
}

// machine is the name of the section that says where the figures were measured.
const machine = "machine"

// section is what a page has of a benchmark, or of the machine.
func section(name string, results []result) (string, error) {
	if name == machine {
		var b strings.Builder
		for _, line := range results[0].machine {
			b.WriteString("- " + line + "\n")
		}
		return b.String(), nil
	}
	var of []result
	for _, r := range results {
		if r.name == name {
			of = append(of, r)
		}
	}
	if len(of) == 0 {
		return "", fmt.Errorf("benchmark %s has printed no figure", name)
	}
	return table(of), nil
}

// table has a row for each result, and a column for each part of the name and each
// unit.
func table(results []result) string {
	var units []string
	for _, r := range results {
		for _, unit := range r.units {
			if !slices.Contains(units, unit) && unit != "ns/op" {
				units = append(units, unit)
			}
		}
	}
	slices.Sort(units)
	var b strings.Builder
	header := []string{}
	for i, part := range results[0].parts {
		key, _, found := strings.Cut(part, "=")
		if !found {
			key = "case"
			if i > 0 {
				key = fmt.Sprint("case ", i+1)
			}
		}
		header = append(header, key)
	}
	row := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(append(slices.Clone(header), units...))
	row(slices.Repeat([]string{"---"}, len(header)+len(units)))
	for _, r := range results {
		var cells []string
		for _, part := range r.parts {
			_, value, found := strings.Cut(part, "=")
			if !found {
				value = part
			}
			cells = append(cells, strings.ReplaceAll(value, "_", " "))
		}
		for _, unit := range units {
			cell := "–"
			if value, ok := r.values[unit]; ok {
				cell = strconv.FormatFloat(value, 'g', 3, 64)
				if value >= 1000 {
					cell = strconv.FormatFloat(value, 'f', 0, 64)
				}
			}
			cells = append(cells, cell)
		}
		row(cells)
	}
	return b.String()
}
