package calendar

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/se"
)

// countries are the holidays of each country. Package cal leaves out those
// that are always on a Sunday, which hours at weekends need.
var countries = map[Calendar][]*cal.Holiday{
	"denmark": with(dk.Holidays, called(aa.Easter, "Påskedag"), called(aa.Pentecost, "Pinsedag")),
	// Pühade ja tähtpäevade seadus.
	"estonia": {
		called(aa.NewYear, "uusaasta"), on(time.February, 24, "iseseisvuspäev"), called(aa.GoodFriday, "suur reede"),
		called(aa.Easter, "ülestõusmispühade 1. püha"), called(aa.WorkersDay, "kevadpüha"), called(aa.Pentecost, "nelipühade 1. püha"),
		on(time.June, 23, "võidupüha"), on(time.June, 24, "jaanipäev"), on(time.August, 20, "taasiseseisvumispäev"),
		on(time.December, 24, "jõululaupäev"), called(aa.ChristmasDay, "esimene jõulupüha"), called(aa.ChristmasDay2, "teine jõulupüha"),
	},
	// The public holidays, and the two eves that are days off.
	"finland": {
		called(aa.NewYear, "uudenvuodenpäivä"), called(aa.Epiphany, "loppiainen"), called(aa.GoodFriday, "pitkäperjantai"),
		called(aa.Easter, "pääsiäispäivä"), called(aa.EasterMonday, "toinen pääsiäispäivä"), called(aa.WorkersDay, "vapunpäivä"),
		called(aa.AscensionDay, "helatorstai"), called(aa.Pentecost, "helluntaipäivä"), called(se.Midsommarafton, "juhannusaatto"),
		called(se.Midsommardagen, "juhannuspäivä"), called(se.AllaHelgonsDag, "pyhäinpäivä"), on(time.December, 6, "itsenäisyyspäivä"),
		on(time.December, 24, "jouluaatto"), called(aa.ChristmasDay, "joulupäivä"), called(aa.ChristmasDay2, "tapaninpäivä"),
	},
	// The holidays of all states.
	"germany": with(de.Holidays, called(aa.Easter, "Ostersonntag"), called(aa.Pentecost, "Pfingstsonntag")),
	// Without the eves, which are half working days.
	"iceland": {
		called(aa.NewYear, "nýársdagur"), called(aa.MaundyThursday, "skírdagur"), called(aa.GoodFriday, "föstudagurinn langi"),
		called(aa.Easter, "páskadagur"), called(aa.EasterMonday, "annar í páskum"),
		{Name: "sumardagurinn fyrsti", Month: time.April, Day: 19, Weekday: time.Thursday, Offset: 1, Func: cal.CalcWeekdayFrom},
		called(aa.WorkersDay, "verkalýðsdagurinn"), called(aa.AscensionDay, "uppstigningardagur"), called(aa.Pentecost, "hvítasunnudagur"),
		called(aa.PentecostMonday, "annar í hvítasunnu"), on(time.June, 17, "þjóðhátíðardagurinn"),
		{Name: "frídagur verslunarmanna", Month: time.August, Weekday: time.Monday, Offset: 1, Func: cal.CalcWeekdayOffset},
		called(aa.ChristmasDay, "jóladagur"), called(aa.ChristmasDay2, "annar í jólum"),
	},
	"ireland":     ie.Holidays,
	"netherlands": with(nl.Holidays, called(aa.Easter, "Eerste Paasdag"), called(aa.Pentecost, "Eerste Pinksterdag")),
	"norway":      with(no.Holidays, called(aa.Easter, "Første påskedag"), called(aa.Pentecost, "Første pinsedag")),
	// The public holidays, and the three eves that are days off.
	"sweden": with(se.Holidays, se.Paskdagen, se.Pingstdagen),
	// The bank holidays of England and Wales.
	"united-kingdom": gb.Holidays,
}

// with returns a copy of holidays with the others added.
func with(holidays []*cal.Holiday, others ...*cal.Holiday) []*cal.Holiday {
	return slices.Concat(holidays, others)
}

// called returns the holiday under another name.
func called(h *cal.Holiday, name string) *cal.Holiday { return h.Clone(&cal.Holiday{Name: name}) }

// on returns a holiday on the same date every year.
func on(month time.Month, day int, name string) *cal.Holiday {
	return &cal.Holiday{Name: name, Month: month, Day: day, Func: cal.CalcDayOfMonth}
}
