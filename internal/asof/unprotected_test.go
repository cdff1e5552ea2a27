//go:build gms_pure_go

package asof_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/kpi"
)

// guarded are the collectors that count people.
func guarded(region *config.Region) []*collectors.Definition {
	return slices.DeleteFunc(slices.Clone(region.Collectors), func(d *collectors.Definition) bool {
		return !slices.ContainsFunc(d.KPIs, func(k kpi.KPI) bool { return k.Smallest > 0 })
	})
}

// unprotected writes a copy of the region in dir of which nothing is withheld:
// each count is waived.
func unprotected(t *testing.T, dir string, region *config.Region) string {
	t.Helper()
	open := filepath.Join(t.TempDir(), "open")
	if err := os.CopyFS(open, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`^    (min_count|min_count_waiver|people|part_of):`)
	name := regexp.MustCompile(`^  - name: ([a-z0-9_]+)`)
	for _, d := range guarded(region) {
		file := filepath.Join(open, d.File())
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(string(data)) {
			if !key.MatchString(line) {
				lines = append(lines, line)
			}
			m := name.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			if entry, ok := region.KPIs.Get(m[1]); ok && (entry.Smallest > 0 || entry.MinCountWaiver != "") {
				lines = append(lines, "    min_count: 0\n    min_count_waiver: A test of what is not protected.\n")
			}
		}
		if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return open
}

// opened holds the collectors' sources open for the test.
func opened(t *testing.T, dir string, names []string) *asof.Collectors {
	t.Helper()
	region := loaded(t, dir)
	c, err := asof.Open(t.Context(), region, names)
	if err != nil {
		t.Fatal(err)
	}
	c.Remember(math.MaxInt)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func loaded(t *testing.T, dir string) *config.Region {
	t.Helper()
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return region
}
