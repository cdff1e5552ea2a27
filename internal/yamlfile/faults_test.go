package yamlfile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"planwatch/internal/yamlfile"
)

func TestFaults(t *testing.T) {
	const document = `collector: beds
timeout: 1s
kpis:
  - name: a
    better: up
    buckets: [1, 2]
  - name: b
`
	file, err := yamlfile.Parse("beds.yaml", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		add  func(*yamlfile.Faults)
		want string
	}{
		{"none", func(*yamlfile.Faults) {}, ""},
		{"key", func(f *yamlfile.Faults) { f.Add(".timeout", "timeout: %s is too short", "1s") }, "beds.yaml:2: timeout: 1s is too short"},
		{"whole document", func(f *yamlfile.Faults) { f.Add("", "incomplete") }, "beds.yaml:1: incomplete"},
		{"part", func(f *yamlfile.Faults) { f.In(".kpis[0]", "").Add(".better", "better: up is not higher") }, "beds.yaml:5: better: up is not higher"},
		{"part with a subject", func(f *yamlfile.Faults) { f.In(".kpis[1]", "kpi b").Add("", "incomplete") }, "beds.yaml:7: kpi b: incomplete"},
		{"subject with a verb", func(f *yamlfile.Faults) { f.In(".kpis[1]", "kpi 100%d").Add("", "incomplete") }, "beds.yaml:7: kpi 100%d: incomplete"},
		{"part of a part", func(f *yamlfile.Faults) {
			f.In(".kpis[0]", "kpi a").In(".buckets", "buckets").Add("[1]", "%d does not rise", 2)
		}, "beds.yaml:6: kpi a: buckets: 2 does not rise"},
		{"parts share a list, in order", func(f *yamlfile.Faults) {
			first, second := f.In(".kpis[0]", "kpi a"), f.In(".kpis[1]", "kpi b")
			second.Add("", "x")
			f.Add(".timeout", "y")
			first.Add("", "z")
		}, "beds.yaml:7: kpi b: x\nbeds.yaml:2: y\nbeds.yaml:4: kpi a: z"},
		{"append nothing", func(f *yamlfile.Faults) { f.In(".kpis[0]", "kpi a").Append(nil) }, ""},
		{"append a fault", func(f *yamlfile.Faults) { f.In(".kpis[0]", "kpi a").Append(yamlfile.Faultf("$.better", "up")) }, "beds.yaml:5: kpi a: up"},
		{"append a fault of the whole part", func(f *yamlfile.Faults) { f.In(".kpis[1]", "").Append(yamlfile.Faultf("$", "up")) }, "beds.yaml:7: up"},
		{"append another error", func(f *yamlfile.Faults) { f.In(".kpis[1]", "kpi b").Append(errors.New("odd")) }, "beds.yaml:7: kpi b: odd"},
		{"append a wrapped fault", func(f *yamlfile.Faults) {
			f.In(".kpis[0]", "kpi a").Append(fmt.Errorf("once: %w", yamlfile.Faultf("$.better", "up")))
		}, "beds.yaml:5: kpi a: once: up"},
		{"append joined faults", func(f *yamlfile.Faults) {
			f.Add(".timeout", "w")
			part := yamlfile.NewFaults()
			part.Add(".better", "x")
			part.In(".buckets", "buckets").Add("[0]", "y")
			f.In(".kpis[0]", "kpi a").Append(errors.Join(part.Err(), errors.New("z")))
		}, "beds.yaml:2: w\nbeds.yaml:5: kpi a: x\nbeds.yaml:6: kpi a: buckets: y\nbeds.yaml:4: kpi a: z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			faults := yamlfile.NewFaults()
			tt.add(faults)
			if got := message(file.Locate(faults.Err())); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if got, want := faults.Any(), tt.want != ""; got != want {
				t.Errorf("Any is %t, want %t", got, want)
			}
			if got := faults.In(".kpis[0]", "kpi a").Any(); got != faults.Any() {
				t.Errorf("Any of a part is %t", got)
			}
		})
	}
}

func TestFaultsWrap(t *testing.T) {
	faults := yamlfile.NewFaults()
	faults.In(".query", "query").Add("", "beds.sql: %w", fs.ErrNotExist)
	if err := faults.Err(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap its cause", err)
	}
	moved := yamlfile.NewFaults()
	moved.In(".collector", "").Append(faults.Err())
	if err := moved.Err(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap its cause", err)
	}
}
