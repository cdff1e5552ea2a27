package alerts_test

import (
	"slices"
	"testing"
	"time"

	"planwatch/internal/naming"

	"github.com/goccy/go-yaml"
)

type route struct {
	Receiver string   `yaml:"receiver"`
	Matchers []string `yaml:"matchers"`
	Wait     string   `yaml:"group_wait"`
	Repeat   string   `yaml:"repeat_interval"`
	Active   []string `yaml:"active_time_intervals"`
	Mute     []string `yaml:"mute_time_intervals"`
	Continue bool     `yaml:"continue"`
	Routes   []route  `yaml:"routes"`
}

type routingFile struct {
	Route     route `yaml:"route"`
	Intervals []struct {
		Name  string `yaml:"name"`
		Times []struct {
			Days     []string `yaml:"days_of_month"`
			Months   []string `yaml:"months"`
			Years    []string `yaml:"years"`
			Location string   `yaml:"location"`
		} `yaml:"time_intervals"`
	} `yaml:"time_intervals"`
}

func decodeRouting(t *testing.T) routingFile {
	t.Helper()
	var file routingFile
	if err := yaml.Unmarshal([]byte(read(t, routing(t))), &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// amtool tells who gets an alert; when is told here.
func TestSendingHours(t *testing.T) {
	owners := 0
	for _, r := range decodeRouting(t).Route.Routes {
		if len(r.Routes) == 0 {
			continue
		}
		owners++
		if len(r.Routes) != 3 {
			t.Fatalf("%s: %d routes", r.Receiver, len(r.Routes))
		}
		slow, critical, warning := r.Routes[0], r.Routes[1], r.Routes[2]
		if !slices.Equal(slow.Active, []string{"daytime"}) || len(slow.Mute) > 0 || slow.Repeat != "1d" {
			t.Errorf("%s: critical about what cannot change overnight %+v", r.Receiver, slow)
		}
		if len(critical.Active) > 0 || len(critical.Mute) > 0 || critical.Repeat != "1h" {
			t.Errorf("%s: critical %+v", r.Receiver, critical)
		}
		if !slices.Equal(warning.Active, []string{"office"}) || !slices.Equal(warning.Mute, []string{"public-holidays"}) || warning.Repeat != "3d" {
			t.Errorf("%s: warning %+v", r.Receiver, warning)
		}
	}
	if want := len(builtin(t).OnCall.Owners); owners != want {
		t.Errorf("%d owners have routes, of %d", owners, want)
	}
}

func TestCopiesWaitAndGoOn(t *testing.T) {
	copies := 0
	for _, r := range decodeRouting(t).Route.Routes {
		if len(r.Routes) > 0 || slices.Contains(r.Matchers, `alertname="`+naming.Watchdog+`"`) {
			continue
		}
		copies++
		if !r.Continue || r.Wait != "30m" || !slices.Equal(r.Active, []string{"office"}) {
			t.Errorf("%s: %+v", r.Receiver, r)
		}
	}
	if copies == 0 {
		t.Error("nobody is told of stale data")
	}
}

func TestHolidaysAreMuted(t *testing.T) {
	for _, interval := range decodeRouting(t).Intervals {
		if interval.Name != "public-holidays" {
			continue
		}
		for _, time := range interval.Times {
			if slices.Equal(time.Years, []string{"2025"}) && slices.Equal(time.Months, []string{"4"}) {
				if !slices.Equal(time.Days, []string{"18", "20", "21"}) || time.Location != "Europe/Stockholm" {
					t.Errorf("Easter 2025: %+v", time)
				}
				return
			}
		}
	}
	t.Error("no Easter in 2025")
}

// Nobody is called at night for what is read once a day, or less often.
func TestNothingSlowCallsAtNight(t *testing.T) {
	region := builtin(t)
	quiet := map[string]bool{}
	for _, q := range region.OnCall.Quiet {
		for _, domain := range q.Domains {
			quiet[domain] = true
		}
	}
	slow := 0
	for _, d := range region.Collectors {
		first := d.ParsedSchedule().Next(time.Date(2025, 3, 18, 0, 0, 0, 0, region.Location))
		if d.ParsedSchedule().Next(first).Sub(first) < 20*time.Hour {
			continue
		}
		slow++
		if !quiet[d.Collector] {
			t.Errorf("%s is read once a day, and calls at night", d.Collector)
		}
	}
	if slow < 20 {
		t.Errorf("only %d collectors are read once a day", slow)
	}
}
