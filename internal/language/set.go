package language

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	xlanguage "golang.org/x/text/language"

	"planwatch/internal/yamlfile"
)

// Set is the languages of a region, the first of which is used where nobody
// asks for another.
type Set struct{ all []*Language }

// NewSet makes the set of the languages with those codes. One that planwatch
// does not ship needs every message in texts/CODE/*.yaml among the region's
// files; for one that it ships such files change single messages. Errors name
// the file and, where there is one, the line.
func NewSet(files fs.FS, codes []string) (*Set, error) {
	s := &Set{}
	for _, code := range codes {
		l, err := load(files, code)
		if err != nil {
			return nil, err
		}
		s.all = append(s.all, l)
	}
	return s, nil
}

// Union is the languages of all sets, in order of the sets. A language that two have is as
// the first has it.
func Union(sets ...*Set) *Set {
	union := &Set{}
	for _, s := range sets {
		for _, l := range s.all {
			if !slices.Contains(union.Codes(), l.code) {
				union.all = append(union.all, l)
			}
		}
	}
	return union
}

// All are the languages, in the region's order.
func (s *Set) All() []*Language { return s.all }

// First is the region's first language.
func (s *Set) First() *Language { return s.all[0] }

// Codes are the languages' codes, in the region's order.
func (s *Set) Codes() []string {
	codes := make([]string, len(s.all))
	for i, l := range s.all {
		codes[i] = l.code
	}
	return codes
}

// Get is the language of that code. Errors say which codes there are.
func (s *Set) Get(code string) (*Language, error) {
	for _, l := range s.all {
		if l.code == code {
			return l, nil
		}
	}
	return nil, fmt.Errorf("%q is not %s", code, strings.Join(s.Codes(), " or "))
}

// English is English where the region has it, else its first language: for
// what programmers read, such as the help of a metric.
func (s *Set) English() *Language {
	if l, err := s.Get("en"); err == nil {
		return l
	}
	return s.First()
}

// Suffix is what the names of things in the language end in where those of the
// first language end in nothing.
func (s *Set) Suffix(l *Language) string {
	if l.code == s.First().code {
		return ""
	}
	return l.code
}

// Next is the language after l, in a circle: the one to offer a reader of l.
func (s *Set) Next(l *Language) *Language {
	return s.all[(slices.Index(s.Codes(), l.code)+1)%len(s.all)]
}

// Negotiate is the language that suits an Accept-Language header best: the
// first where the header is silent or malformed. Where it wants none of them,
// English is the likelier to be understood.
func (s *Set) Negotiate(accept string) *Language {
	wanted, _, err := xlanguage.ParseAcceptLanguage(accept)
	if err != nil || len(wanted) == 0 {
		return s.First()
	}
	tags := make([]xlanguage.Tag, len(s.all))
	for i, l := range s.all {
		tags[i] = l.tag
	}
	_, index, confidence := xlanguage.NewMatcher(tags).Match(wanted...)
	if confidence == xlanguage.No {
		return s.English()
	}
	return s.all[index]
}

// Missing are the codes of the languages that the text is not in.
func (s *Set) Missing(t Text) []string {
	var codes []string
	for _, l := range s.all {
		if t[l.code] == "" {
			codes = append(codes, l.code)
		}
	}
	return codes
}

// Require reports a text, the value of key, that is missing in one of the
// languages.
func (s *Set) Require(f *yamlfile.Faults, key string, t Text) {
	if missing := s.Missing(t); len(missing) > 0 {
		f.Add("."+key, "%s: missing in %s", key, strings.Join(missing, " and "))
	}
}

// RequireLine is Require for a text that stands on one line, such as a title.
func (s *Set) RequireLine(f *yamlfile.Faults, key string, t Text) {
	s.Require(f, key, t)
	for _, l := range s.all {
		if err := yamlfile.CheckLine(t[l.code]); err != nil {
			f.Add("."+key+"."+l.code, "%s: %s: %w", key, l.code, err)
		}
	}
}
