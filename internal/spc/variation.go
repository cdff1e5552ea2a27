package spc

// Variation is what kind a point's variation is: the icons and the colours of
// Making Data Count.
type Variation int8

// The kinds of variation. High and low is the side of the special cause:
// ImprovingLow is low where lower is better.
const (
	// VariationTooShort says that the part has no limits.
	VariationTooShort Variation = iota
	// VariationGhosted says that the point is left out.
	VariationGhosted
	// VariationCommonCause is natural variation: no rule holds.
	VariationCommonCause
	VariationImprovingHigh
	VariationImprovingLow
	VariationConcerningHigh
	VariationConcerningLow
	// VariationNeitherHigh is a special cause where neither way is better.
	VariationNeitherHigh
	VariationNeitherLow
)

// String is the variation in plain words.
func (v Variation) String() string {
	switch v {
	case VariationTooShort:
		return "too short"
	case VariationGhosted:
		return "ghosted"
	case VariationCommonCause:
		return "common cause"
	case VariationImprovingHigh:
		return "special cause, improving, high"
	case VariationImprovingLow:
		return "special cause, improving, low"
	case VariationConcerningHigh:
		return "special cause, concerning, high"
	case VariationConcerningLow:
		return "special cause, concerning, low"
	case VariationNeitherHigh:
		return "special cause, neither, high"
	case VariationNeitherLow:
		return "special cause, neither, low"
	}
	return "unknown variation"
}

// Improving says that the variation has a special cause for the better.
func (v Variation) Improving() bool {
	return v == VariationImprovingHigh || v == VariationImprovingLow
}

// Concerning says that the variation has a special cause for the worse.
func (v Variation) Concerning() bool {
	return v == VariationConcerningHigh || v == VariationConcerningLow
}

// variationOf is what a special cause on a side means.
func variationOf(side Side, improvement Direction) Variation {
	switch {
	case side == NoSide:
		return VariationCommonCause
	case improvement == Neither && side == High:
		return VariationNeitherHigh
	case improvement == Neither:
		return VariationNeitherLow
	case improvement == HigherIsBetter && side == High:
		return VariationImprovingHigh
	case improvement == LowerIsBetter && side == Low:
		return VariationImprovingLow
	case side == High:
		return VariationConcerningHigh
	}
	return VariationConcerningLow
}
