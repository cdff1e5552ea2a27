package plan_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

var (
	yearEarlier  = plan.Reference{At: plan.YearEarlier}
	weeksEarlier = plan.Reference{At: plan.WeeksEarlier}
)

func on(t *testing.T, day string) plan.Reference {
	t.Helper()
	date, err := plan.ParseDate(day)
	if err != nil {
		t.Fatal(err)
	}
	return plan.Reference{On: date}
}

func TestMoment(t *testing.T) {
	tests := []struct {
		name      string
		reference plan.Reference
		at, want  string
	}{
		{"a year earlier", yearEarlier, "2025-03-18 08:00:00", "2024-03-18 08:00:00"},
		{"a year earlier, 28 February", yearEarlier, "2025-02-28 23:59:59", "2024-02-28 23:59:59"},
		{"a year before a leap day", yearEarlier, "2024-02-29 08:00:00", "2023-02-28 08:00:00"},
		{"a year before the day after", yearEarlier, "2024-03-01 00:00:00", "2023-03-01 00:00:00"},
		{"in summer time, and a year earlier not yet", yearEarlier, "2025-03-30 12:00:00", "2024-03-30 12:00:00"},
		{"52 weeks earlier", weeksEarlier, "2025-03-18 08:00:00", "2024-03-19 08:00:00"},
		{"52 weeks earlier, over New Year", weeksEarlier, "2025-01-01 06:00:00", "2024-01-03 06:00:00"},
		{"52 weeks earlier, in summer time, and then not yet", weeksEarlier, "2025-03-30 12:00:00", "2024-03-31 12:00:00"},
		{"the same date in a year", plan.Reference{Year: 2023}, "2025-03-18 08:00:00", "2023-03-18 08:00:00"},
		{"a leap day in a year without", plan.Reference{Year: 2023}, "2024-02-29 08:00:00", "2023-02-28 08:00:00"},
		{"the same date, by the local year", plan.Reference{Year: 2024}, "2026-01-01 00:30:00", "2024-01-01 00:30:00"},
		{"a day", on(t, "2024-11-26"), "2025-03-18 08:00:00", "2024-11-26 23:59:59"},
		{"a day of 25 hours", on(t, "2024-10-27"), "2025-03-18 08:00:00", "2024-10-27 23:59:59"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// As planwatch's clock may give it, in another zone.
			got := tt.reference.Moment(moment(t, tt.at).UTC(), stockholm(t))
			if !got.Equal(moment(t, tt.want)) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// A reference outlasts being saved, and others are refused.
func TestReferenceText(t *testing.T) {
	saved, err := json.Marshal([]plan.Reference{yearEarlier, weeksEarlier, on(t, "2024-11-26"), {Year: 2024}})
	if err != nil || string(saved) != `["year_earlier","52_weeks_earlier","2024-11-26","2024"]` {
		t.Errorf("got %s, %v", saved, err)
	}
	var read []plan.Reference
	if err := json.Unmarshal(saved, &read); err != nil || !slices.Equal(read, []plan.Reference{yearEarlier, weeksEarlier, on(t, "2024-11-26"), {Year: 2024}}) {
		t.Errorf("got %v, %v", read, err)
	}
	const want = `"last_year" is neither year_earlier, 52_weeks_earlier, a date nor a year`
	if err := json.Unmarshal([]byte(`["last_year"]`), &read); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestReferences(t *testing.T) {
	p := mustLoad(t, target("beds_available", "where: {ward: A}, value_from: {at: 52_weeks_earlier}")+
		"  - {id: b, kpi: beds_available, where: {ward: B}, value_from: {at: 52_weeks_earlier}, from: 2025-01-01, basis: operational, owner: surgery}\n"+
		"  - {id: c, kpi: beds_available, where: {ward: C}, value_from: {on: 2024-11-26}, from: 2025-01-01, to: 2025-03-31, basis: operational, owner: surgery}\n"+
		"  - {id: d, kpi: beds_available, where: {ward: D}, value_from: {kpi: beds_occupied}, from: 2025-01-01, basis: operational, owner: surgery}\n"+
		"  - {id: g, kpi: beds_occupied, value_from: {on: 2024-12-31}, from: 2025-01-01, to: 2025-01-31, basis: operational, owner: surgery}\n"+
		"  - {id: e, kpi: visits, value_from: {at: year_earlier}, from: 2025-01-01, basis: operational, owner: surgery}\n"+
		"  - {id: h, kpi: bed_occupancy_ratio, value_from: {at: year_earlier}, from: 2025-01-01, to: 2025-05-31, basis: operational, owner: surgery}\n"+
		"  - {id: f, kpi: reports, value: 3, from: 2025-01-01, basis: operational, owner: surgery}\n")
	tests := []struct {
		name, at, kpi string
		want          []plan.Reference
	}{
		{"each once", "2025-03-18 08:00:00", "beds_available", []plan.Reference{on(t, "2024-11-26"), weeksEarlier}},
		{"a period has passed", "2025-04-01 00:00:00", "beds_available", []plan.Reference{weeksEarlier}},
		{"more than a day before all periods", "2024-12-30 23:59:59", "beds_available", nil},
		{"a day before", "2024-12-31 05:00:00", "beds_available", []plan.Reference{on(t, "2024-11-26"), weeksEarlier}},
		{"a day that is not over", "2024-12-31 23:59:58", "beds_occupied", nil},
		{"and is over", "2024-12-31 23:59:59", "beds_occupied", []plan.Reference{on(t, "2024-12-31")}},
		{"another KPI", "2025-03-18 08:00:00", "visits", []plan.Reference{on(t, "2024-12-31"), on(t, "2025-01-01"), on(t, "2025-01-04"), on(t, "2025-01-31"), yearEarlier}},
		{"in the days after the year", "2025-01-02 08:00:00", "visits", []plan.Reference{on(t, "2024-12-31"), on(t, "2025-01-01"), yearEarlier}},
		{"the year after, of a KPI that accumulates", "2026-03-18 08:00:00", "visits", []plan.Reference{on(t, "2025-12-31"), on(t, "2026-01-01"), on(t, "2026-01-04"), on(t, "2026-01-31"), yearEarlier}},
		{"the end of a level's period", "2025-03-18 08:00:00", "bed_occupancy_ratio", []plan.Reference{yearEarlier}},
		{"a target with a value", "2025-03-18 08:00:00", "reports", nil},
		{"a KPI that others have their value from", "2025-03-18 08:00:00", "beds_occupied", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := plan.References(p.Targets, catalogue(t), moment(t, tt.at), stockholm(t), func(name string) bool { return name == tt.kpi })
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// A target is held against what its own KPI gave at the reference.
func TestPast(t *testing.T) {
	const at = "2025-03-18 08:00:00"
	now := moment(t, at)
	then := func(day string) time.Time { return moment(t, day+" 23:59:59") }
	nara := func(name string, value float64, asOf time.Time) kpi.Sample {
		return sample(name, value, asOf, "division", "Nära")
	}
	withheld := nara("visits", 0, then("2024-03-17"))
	withheld.Withheld = true
	ward := func(name, ward string, value float64, asOf time.Time) kpi.Sample {
		return sample(name, value, asOf, "hospital", "Sunderby", "ward", ward)
	}
	visits := func(from string) string {
		return target("visits", "where: {division: Nära}, value_from: "+from+", warning: 5%")
	}
	nan := math.NaN()
	tests := []struct {
		name, target string
		now          []kpi.Sample
		past         map[plan.Reference][]kpi.Sample
		expected     float64
		status       plan.Status
		reason       plan.Reason
	}{
		{"more than a year earlier", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 110, then("2025-03-17"))},
			map[plan.Reference][]kpi.Sample{yearEarlier: {nara("visits", 100, then("2024-03-17")), sample("visits", 900, then("2024-03-17"), "division", "Funktion")}}, 100 * 76. / 77, plan.OnPlan, ""},
		{"less than a year earlier", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 90, then("2025-03-17"))},
			map[plan.Reference][]kpi.Sample{yearEarlier: {nara("visits", 100, then("2024-03-17"))}}, 100 * 76. / 77, plan.Warning, ""},
		{"as of the last day of February", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 90, then("2025-02-28"))},
			map[plan.Reference][]kpi.Sample{yearEarlier: {nara("visits", 100, then("2024-02-29"))}}, 100 * 59. / 60, plan.Warning, ""},
		{"a week that ends on another day", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 90, then("2025-01-19"))},
			map[plan.Reference][]kpi.Sample{yearEarlier: {nara("visits", 70, then("2024-01-14"))}}, 95, plan.Warning, ""},
		{"one place is held back", target("visits", "value_from: {at: year_earlier}"),
			[]kpi.Sample{sample("visits", 31, then("2025-01-31"), "division", "A"), sample("visits", 590, then("2025-02-28"), "division", "B")},
			map[plan.Reference][]kpi.Sample{yearEarlier: {sample("visits", 59, then("2024-02-29"), "division", "A"), sample("visits", 590, then("2024-02-29"), "division", "B")}}, 610.65, plan.OnPlan, ""},
		{"a place that is no more", target("visits", "value_from: {at: year_earlier}"), []kpi.Sample{sample("visits", 590, then("2025-02-28"), "division", "B")},
			map[plan.Reference][]kpi.Sample{yearEarlier: {sample("visits", 31, then("2024-01-31"), "division", "A"), sample("visits", 590, then("2024-02-29"), "division", "B")}}, 59 + 590*59./60, plan.Warning, ""},
		{"the year before that, since bookings were late", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 90, then("2025-01-31"))},
			map[plan.Reference][]kpi.Sample{yearEarlier: {nara("visits", 1000, then("2023-12-31"))}}, nan, plan.Unknown, plan.NoReference},
		{"not asked yet", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 90, then("2025-03-17"))}, nil, nan, plan.Unknown, plan.NoReference},
		{"another reference", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 90, then("2025-03-17"))},
			map[plan.Reference][]kpi.Sample{weeksEarlier: {nara("visits", 100, then("2024-03-17"))}}, nan, plan.Unknown, plan.NoReference},
		{"no rows then", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 90, then("2025-03-17"))},
			map[plan.Reference][]kpi.Sample{yearEarlier: nil}, nan, plan.Unknown, plan.NoReference},
		{"withheld then", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 90, then("2025-03-17"))},
			map[plan.Reference][]kpi.Sample{yearEarlier: {withheld}}, nan, plan.Unknown, plan.ReferenceWithheld},
		{"unknown now", visits("{at: year_earlier}"), nil,
			map[plan.Reference][]kpi.Sample{yearEarlier: {nara("visits", 100, then("2024-03-17"))}}, math.NaN(), plan.Unknown, plan.NoFigure},
		{"nothing then, nothing now", visits("{at: year_earlier}"), []kpi.Sample{nara("visits", 0, then("2025-03-17"))},
			map[plan.Reference][]kpi.Sample{yearEarlier: {nara("visits", 0, then("2024-03-17"))}}, 0, plan.OnPlan, ""},
		{"all of a year, due evenly", visits("{on: 2024-12-31}"), []kpi.Sample{nara("visits", 60, then("2025-03-14"))},
			map[plan.Reference][]kpi.Sample{on(t, "2024-12-31"): {nara("visits", 366, then("2024-12-31"))}}, 73, plan.Warning, ""},
		{"a level, on the same weekday", target("beds_available", "where: {hospital: Sunderby}, value_from: {at: 52_weeks_earlier}, warning: 5%"),
			[]kpi.Sample{ward("beds_available", "A", 20, now), ward("beds_available", "B", 18, now)},
			map[plan.Reference][]kpi.Sample{weeksEarlier: {ward("beds_available", "A", 30, now.AddDate(-1, 0, 0)), ward("beds_available", "C", 10, now.AddDate(-1, 0, 0))}}, 40, plan.Warning, ""},
		{"a level on a day", target("beds_available", "where: {ward: A}, value_from: {on: 2024-11-26}"), []kpi.Sample{ward("beds_available", "A", 20, now)},
			map[plan.Reference][]kpi.Sample{on(t, "2024-11-26"): {ward("beds_available", "A", 19, then("2024-11-26"))}}, 19, plan.OnPlan, ""},
		{"the same date in a year", target("visits", "where: {division: Nära}, value_from: {year: 2023}, warning: 5%"), []kpi.Sample{nara("visits", 99, then("2025-03-17"))},
			map[plan.Reference][]kpi.Sample{{Year: 2023}: {nara("visits", 100, then("2023-03-17"))}, yearEarlier: {nara("visits", 50, then("2024-03-17"))}}, 100, plan.WithinTolerance, ""},
		{"a ratio, as sum over sum", target("bed_occupancy_ratio", "where: {hospital: Sunderby}, value_from: {at: year_earlier}"),
			[]kpi.Sample{ward("beds_occupied", "A", 20, now), ward("beds_available", "A", 20, now)},
			map[plan.Reference][]kpi.Sample{yearEarlier: {ward("beds_occupied", "A", 30, now), ward("beds_available", "A", 30, now), ward("beds_occupied", "B", 5, now), ward("beds_available", "B", 20, now)}}, 0.7, plan.Warning, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			past := plan.Past{}
			for r, samples := range tt.past {
				past[r] = plan.NewSamples(samples)
			}
			got := plan.Assess(mustLoad(t, tt.target).Targets, catalogue(t), tt.now, past, now, stockholm(t))[0]
			if math.IsNaN(tt.expected) != (got.Expected == nil) || got.Expected != nil && !near(*got.Expected, tt.expected) {
				t.Errorf("expected %v, want %v", value(got.Expected), tt.expected)
			}
			if got.Status != tt.status || got.Reason != tt.reason || got.Forecast != nil {
				t.Errorf("%s %q, forecast %v", got.Status, got.Reason, value(got.Forecast))
			}
		})
	}
}

