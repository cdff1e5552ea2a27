package naming

import "regexp"

var (
	underscored = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	hyphenated  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// ValidName reports whether name can be the name of a KPI, a collector, a
// source, a label or a unit: lower-case words joined by underscores.
func ValidName(name string) bool { return underscored.MatchString(name) }

// ValidID reports whether id can be the id of a target, an owner, a receiver, a
// check or a dashboard: lower-case words joined by hyphens.
func ValidID(id string) bool { return hyphenated.MatchString(id) }
