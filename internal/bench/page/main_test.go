package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	figures = `date: 2026-11-29
goos: linux
pkg: planwatch/internal/bench
BenchmarkScrape/series=1000/coding=plain-2   	    5000	         0.1178 cpu-ms/scrape	         1.200 x-floor
BenchmarkScrape/series=1000/coding=gzip-2    	    5000	         0.0919 cpu-ms/scrape	         1.100 x-floor
BenchmarkMemory/series=100000-2 1 170.5 MB-resident
PASS
`
	emptyPage = "# Performance\n<!-- benchmark: machine -->\n<!-- end of benchmark -->\n<!-- benchmark: Scrape -->\nold\n<!-- end of benchmark -->\nText.\n<!-- benchmark: Memory -->\n<!-- end of benchmark -->\n"
	fullPage  = `# Performance
<!-- benchmark: machine -->
- date: 2026-11-29
- goos: linux
<!-- end of benchmark -->
<!-- benchmark: Scrape -->
| series | coding | cpu-ms/scrape | x-floor |
| --- | --- | --- | --- |
| 1000 | plain | 0.118 | 1.2 |
| 1000 | gzip | 0.0919 | 1.1 |
<!-- end of benchmark -->
Text.
<!-- benchmark: Memory -->
| series | MB-resident |
| --- | --- |
| 100000 | 170 |
<!-- end of benchmark -->
`
)

func TestPage(t *testing.T) {
	directory := t.TempDir()
	page, kept := filepath.Join(directory, "page.md"), filepath.Join(directory, "kept.txt")
	if err := os.WriteFile(page, []byte(emptyPage), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // what is written is read again
		if err := run(strings.NewReader(figures), page, kept, ""); err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string]string{page: fullPage, kept: figures} {
			got, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != want {
				t.Errorf("%s:\n%s", file, got)
			}
		}
	}
}

func TestGrown(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "kept.txt")
	if err := os.WriteFile(kept, []byte(figures), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, output, want string }{
		{"the same", figures, ""},
		{"smaller, and a time that grew", "BenchmarkScrape/series=1000/coding=gzip 5 1.1 x-floor\nBenchmarkScrape/series=1000/coding=plain-16 5 9 cpu-ms/scrape 0.9 x-floor\n", ""},
		{"less than half larger", "BenchmarkScrape/series=1000/coding=gzip 5 1.1 x-floor\nBenchmarkScrape/series=1000/coding=plain 5 1.79 x-floor\n", ""},
		{"larger", "BenchmarkScrape/series=1000/coding=gzip 5 1.1 x-floor\nBenchmarkScrape/series=1000/coding=plain 5 1.81 x-floor\n", "Scrape/series=1000/coding=plain: 1.81 x-floor, and it was 1.20"},
		{"larger once", "BenchmarkScrape/series=1000/coding=gzip 5 1.1 x-floor\nBenchmarkScrape/series=1000/coding=plain 5 9 x-floor\nBenchmarkScrape/series=1000/coding=plain 5 1.1 x-floor\n", ""},
		{"one that is not measured any more", "BenchmarkScrape/series=1000/coding=plain 5 1.2 x-floor\n", "Scrape/series=1000/coding=gzip: no x-floor, and it was 1.10"},
		{"nothing that was measured before", "BenchmarkScrape/series=2/coding=plain 5 1 x-floor\n", "no ratio could be compared"},
		{"nothing", "PASS\n", "the benchmarks: no benchmark has printed a figure"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := run(strings.NewReader(tt.output), "", "", kept); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFaultyPages(t *testing.T) {
	for name, tt := range map[string]struct{ page, want string }{
		"no table":                    {"text", "it has no table"},
		"a table without end":         {"<!-- benchmark: Scrape -->\n", `no "<!-- end of benchmark -->" behind the table of Scrape`},
		"a benchmark that is no more": {"<!-- benchmark: Gone -->\n<!-- end of benchmark -->", "benchmark Gone has printed no figure"},
	} {
		t.Run(name, func(t *testing.T) {
			results, err := read(strings.NewReader(figures), "test")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := withTables([]byte(tt.page), results); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
