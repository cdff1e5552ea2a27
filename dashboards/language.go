package dashboards

import "planwatch/internal/kpi"

// language is one that planwatch speaks. Its folder is named for it.
type language string

const (
	swedish language = "sv"
	english language = "en"
)

var languages = []language{swedish, english}

func (l language) of(text kpi.Text) string {
	if l == english {
		return text.EN
	}
	return text.SV
}

// other is the language that a dashboard links to.
func (l language) other() language {
	if l == english {
		return swedish
	}
	return english
}

// say picks between a Swedish and an English text.
func (l language) say(sv, en string) string { return l.of(kpi.Text{SV: sv, EN: en}) }
