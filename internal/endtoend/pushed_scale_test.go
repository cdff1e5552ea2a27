//go:build scale

package endtoend_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// alertsOf are the alerts of a rule manager by labels, with their state, without some labels.
func alertsOf(manager string, without ...string) (map[string]string, error) {
	text, err := get(manager + "/api/v1/alerts")
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Alerts []struct {
				Labels map[string]string
				State  string
			}
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, a := range answer.Data.Alerts {
		for _, label := range without {
			delete(a.Labels, label)
		}
		all[fmt.Sprint(a.Labels)] = a.State
	}
	return all, nil
}

// gaps are the moments at which a series has nothing.
func (s span) gaps(from, to time.Time, step time.Duration) []string {
	have := map[int64]bool{}
	for _, v := range s.Values {
		if at, ok := v[0].(float64); ok {
			have[int64(at)] = true
		}
	}
	var all []string
	for at := from; !at.After(to); at = at.Add(step) {
		if !have[at.Unix()] {
			all = append(all, at.UTC().Format(time.TimeOnly))
		}
	}
	return all
}

// labelled are the labels of series, without some, in order; each is there as often as it has series.
func labelled(all []span, without ...string) []string {
	var texts []string
	for _, s := range all {
		for _, label := range without {
			delete(s.Metric, label)
		}
		texts = append(texts, fmt.Sprint(s.Metric))
	}
	slices.Sort(texts)
	return texts
}

// shownBy are the labels of the series of a metric in the answer to a scrape, as Prometheus has them, in order.
func (p *pushing) shownBy(metric string) []string {
	p.t.Helper()
	text, err := get(p.url + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		labels, found := strings.CutPrefix(line, metric+"{")
		if !found {
			continue
		}
		labels, _, _ = strings.Cut(labels, "} ")
		of := map[string]string{"job": "planwatch", "instance": "planwatch.example.org"}
		for pair := range strings.SplitSeq(labels, ",") {
			name, value, _ := strings.Cut(pair, "=")
			if of[name], err = strconv.Unquote(value); err != nil {
				p.t.Fatal(line, err)
			}
		}
		all = append(all, fmt.Sprint(of))
	}
	slices.Sort(all)
	return all
}
