package report

import (
	"strconv"
	"strings"

	"planwatch/config"
	"planwatch/internal/language"
	"planwatch/internal/yamlfile"
)

// The lists that a reader chooses by, beside labels.
const (
	listOwner  = "owner"
	listArea   = "area"
	listStatus = "status"
	listEffect = "effect"
)

// UnknownError is that a reader asks for what there is not.
type UnknownError struct {
	// List is what the reader chooses by: owner, area, status, effect or a label.
	List, Value string
	// Names are what there is.
	Names []string
}

func (u *UnknownError) Error() string {
	hint := yamlfile.Suggestion(u.Value, u.Names)
	if hint == "" && len(u.Names) > 0 {
		hint = "; there are " + strings.Join(u.Names, ", ")
	}
	return u.List + ": there is no " + strconv.Quote(u.Value) + hint
}

// Words say it in a language.
func (u *UnknownError) Words(region *config.Region, l *language.Language) string {
	title := map[string]string{listOwner: l.Say("Owner"), listArea: l.Say("Area"), listStatus: l.Say("Status"), listEffect: l.Say("Effect")}[u.List]
	if title == "" {
		title = region.Dimensions.Title(u.List, l)
	}
	switch near := yamlfile.Nearest(u.Value, u.Names); {
	case near != "":
		return l.Say(`%s: there is no "%s"; did you mean %s?`, title, u.Value, near)
	case len(u.Names) > 0:
		return l.Say(`%s: there is no "%s"; there are %s`, title, u.Value, strings.Join(u.Names, ", "))
	}
	return l.Say(`%s: there is no "%s"`, title, u.Value)
}
