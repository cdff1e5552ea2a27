package message

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// Writer writes the texts of a region's alerts.
type Writer struct{ region *config.Region }

// New makes a Writer for the region.
func New(region *config.Region) *Writer { return &Writer{region} }

// Summary returns the text of an alert in one line.
func (w *Writer) Summary(labels, annotations map[string]string, l *language.Language) string {
	if wording, ok := wordingOf(annotations); ok {
		return w.fill(wording.summary, labels, annotations, l)
	}
	return w.inLanguage(naming.AnnotationSummary, annotations, l)
}

// Description returns the text of an alert in a few sentences, one on each
// line.
func (w *Writer) Description(labels, annotations map[string]string, l *language.Language) string {
	wording, ok := wordingOf(annotations)
	if !ok {
		return w.inLanguage(naming.AnnotationDescription, annotations, l)
	}
	var lines []string
	for _, s := range wording.description {
		if s.of == "" || annotations[s.of] != "" {
			lines = append(lines, w.fill(s.key, labels, annotations, l))
		}
	}
	return strings.Join(lines, "\n")
}

// wordingOf returns the wording of an alert about a KPI; other alerts have
// their texts as annotations.
func wordingOf(annotations map[string]string) (wording, bool) {
	switch {
	case annotations[naming.AnnotationForecast] != "":
		return forecast, true
	case annotations[naming.AnnotationActual] != "":
		return offPlan, true
	}
	return wording{}, false
}

// inLanguage returns an annotation in the language; the rule has one for each
// of the region's languages.
func (w *Writer) inLanguage(name func(string) string, annotations map[string]string, l *language.Language) string {
	return cmp.Or(annotations[name(w.region.Languages.Suffix(l))], annotations[name("")])
}

func (w *Writer) fill(key string, labels, annotations map[string]string, l *language.Language) string {
	return language.Fill(l.Say(key), func(place string) string {
		name, short := strings.CutSuffix(place, suffixShort)
		switch {
		case place == placeSummary:
			return w.inLanguage(naming.AnnotationSummary, annotations, l)
		case place == placeSeverity:
			return severity(labels[naming.LabelSeverity], l)
		case place == placeWants:
			return inBasis(l.Say(basisOf(annotations).Wants), annotations)
		case place == placeBy:
			return inBasis(l.Say(basisOf(annotations).By), annotations)
		case place == placeSignal:
			return l.Say(signalOf(annotations))
		case place == placeBound && annotations[naming.AnnotationExactly] != "":
			return l.Say("exactly")
		case place == placeBound:
			return bound(kpi.Direction(annotations[naming.AnnotationBetter]), l)
		case place == placeSide:
			return side(kpi.Direction(annotations[naming.AnnotationBetter]), l)
		case slices.Contains(figures, name):
			return w.figure(annotations[name], short, l)
		case place == naming.AnnotationDataAge:
			return ageIn(annotations[place], l)
		}
		return annotations[place]
	})
}

// figure formats a number and the name of its measure for people. Other text is
// returned unchanged.
func (w *Writer) figure(text string, short bool, l *language.Language) string {
	number, name, _ := strings.Cut(text, " ")
	value, err := strconv.ParseFloat(number, 64)
	measure, ok := w.region.Units.Measure(name)
	switch {
	case err != nil || !ok:
		return text
	case short:
		return measure.ShortPhraseOf(l, value)
	}
	return measure.PhraseOf(l, value)
}

func basisOf(annotations map[string]string) basis {
	for _, b := range bases {
		if regexp.MustCompile("^" + b.Of + "$").MatchString(annotations[naming.AnnotationBasis]) {
			return b
		}
	}
	return bases[0]
}

func signalOf(annotations map[string]string) string {
	for _, s := range signals {
		if s.Of == annotations[naming.AnnotationSignal] {
			return s.Words
		}
	}
	return signals[len(signals)-1].Words
}

// ageIn writes a duration of Prometheus' in the language. Other text is returned
// unchanged.
func ageIn(text string, l *language.Language) string {
	for _, a := range ages {
		text = regexp.MustCompile(a.Of).ReplaceAllString(text, a.in(l))
	}
	return text
}

// inBasis fills the annotation in.
func inBasis(text string, annotations map[string]string) string {
	return language.Fill(text, func(string) string { return annotations[naming.AnnotationBasis] })
}

func severity(name string, l *language.Language) string {
	switch name {
	case naming.SeverityCritical:
		return l.Say("Critical (an alert)")
	case naming.SeverityWarning:
		return l.Say("Warning")
	}
	return l.Say("Test (an alert)")
}

func bound(better kpi.Direction, l *language.Language) string {
	if better == kpi.Higher {
		return l.Say("at least")
	}
	return l.Say("at most")
}

func side(better kpi.Direction, l *language.Language) string {
	if better == kpi.Higher {
		return l.Say("below")
	}
	return l.Say("above")
}
