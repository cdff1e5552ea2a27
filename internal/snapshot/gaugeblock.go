package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"

	"planwatch/internal/kpi"
)

// Encode is the block as families in Prometheus' protobuf, each after its length.
func (b *GaugeBlock) Encode() ([]byte, error) {
	all := make([]*dto.MetricFamily, len(b.fragments))
	for i, f := range b.fragments {
		all[i] = f.family()
		all[i].Help = &f.help
	}
	return EncodeFamilies(all)
}

// DecodeGaugeBlock is the block that was encoded; former is as for NewGaugeBlock. It fails
// where that could not be shown.
func DecodeGaugeBlock(data []byte, former *GaugeBlock) (*GaugeBlock, error) {
	families, err := DecodeFamilies(data)
	if err != nil {
		return nil, err
	}
	var gauges []Gauge
	for _, family := range families {
		for _, m := range family.Metric {
			labels := make(kpi.Labels, len(m.Label))
			for i, l := range m.Label {
				labels[i] = kpi.Label{Name: l.GetName(), Value: l.GetValue()}
			}
			if err := soundLabels(labels); err != nil {
				return nil, fmt.Errorf("%s: %w", family.GetName(), err)
			}
			gauges = append(gauges, Gauge{Name: family.GetName(), Help: family.GetHelp(), Labels: labels, Value: m.GetGauge().GetValue()})
		}
	}
	return NewGaugeBlock(gauges, former), nil
}

// EncodeFamilies are the families in Prometheus' protobuf, each after its length.
func EncodeFamilies(families []*dto.MetricFamily) ([]byte, error) {
	var all bytes.Buffer
	for _, family := range families {
		if _, err := protodelim.MarshalTo(&all, family); err != nil {
			return nil, err
		}
	}
	return all.Bytes(), nil
}

// DecodeFamilies are the families that were encoded. It fails where they could not be
// shown.
func DecodeFamilies(data []byte) ([]*dto.MetricFamily, error) {
	var all []*dto.MetricFamily
	for reader := bytes.NewReader(data); ; {
		var family dto.MetricFamily
		switch err := (protodelim.UnmarshalOptions{MaxSize: int64(len(data)), UnmarshalOptions: proto.UnmarshalOptions{DiscardUnknown: true}}).UnmarshalFrom(reader, &family); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		if err := soundFamily(&family); err != nil {
			return nil, err
		}
		all = append(all, &family)
	}
}