// TestNewYear shows that figures of the year before the period are neither judged nor
// held against the year before them.
func TestNewYear(t *testing.T) {
	now := moment(t, "2025-01-05 08:00:00")
	then := func(day string) time.Time { return moment(t, day+" 23:59:59") }
	for _, tt := range []struct {
		name, target string
		now, earlier []kpi.Sample
	}{
		{"a sum", "kpi: visits, from: 2025-01-01, to: 2025-12-31, value_from: {at: year_earlier}",
			[]kpi.Sample{sample("visits", 300, then("2024-11-30"))}, []kpi.Sample{sample("visits", 200, then("2023-11-30"))}},
		{"of several years", "kpi: visits, from: 2025-01-01, to: 2027-12-31, value_from: {year: 2024}",
			[]kpi.Sample{sample("visits", 365, then("2024-12-31"))}, []kpi.Sample{sample("visits", 300, then("2023-12-31"))}},
		{"a ratio of sums", "kpi: cost_per_visit_sek, from: 2025-01-01, to: 2025-12-31, value_from: {at: year_earlier}",
			[]kpi.Sample{sample("visits", 300, then("2024-11-30")), sample("net_cost_sek", 900, then("2024-11-30"))},
			[]kpi.Sample{sample("visits", 200, then("2023-11-30")), sample("net_cost_sek", 800, then("2023-11-30"))}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			with := scope(t)
			with.KPIs = catalogue(t, kpi.Entry{KPI: kpi.KPI{Name: "cost_per_visit_sek", Ratio: &kpi.Ratio{Of: "net_cost_sek", To: "visits"}, Unit: "sek", Better: kpi.Lower}, Labels: []string{"division"}})
			files := fstest.MapFS{"plan/targets.yaml": {Data: []byte("plan: Plan\ntargets:\n  - {id: a, " + tt.target + ", basis: operational, owner: surgery}\n")}}
			p, err := plan.Load(files, "plan", with)
			if err != nil {
				t.Fatal(err)
			}
			earlier := plan.NewSamples(tt.earlier)
			got := plan.Assess(p.Targets, with.KPIs, tt.now, plan.Past{yearEarlier: earlier, {Year: 2024}: earlier}, now, stockholm(t))[0]
			if got.Expected != nil || got.Status != plan.Unknown || got.Reason != plan.OtherPeriod {
				t.Errorf("expected %v, %s %q", value(got.Expected), got.Status, got.Reason)
			}
		})
	}
}

