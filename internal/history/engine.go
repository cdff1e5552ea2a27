package history

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	promapi "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"planwatch/collectors"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
)

// engineLimit is how long an Engine may take to answer.
const engineLimit = 30 * time.Second

// Engine is a Prometheus-compatible API that has what planwatch has shown.
type Engine struct {
	api    promapi.API
	labels string
	clock  clock.Clock
}

// NewEngine makes an Engine at the URL, which client asks. labels are those that planwatch's
// series have there besides.
func NewEngine(url string, client *http.Client, labels map[string]string, c clock.Clock) (*Engine, error) {
	made, err := api.NewClient(api.Config{Address: url, Client: client})
	if err != nil {
		return nil, fmt.Errorf("history: url: %w", err)
	}
	e := &Engine{api: promapi.NewAPI(made), clock: c}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		e.labels += fmt.Sprintf(", %s=%q", name, labels[name])
	}
	return e, nil
}

// Has reports whether an Engine can have the collector's past: not of a histogram, which is
// other series there, nor of figures about people, of which only those may be shown beside
// each other that one definition gave.
func Has(d *collectors.Definition) bool {
	return d.Revised() && !slices.ContainsFunc(d.KPIs, func(k kpi.KPI) bool { return k.Histogram != nil })
}

// Reading is what was shown of the collector at the moment; ok is false where nothing was.
// When a row was measured, it does not know: each figure is as of the moment.
func (e *Engine) Reading(ctx context.Context, d *collectors.Definition, at time.Time) (samples []kpi.Sample, ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	metrics, names := make([]string, len(d.KPIs)), map[string]string{}
	for i, k := range d.KPIs {
		metrics[i] = k.Metric()
		names[k.Metric()] = k.Name
	}
	query := fmt.Sprintf("{%s=~%q%s}", naming.LabelName, strings.Join(metrics, "|"), e.labels)
	answer, _, err := e.api.Query(ctx, query, e.clock.Wall(at))
	if err != nil {
		return nil, false, fmt.Errorf("history: url: %w", err)
	}
	vector, is := answer.(model.Vector)
	if !is {
		return nil, false, fmt.Errorf("history: url: it answers with a %s, and not with a vector", answer.Type())
	}
	met := map[string]bool{}
	for _, s := range vector {
		name, known := names[string(s.Metric[model.MetricNameLabel])]
		if !known || math.IsNaN(float64(s.Value)) {
			continue
		}
		sample := kpi.Sample{KPI: name, Labels: e.labelsOf(d, s.Metric), Value: float64(s.Value), AsOf: at}
		key := name + "{" + sample.Labels.String() + "}"
		if met[key] {
			continue // of another replica, or another scrape of the same
		}
		met[key] = true
		samples = append(samples, sample)
	}
	return samples, len(samples) > 0, nil
}

// labelsOf are the labels that the collector gives, of those that the series has.
func (e *Engine) labelsOf(d *collectors.Definition, metric model.Metric) kpi.Labels {
	var pairs []kpi.Label
	for _, name := range d.Labels {
		pairs = append(pairs, kpi.Label{Name: name, Value: string(metric[model.LabelName(name)])})
	}
	return kpi.NewLabels(pairs...)
}
