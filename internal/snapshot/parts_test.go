package snapshot

import (
	"bytes"
	"testing"

	"planwatch/internal/kpi"
)

func testBlock() *GaugeBlock {
	return NewGaugeBlock([]Gauge{
		{Name: "plan_status", Help: "How it stands:\nin two lines.", Labels: kpi.NewLabels(kpi.Label{Name: "target", Value: "beds"}), Value: 2},
		{Name: "plan_rank", Help: "Its place.", Labels: kpi.NewLabels(kpi.Label{Name: "target", Value: "beds"}), Value: 1},
		{Name: "plan_status", Help: "How it stands:\nin two lines.", Value: -1},
	}, nil)
}

// A block that has travelled is written as it was, in every encoding.
func TestGaugeBlocksTravel(t *testing.T) {
	block := testBlock()
	data, err := block.Encode()
	if err != nil {
		t.Fatal(err)
	}
	there, err := DecodeGaugeBlock(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	for encoding := range encodingCount {
		write := func(b *GaugeBlock) string {
			var out bytes.Buffer
			if _, err := newAnswer([]part{NewGauges(b)}, form{encoding, Plain}).WriteTo(&out); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		if want, got := write(block), write(there); got != want {
			t.Errorf("encoding %d:\n%s\nwant\n%s", encoding, got, want)
		}
	}
}

// Whatever comes, it is refused, or it can be shown.
func FuzzParts(f *testing.F) {
	data, err := testBlock().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	record, err := Record{Collector: "beds", Samples: []kpi.Sample{{KPI: "beds_available", Value: 38}}}.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(record)
	f.Add([]byte("\x03\x0a\x01 "))
	f.Fuzz(func(t *testing.T, data []byte) {
		if block, err := DecodeGaugeBlock(data, nil); err == nil {
			show(t, NewGauges(block))
		}
		if families, err := DecodeFamilies(data); err == nil {
			show(t, &newOwn(families).encoded)
		}
		if r, err := DecodeRecord(data); err == nil {
			if _, err := r.Encode(); err != nil {
				t.Error(err)
			}
		}
	})
}

func show(t *testing.T, p part) {
	t.Helper()
	for encoding := range encodingCount {
		var out bytes.Buffer
		if _, err := newAnswer([]part{p}, form{encoding, Plain}).WriteTo(&out); err != nil {
			t.Error(err)
		}
	}
}
