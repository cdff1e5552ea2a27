package web

// Patterns are those of every route.
func Patterns() []string {
	var patterns []string
	for _, r := range routes(Content{}, nil) {
		patterns = append(patterns, r.pattern)
	}
	return patterns
}

// Handler answers requests as a Server does.
var Handler = newHandler