// The value at the period's end is what the KPI gave a year before that end, and not
// what it gave a year before now.
func TestPeriodEnd(t *testing.T) {
	const at = "2025-03-18 08:00:00"
	now := moment(t, at)
	then := func(day string) time.Time { return moment(t, day+" 23:59:59") }
	past := plan.Past{}
	visits := func(value float64, day string) plan.Samples {
		return plan.NewSamples([]kpi.Sample{sample("visits", value, then(day), "division", "Nära")})
	}
	beds := func(value float64) plan.Samples {
		return plan.NewSamples([]kpi.Sample{sample("beds_available", value, now, "hospital", "Sunderby", "ward", "A")})
	}
	past[yearEarlier] = plan.NewSamples([]kpi.Sample{
		sample("visits", 60, then("2024-03-17"), "division", "Nära"),
		sample("beds_available", 30, now.AddDate(-1, 0, 0), "hospital", "Sunderby", "ward", "A"),
	})
	past[on(t, "2024-12-31")] = plan.NewSamples([]kpi.Sample{
		sample("visits", 300, then("2024-12-31"), "division", "Nära"),
		sample("net_cost_sek", 90, then("2024-11-30"), "division", "Nära"), sample("net_cost_sek", 9, then("2024-11-30"), "division", "Psykiatri"),
	})
	past[on(t, "2025-01-01")] = plan.NewSamples([]kpi.Sample{sample("visits", 2, then("2025-01-01"), "division", "Nära")}) // begun anew
	past[on(t, "2024-09-30")] = visits(200, "2024-08-31")
	past[on(t, "2024-10-01")] = visits(200, "2024-08-31")
	past[on(t, "2024-10-31")] = visits(231, "2024-09-30")
	past[on(t, "2024-06-30")] = visits(180, "2024-06-29")
	past[on(t, "2024-05-31")] = beds(32)
	past[on(t, "2024-03-31")] = visits(60, "2024-02-29")
	// Two places, of which one has begun the next year.
	both := func(a, b string) plan.Samples {
		return plan.NewSamples([]kpi.Sample{sample("net_cost_sek", 100, then(a), "division", "Nära"), sample("net_cost_sek", 10, then(b), "division", "Psykiatri")})
	}
	past[on(t, "2025-01-31")] = both("2025-01-31", "2024-12-31")
	past[on(t, "2024-11-26")] = beds(19)
	for _, tt := range []struct {
		name, target string
		full         float64
	}{
		{"until further notice", "kpi: visits, from: 2025-01-01, value_from: {at: year_earlier}", 300},
		{"through years", "kpi: visits, from: 2025-01-01, to: 2027-12-31, value_from: {at: year_earlier}", 300},
		{"half a year, booked through the day before", "kpi: visits, from: 2025-01-01, to: 2025-06-30, value_from: {at: year_earlier}", 180.994475138},
		{"booked a month later", "kpi: visits, from: 2025-01-01, to: 2025-09-30, value_from: {at: year_earlier}", 231},
		{"that of a year, through years", "kpi: visits, from: 2025-01-01, to: 2027-12-31, value_from: {year: 2024}", 300},
		{"the whole of a year", "kpi: visits, from: 2025-01-01, to: 2025-12-31, value_from: {on: 2024-12-31}", 300},
		{"a month is missing", "kpi: visits, from: 2025-01-01, to: 2025-03-31, value_from: {at: year_earlier}", math.NaN()},
		{"one of two places", "kpi: net_cost_sek, from: 2025-01-01, value_from: {at: year_earlier}", math.NaN()},
		{"a level", "kpi: beds_available, from: 2025-01-01, to: 2025-05-31, value_from: {at: year_earlier}", math.NaN()},
		{"a level without an end", "kpi: beds_available, from: 2025-01-01, value_from: {at: year_earlier}", math.NaN()},
		{"a level of a day", "kpi: beds_available, from: 2025-01-01, value_from: {on: 2024-11-26}", 19},
		{"nothing was read of it", "kpi: visits, from: 2025-01-01, to: 2025-05-31, value_from: {at: year_earlier}", math.NaN()},
		{"the level of another KPI", "kpi: beds_available, from: 2025-01-01, value_from: {kpi: beds_occupied}", math.NaN()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustLoad(t, "  - {id: a, "+tt.target+", basis: operational, owner: surgery}\n")
			present := []kpi.Sample{
				sample("visits", 70, then("2025-03-17"), "division", "Nära"),
				sample("beds_available", 25, now, "hospital", "Sunderby", "ward", "A"), sample("beds_occupied", 26, now, "hospital", "Sunderby", "ward", "A"),
			}
			got := plan.Assess(p.Targets, catalogue(t), present, past, now, stockholm(t))[0]
			if !same(value(got.Full), tt.full) {
				t.Errorf("%v, want %v; expected by now %v", value(got.Full), tt.full, value(got.Expected))
			}
		})
	}
}
