package snapshot

import (
	"errors"
	"fmt"
	"io"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"

	"planwatch/internal/kpi"
)

// sound returns an error if the record, which was read from a file, cannot be
// shown: if its samples could not be encoded, or Prometheus would refuse them.
func (r Record) sound() error {
	if err := soundSamples(r.Samples); err != nil {
		return fmt.Errorf("collector %s: %w", r.Collector, err)
	}
	for _, p := range r.Past {
		if err := soundSamples(p.Samples); err != nil {
			return fmt.Errorf("collector %s: as of %s: %w", r.Collector, p.Reference, err)
		}
	}
	return nil
}

func soundSamples(samples []kpi.Sample) error {
	for i, sample := range samples {
		if err := errors.Join(soundLabels(sample.Labels), soundHistogram(sample.Histogram)); err != nil {
			return fmt.Errorf("sample %d: %w", i+1, err)
		}
	}
	return nil
}

// soundFamily returns an error if the family, which another process gave, could not be
// encoded.
func soundFamily(family *dto.MetricFamily) error {
	if !model.LegacyValidation.IsValidMetricName(family.GetName()) {
		return fmt.Errorf("%q is not the name of a metric", family.GetName())
	}
	if err := Encode(io.Discard, []*dto.MetricFamily{family}, Text); err != nil {
		return fmt.Errorf("%s: %w", family.GetName(), err)
	}
	return nil
}

func soundLabels(labels kpi.Labels) error {
	for i, label := range labels {
		if !model.LegacyValidation.IsValidLabelName(label.Name) {
			return fmt.Errorf("%q is not the name of a label", label.Name)
		}
		if i > 0 && labels[i-1].Name >= label.Name {
			return fmt.Errorf("the labels %s and %s are not in order", labels[i-1].Name, label.Name)
		}
	}
	return nil
}

func soundHistogram(h *kpi.Histogram) error {
	switch {
	case h == nil:
		return nil
	case len(h.Counts) != len(h.Bounds):
		return fmt.Errorf("%d counts of %d buckets", len(h.Counts), len(h.Bounds))
	case !slices.IsSorted(h.Bounds) || len(slices.Compact(slices.Clone(h.Bounds))) != len(h.Bounds):
		return errors.New("the buckets' bounds do not rise")
	case !slices.IsSorted(append(slices.Clone(h.Counts), h.Count)):
		return errors.New("the buckets' counts fall")
	}
	return nil
}

// Fits returns an error if the record is not of the form that its KPIs have.
func (d Description) Fits(r Record) error {
	misfit := d.fits(r.Samples)
	for _, p := range r.Past {
		misfit = errors.Join(misfit, d.fits(p.Samples))
	}
	return misfit
}

// fits returns an error if samples are not of the form that their KPI has.
func (d Description) fits(samples []kpi.Sample) error {
	for _, k := range d.KPIs {
		for _, sample := range samples {
			if sample.KPI == k.Name && !sample.Withheld && (sample.Histogram != nil) != (k.Histogram != nil) {
				return fmt.Errorf("kpi %s: one of figure and histogram was saved, and the other is defined", k.Name)
			}
		}
	}
	return nil
}
