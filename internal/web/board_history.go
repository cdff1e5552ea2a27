package web

import "planwatch/internal/language"

// reading says how far the past has been read, while it is being read or cannot
// be kept; else it is "".
func (b *board) reading(l *language.Language) string {
	p, ok := b.content.History()
	switch {
	case !ok:
		return l.Say("No history is kept: its storage cannot be written to.")
	case p.Err != nil:
		return l.Say("History cannot be kept: %s", p.Err.Error())
	case p.Reading && p.Wanted > p.Kept:
		return l.Say("The past is being read: %s of %s moments.", l.Count(p.Kept), l.Count(p.Wanted))
	}
	return ""
}
