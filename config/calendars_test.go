package config_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwatch/config"
)

// dutyRegion is the good region with that oncall.yaml, planwatch.yaml's further
// lines and other files.
func dutyRegion(t *testing.T, settings string, files map[string]string) *config.Region {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "region")
	if err := os.CopyFS(dir, os.DirFS("testdata/good")); err != nil {
		t.Fatal(err)
	}
	service, err := os.ReadFile(filepath.Join(dir, "planwatch.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	files = maps.Clone(files)
	files["planwatch.yaml"] = string(service) + settings
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return region
}

const dutyOnCall = `operations: it
owners:
  - {id: it, name: {sv: IT, en: IT}, receivers: [it], duty: jour}
rotas:
  - {id: jour, calendar: {file: jour.ics}}
receivers:
  - {id: it, webhook: {url_file: it.url}}
`

// endless is a series without an end that began long before the clock's moment.
const endless = `BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20210104T080000
DTEND:20210111T080000
RRULE:FREQ=WEEKLY
SUMMARY:it
END:VEVENT
END:VCALENDAR
`

// Where planwatch itself sends, a series without an end goes on; what an
// Alertmanager's file says depends on files alone, and so ends.
func TestSeriesWithoutEnd(t *testing.T) {
	const clock = "clock: 2025-03-18T08:00:00+01:00\n"
	for name, tt := range map[string]struct {
		settings, calendar string
		end                string
		notices            []string
	}{
		"sent by planwatch": {clock, endless, "2027-01-04 08:00", nil},
		"sent by another": {
			clock + "alerting: {alertmanagers: [\"http://localhost:9093\"]}\n", endless, "2023-01-02 08:00",
			[]string{"oncall.yaml: rota jour: nobody is on duty since 2023-01-02 08:00; add shifts"},
		},
		"one that ends": {
			clock + "alerting: {embedded: false}\n", strings.Replace(endless, "WEEKLY", "WEEKLY;UNTIL=20250318", 1), "2025-03-24 08:00",
			[]string{"oncall.yaml: rota jour: nobody is on duty after 2025-03-24 08:00; add shifts"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			region := dutyRegion(t, tt.settings, map[string]string{"oncall.yaml": dutyOnCall, "jour.ics": tt.calendar})
			rota, _ := region.OnCall.Rota("jour")
			shifts := rota.Shifts(region.Location)
			if end := shifts[len(shifts)-1].To.Format("2006-01-02 15:04"); end != tt.end || len(shifts) != 1 {
				t.Errorf("%d shifts until %s, want %s", len(shifts), end, tt.end)
			}
			// The clock stands beside a database.
			if got, want := region.Notices(), append([]string{clockNotice}, tt.notices...); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}
