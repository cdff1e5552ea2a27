package language

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// verb is a verb of package fmt: the index of its argument, if it says so, and
// its letter.
var verb = regexp.MustCompile(`%(?:\[([0-9]+)\])?[0-9.]*([a-zA-Z%])`)

// place is where Fill puts a value.
var place = regexp.MustCompile(`\{[^{}]*\}`)

// arguments are the letters of the verbs in a text, by the number of their
// argument.
func arguments(text string) map[int]string {
	found := map[int]string{}
	next := 1
	for _, match := range verb.FindAllStringSubmatch(text, -1) {
		if match[2] == "%" {
			continue
		}
		if index, err := strconv.Atoi(match[1]); err == nil {
			next = index
		}
		found[next] = match[2]
		next++
	}
	return found
}

// check reports a text that is empty, whose verbs are not those of its key, or
// that has a place to fill that its key does not have. A plural form may leave
// out the number.
func (m Message) check(key string) error {
	texts := map[Form]string{"": m.text}
	if m.plurals != nil {
		texts = m.plurals
	}
	wanted := arguments(key)
	if m.plurals != nil && wanted[1] != "d" {
		return errors.New("the message has no number to choose a plural form by; give one text")
	}
	for _, form := range slices.Sorted(maps.Keys(texts)) {
		if texts[form] == "" {
			return errors.New("the text is empty")
		}
		given := arguments(texts[form])
		if _, ok := given[1]; !ok && form != "" && wanted[1] != "" {
			given[1] = wanted[1]
		}
		if !maps.Equal(given, wanted) {
			return fmt.Errorf("%q does not have the message's arguments: %s", texts[form], verbs(wanted))
		}
		for _, name := range place.FindAllString(texts[form], -1) {
			if !strings.Contains(key, name) {
				return fmt.Errorf("%q has %s, which the message does not have", texts[form], name)
			}
		}
	}
	return nil
}

// verbs writes arguments as a text has them.
func verbs(arguments map[int]string) string {
	if len(arguments) == 0 {
		return "none"
	}
	var all []string
	for _, index := range slices.Sorted(maps.Keys(arguments)) {
		all = append(all, fmt.Sprintf("%%[%d]%s", index, arguments[index]))
	}
	return strings.Join(all, ", ")
}
