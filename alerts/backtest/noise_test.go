package backtest

import (
	"slices"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/internal/yamlfile"
)

func TestNoise(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		moment, err := time.ParseInLocation("01-02 15:04", text, stockholm)
		if err != nil {
			t.Fatal(err)
		}
		return moment.AddDate(2025, 0, 0)
	}
	const day = yamlfile.Duration(24 * time.Hour)
	type off struct{ since, until string }
	tests := []struct {
		name string
		step yamlfile.Duration
		off  []off
		want []Noise
	}{
		{"back after a day", day, []off{{"03-01 06:00", "03-02 06:00"}}, []Noise{Short}},
		{"back after more than a day", day, []off{{"03-01 06:00", "03-02 06:01"}}, []Noise{""}},
		{"back after the long day of autumn", day, []off{{"10-25 12:00", "10-26 12:00"}}, []Noise{Short}},
		{"back after a step that is longer", 7 * day, []off{{"03-01 06:00", "03-08 06:00"}}, []Noise{Short}},
		{"back after more than such a step", 7 * day, []off{{"03-01 06:00", "03-15 06:00"}}, []Noise{""}},
		{"a step of less than a day is no measure", day / 24, []off{{"03-01 06:00", "03-02 06:00"}}, []Noise{Short}},
		{"still off", day, []off{{"03-01 06:00", ""}}, []Noise{""}},
		{"twice in a week", day, []off{{"03-01 06:00", "03-03 06:00"}, {"03-05 06:00", ""}}, []Noise{"", ""}},
		{"three times in a week", day, []off{{"03-01 06:00", "03-03 06:00"}, {"03-04 06:00", "03-06 06:00"}, {"03-08 06:00", ""}}, []Noise{Flapping, Flapping, Flapping}},
		{"three times in more than a week", day, []off{{"03-01 06:00", "03-03 06:00"}, {"03-04 06:00", "03-06 06:00"}, {"03-08 06:01", ""}}, []Noise{"", "", ""}},
		{"three times in a week, and once after it", day, []off{{"03-01 06:00", "03-01 18:00"}, {"03-03 06:00", "03-03 18:00"}, {"03-05 06:00", "03-05 18:00"}, {"03-20 06:00", "03-20 18:00"}},
			[]Noise{Flapping, Flapping, Flapping, Short}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var episodes []Episode
			for _, o := range tt.off {
				e := Episode{Began: true, Episode: evaluator.Episode{ActiveAt: at(o.since), From: at(o.since)}}
				if o.until != "" {
					e.ActiveUntil = at(o.until)
				}
				episodes = append(episodes, e)
			}
			judge(episodes, tt.step, stockholm)
			var got []Noise
			for _, e := range episodes {
				got = append(got, e.Noise)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("no figure any more, so nobody knows for how long", func(t *testing.T) {
		episodes := []Episode{{Began: true, Withdrawn: true, Episode: evaluator.Episode{ActiveAt: at("03-01 06:00"), From: at("03-01 06:00"), ActiveUntil: at("03-01 07:00")}}}
		if judge(episodes, day, stockholm); episodes[0].Noise != "" {
			t.Errorf("got %q", episodes[0].Noise)
		}
	})
	t.Run("off at the first moment, so nobody knows since when", func(t *testing.T) {
		episodes := []Episode{{Episode: evaluator.Episode{ActiveAt: at("03-01 06:00"), From: at("03-01 06:00"), ActiveUntil: at("03-01 07:00")}}}
		if judge(episodes, day, stockholm); episodes[0].Noise != "" {
			t.Errorf("got %q", episodes[0].Noise)
		}
	})
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0m", 10 * time.Minute: "10m", 90 * time.Minute: "1h30m", 23*time.Hour + 10*time.Minute: "23h10m",
		24 * time.Hour: "1d", 47*time.Hour + 40*time.Minute: "2d", 70*time.Hour + 10*time.Minute: "2d22h",
	} {
		if got := span(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}
