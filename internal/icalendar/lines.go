package icalendar

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// component is a part of a calendar, from BEGIN to END.
type component struct {
	name       string
	line       int
	properties []property
	children   []component
}

// property is one line of a component, with those that continue it.
type property struct {
	name       string
	parameters map[string]string
	value      string
	line       int
}

const (
	// maxDepth is how deep components lie in one another: a calendar, an event,
	// its alarm.
	maxDepth = 8
	// maxParameters is how many parameters a property may have.
	maxParameters = 32
)

// components returns those of the calendar: events, time zones and others.
// Errors begin with the line.
func components(data []byte) ([]component, error) {
	lines, err := unfolded(data)
	if err != nil {
		return nil, err
	}
	root := component{}
	open := []*component{&root}
	for _, p := range lines {
		inner := open[len(open)-1]
		switch p.name {
		case "BEGIN":
			name := strings.ToUpper(strings.TrimSpace(p.value))
			if len(open) == 1 && name != "VCALENDAR" {
				return nil, fmt.Errorf("%d: not a calendar: it begins with BEGIN:VCALENDAR", p.line)
			}
			if len(open) > maxDepth {
				return nil, fmt.Errorf("%d: components lie more than %d deep", p.line, maxDepth)
			}
			open = append(open, &component{name: name, line: p.line})
		case "END":
			if len(open) == 1 || strings.ToUpper(strings.TrimSpace(p.value)) != inner.name {
				return nil, fmt.Errorf("%d: END of what has not begun", p.line)
			}
			open = open[:len(open)-1]
			outer := open[len(open)-1]
			outer.children = append(outer.children, *inner)
		default:
			if len(open) == 1 {
				return nil, fmt.Errorf("%d: not a calendar: it begins with BEGIN:VCALENDAR", p.line)
			}
			inner.properties = append(inner.properties, p)
		}
	}
	if len(open) > 1 {
		return nil, fmt.Errorf("%d: the file ends before END:%s; it is cut off", open[1].line, "VCALENDAR")
	}
	if len(root.children) == 0 {
		return nil, errors.New("1: not a calendar: it begins with BEGIN:VCALENDAR")
	}
	var all []component
	for _, calendar := range root.children {
		all = append(all, calendar.children...)
	}
	return all, nil
}

// unfolded returns the lines, each with those that continue it.
func unfolded(data []byte) ([]property, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	var all []property
	var text strings.Builder
	begun := 0
	finish := func() error {
		if strings.TrimSpace(text.String()) == "" {
			text.Reset()
			return nil
		}
		p, err := parse(text.String())
		if err != nil {
			return fmt.Errorf("%d: %w", begun, err)
		}
		p.line = begun
		all = append(all, p)
		text.Reset()
		return nil
	}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		line = bytes.TrimRight(line, "\r\n")
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
			text.Write(line[1:])
			continue
		}
		if err := finish(); err != nil {
			return nil, err
		}
		begun = number
		text.Write(line)
	}
	if err := finish(); err != nil {
		return nil, err
	}
	return all, nil
}

var errLine = errors.New("not a line of a calendar, such as SUMMARY:Anna")

// parse reads NAME;PARAMETER=value:value.
func parse(text string) (property, error) {
	end := strings.IndexAny(text, ";:")
	if end <= 0 {
		return property{}, errLine
	}
	p := property{name: strings.ToUpper(text[:end]), parameters: map[string]string{}}
	rest := text[end:]
	for strings.HasPrefix(rest, ";") {
		name, after, ok := strings.Cut(rest[1:], "=")
		if !ok || len(p.parameters) == maxParameters {
			return property{}, errLine
		}
		value, after, ok := parameterValue(after)
		if !ok {
			return property{}, errLine
		}
		p.parameters[strings.ToUpper(name)], rest = value, after
	}
	value, ok := strings.CutPrefix(rest, ":")
	if !ok {
		return property{}, errLine
	}
	p.value = value
	return p, nil
}

// parameterValue returns the values of a parameter as they are written, but for
// quotes, and what follows them.
func parameterValue(text string) (value, rest string, ok bool) {
	quoted := false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ';' || c == ':'):
			return strings.ReplaceAll(text[:i], `"`, ""), text[i:], true
		}
	}
	return "", "", false
}

// all returns the properties with the name.
func (c component) all(name string) []property {
	var found []property
	for _, p := range c.properties {
		if p.name == name {
			found = append(found, p)
		}
	}
	return found
}

// get returns the first property with the name.
func (c component) get(name string) (property, bool) {
	for _, p := range c.properties {
		if p.name == name {
			return p, true
		}
	}
	return property{}, false
}

var escapes = strings.NewReplacer(`\\`, `\`, `\,`, `,`, `\;`, `;`, `\n`, "\n", `\N`, "\n")

// text is the property's value as people read it.
func (p property) text() string { return strings.TrimSpace(escapes.Replace(p.value)) }
