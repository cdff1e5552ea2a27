package spc

// Assurance is whether a process, as it is, will meet its target.
type Assurance int8

// The kinds of assurance. Without a target or a direction nothing can be said;
// these come before AssuranceTooShort.
const (
	// AssuranceTooShort says that the last part has no limits.
	AssuranceTooShort Assurance = iota
	// AssuranceNoTarget says that the latest point has no target.
	AssuranceNoTarget
	// AssuranceNoDirection says that neither way is better.
	AssuranceNoDirection
	// AssuranceConsistentlyPass says that both limits are on the target's
	// better side: the target is met whatever common cause does.
	AssuranceConsistentlyPass
	// AssuranceConsistentlyFail says that both limits are on the worse side:
	// the target is not met without a change to the process.
	AssuranceConsistentlyFail
	// AssuranceHitOrMiss says that the target is within the limits, or on one.
	AssuranceHitOrMiss
)

// String is the assurance in plain words.
func (a Assurance) String() string {
	switch a {
	case AssuranceTooShort:
		return "too short"
	case AssuranceNoTarget:
		return "no target"
	case AssuranceNoDirection:
		return "no direction"
	case AssuranceConsistentlyPass:
		return "consistently pass"
	case AssuranceConsistentlyFail:
		return "consistently fail"
	case AssuranceHitOrMiss:
		return "hit or miss"
	}
	return "unknown assurance"
}

// assure compares the limits of the last part with the latest target: earlier
// limits are of a process that is no more, earlier targets are past.
func assure(c *Chart, o Options) Assurance {
	target := o.Target
	if n := len(c.Points); n > 0 && c.Points[n-1].Target != nil {
		target = c.Points[n-1].Target
	}
	switch {
	case target == nil:
		return AssuranceNoTarget
	case o.Improvement == Neither:
		return AssuranceNoDirection
	case len(c.Parts) == 0 || c.Parts[len(c.Parts)-1].TooShort():
		return AssuranceTooShort
	}
	above, below := AssuranceConsistentlyPass, AssuranceConsistentlyFail
	if o.Improvement == LowerIsBetter {
		above, below = below, above
	}
	switch limits := c.Parts[len(c.Parts)-1].Limits; {
	case limits.Lower > *target:
		return above
	case limits.Upper < *target:
		return below
	}
	return AssuranceHitOrMiss
}
