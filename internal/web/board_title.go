package web

import (
	"strings"

	"planwatch/internal/language"
)

// words name a choice: what is searched for, the values that are chosen, and the page of
// the rows.
func (v chooserView) words(number int, l *language.Language) string {
	var parts []string
	if v.Search != "" {
		parts = append(parts, `"`+v.Search+`"`)
	}
	return choiceWords(append(parts, chosenOf(v.Fields)...), number, l)
}

// words name a choice of alerts: the values that are chosen, and the days where some are.
func (v alertChooserView) words(c alertChoice, period string, l *language.Language) string {
	parts := chosenOf(v.Fields)
	if c.query.Has(fieldFrom) || c.query.Has(fieldTo) {
		parts = append(parts, period)
	}
	return choiceWords(parts, c.page, l)
}

// chosenOf are the titles of what is chosen in a form's lists.
func chosenOf(fields []fieldView) []string {
	var titles []string
	for _, field := range fields {
		for _, option := range field.Options {
			if option.Chosen {
				titles = append(titles, option.Title)
			}
		}
	}
	return titles
}

// choiceWords name a choice, and the page of it where that is not the first.
func choiceWords(parts []string, number int, l *language.Language) string {
	if number > 1 {
		parts = append(parts, l.Say("page %d", number))
	}
	return bounded(strings.Join(parts, ", "), shownWords)
}
