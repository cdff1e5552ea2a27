package blocks

// What is written takes, as measured with figures that change once a day.
const (
	// bytesPerSample is what a sample takes in a block, a little more than measured.
	bytesPerSample = 0.7
	// bytesPerSeries is what a series takes in a block beside its samples.
	bytesPerSeries = 400
	// numberBytes is what a value, its time and what is between take in text.
	numberBytes = 22
)

// Size is how many series and samples there are, and how many bytes they take
// about.
type Size struct{ Series, Samples, Block, Text uint64 }

// Size estimates what is written of the values.
func (v *Values) Size() Size {
	var size Size
	for _, s := range v.byKey {
		samples := uint64(0)
		for _, span := range s.spans {
			samples += uint64(span.count(v.within, v.fill))
		}
		size.Series++
		size.Samples += samples
		size.Text += samples * uint64(len(nameOf(s.labels))+numberBytes)
	}
	size.Block = uint64(bytesPerSample * float64(size.Samples))
	return size
}

// Blocks is what a block of so many series takes beside its samples, while it is
// being written.
func (s Size) Blocks(n int) uint64 { return uint64(n)*s.Series*bytesPerSeries + segmentSize }
