package backfill

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"planwatch/config"
	"planwatch/internal/yamlfile"
)

func TestMoments(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	region := &config.Region{Location: stockholm}
	now := time.Date(2025, 3, 31, 8, 0, 0, 500, stockholm)
	tests := []struct {
		name, from, to string
		step           time.Duration
		want           []string
	}{
		{"the ends of days, over the change of clocks", "2025-03-29", "2025-03-30", day, []string{"2025-03-29T23:59:59+01:00", "2025-03-30T23:59:59+02:00"}},
		{"a day is the steps that end in it", "2025-03-28", "2025-03-28", 12 * time.Hour, []string{"2025-03-28T11:59:59+01:00", "2025-03-28T23:59:59+01:00"}},
		{"moments are as they are", "2025-03-28T06:00", "2025-03-30T06:00", day, []string{"2025-03-28T06:00:00+01:00", "2025-03-29T06:00:00+01:00", "2025-03-30T06:00:00+02:00"}},
		{"the end need not be a step", "2025-03-28T06:00", "2025-03-28T08:30", time.Hour, []string{"2025-03-28T06:00:00+01:00", "2025-03-28T07:00:00+01:00", "2025-03-28T08:00:00+01:00"}},
		{"thirteen months", "", "", 200 * day, []string{"2024-02-27T23:59:59+01:00", "2024-09-14T23:59:59+02:00"}},
		{"thirteen months before the end", "", "2025-03-12T06:00", 400 * day, []string{"2024-02-08T23:59:59+01:00"}},
		{"until now", "2025-03-30T08:00", "", day, []string{"2025-03-30T08:00:00+02:00", "2025-03-31T08:00:00+02:00"}},
		{"today", "2025-03-31", "", day, []string{"2025-03-31T08:00:00+02:00"}},
		{"today, whose first step is not over", "2025-03-31", "", 12 * time.Hour, []string{"2025-03-31T08:00:00+02:00"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := DefaultFlags()
			f.From, f.To, f.Step = tt.from, tt.to, yamlfile.Duration(tt.step)
			m, err := f.resolve(region, now)
			if err != nil {
				t.Fatal(err)
			}
			want := make([]time.Time, len(tt.want))
			for i, text := range tt.want {
				if want[i], err = time.Parse(time.RFC3339, text); err != nil {
					t.Fatal(err)
				}
			}
			got := m.within(m.first, m.end.Add(1))
			if !slices.EqualFunc(got, want, time.Time.Equal) || m.count() != len(want) {
				t.Errorf("got %s and a count of %d", got, m.count())
			}
		})
	}
}

func TestFlagsAreRefused(t *testing.T) {
	tests := []struct {
		name, want string
		change     func(*Flags)
	}{
		{"no fill", "--fill 0s is under a second; name 1s or more, such as 4m", func(f *Flags) { f.Fill = 0 }},
		{"a fill of milliseconds", "--fill 500ms is under a second; name 1s or more, such as 4m", func(f *Flags) { f.Fill = yamlfile.Duration(500 * time.Millisecond) }},
		{"a fill of no whole seconds", "--fill 1s500ms is no whole number of seconds; name one, such as 4m", func(f *Flags) { f.Fill = yamlfile.Duration(1500 * time.Millisecond) }},
		{"a block of hours", "--block 1d12h is no whole number of days; name 1d or more", func(f *Flags) { f.Block = yamlfile.Duration(36 * time.Hour) }},
		{"a step of seconds", "--step 59s is under a minute; name 1m or more", func(f *Flags) { f.Step = yamlfile.Duration(59 * time.Second) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := DefaultFlags()
			tt.change(&f)
			if _, err := f.resolve(&config.Region{Location: time.UTC}, time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	at := time.Date(2025, 3, 18, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, want string
		progress   Progress
	}{
		{"at first", "  0 %  2025-03-18  0 of 1096 moments, 0 samples written", Progress{Moments: 1096, Moment: at}},
		{"on the way", " 10 %  2025-03-18  110 of 1096 moments, 98 million samples written, about 1h2m left", Progress{110, 1096, at, 98_640_000, 62*time.Minute + 20*time.Second}},
		{"at the end", "100 %  2025-03-18  1 of 1 moments, 1 sample written", Progress{1, 1, at, 1, 0}},
		{"soon", " 50 %  2025-03-18  1 of 2 moments, 2 samples written, about 3s left", Progress{1, 2, at, 2, 2900 * time.Millisecond}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.progress.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			before, after, _ := strings.Cut(tt.want, " moments")
			_, after, _ = strings.Cut(after, " written")
			if got, want := tt.progress.Replayed(), before+" moments"+after; got != want {
				t.Errorf("replayed: got %q, want %q", got, want)
			}
		})
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 bytes", 999: "999 bytes", 1000: "1 kB", 560_400_000: "560 MB", 3_500_000_000_000: "4 TB"} {
		if got := bytes(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
