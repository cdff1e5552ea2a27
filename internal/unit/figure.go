package unit

import (
	"math"

	"planwatch/internal/language"
)

// Number writes value, which is in the base unit, in the measure and without
// its word. All numbers of a column have the same decimals, so that they line
// up; whole numbers of things that are counted have none.
func (m Measure) Number(l *language.Language, value float64) string {
	if m.Percent {
		return l.Percent(value, m.Decimals)
	}
	value = m.In(value)
	if m.Counts() && (value == math.Trunc(value) || math.Abs(value) >= 1000) {
		return l.Number(value, 0)
	}
	return l.Number(value, m.Decimals)
}

// Figure is Number with the measure's word, unless the figure is of things
// that are counted.
func (m Measure) Figure(l *language.Language, value float64) string {
	text := m.Number(l, value)
	if word := m.word(l, m.In(value)); word != "" && !m.Counts() {
		return text + language.NoBreak + word
	}
	return text
}

// Phrase writes value, which is in the base unit, as in a sentence: without
// zeros behind its decimals, and always with the measure's word.
func (m Measure) Phrase(l *language.Language, value float64) string {
	return m.PhraseOf(l, m.In(value))
}

// PhraseOf is Phrase of a value that is in the measure already.
func (m Measure) PhraseOf(l *language.Language, value float64) string {
	if m.Percent {
		return l.ShortPercent(value/100, m.Decimals)
	}
	text := l.ShortNumber(value, m.Decimals)
	if word := m.word(l, value); word != "" {
		return text + language.NoBreak + word
	}
	return text
}

// ShortPhraseOf is PhraseOf without the word of things that are counted.
func (m Measure) ShortPhraseOf(l *language.Language, value float64) string {
	if m.Counts() {
		return l.ShortNumber(value, m.Decimals)
	}
	return m.PhraseOf(l, value)
}

// WordOf is the measure's word behind value, which is in the base unit.
func (m Measure) WordOf(l *language.Language, value float64) string { return m.word(l, m.In(value)) }

// word is what stands behind value, which is in the measure.
func (m Measure) word(l *language.Language, value float64) string {
	return m.Word.of(l, value, m.Decimals)
}

// Forms are the measure's word in the language by plural form; the empty form
// is that of a text that is the same for every number.
func (m Measure) Forms(l *language.Language) Plurals { return m.Word[l.Code()] }

// Suffix is what Grafana and a reader see behind many.
func (m Measure) Suffix(l *language.Language) string {
	return m.Word[l.Code()].form(language.Other)
}

// Heading is what stands over a column of figures in the measure.
func (m Measure) Heading(l *language.Language) string {
	if m.Percent {
		return "%"
	}
	return m.Suffix(l)
}
