package collectors

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/unit"
	"planwatch/internal/yamlfile"
)

// protection changes with the rules by which figures about people are withheld, so
// that figures saved under older rules are not shown.
const protection = "linear relations"

// firstCount is the first day that a count may have begun. A figure is asked for at
// each end of a period since.
const firstCount = "2000-01-01"

// validateProtection checks what a KPI says of the people that it is about.
func (d *Definition) validateProtection(k kpi.KPI, index int, persons bool, f *yamlfile.Faults) {
	switch {
	case k.People == kpi.NotAboutPeople && persons && k.MinCountWaiver == "":
		f.Add(".people", "people: none, but %s are people; leave it out, or say in min_count_waiver why they are not protected", k.Unit)
	case k.MinCount != nil && k.Ratio != nil:
		f.Add(".min_count", "min_count: a ratio is withheld with its parts; set it on them")
	case k.MinCount != nil && (*k.MinCount < 0 || *k.MinCount == 1):
		f.Add(".min_count", "min_count: %d withholds nothing; give 2 or more", *k.MinCount)
	case k.MinCount != nil && *k.MinCount == 0 && k.MinCountWaiver == "":
		f.Add(".min_count", "min_count: 0 shows figures about single people; leave it out, or say in min_count_waiver why that is right")
	case k.MinCount != nil && *k.MinCount > 0 && *k.MinCount < defaultMinCount && k.MinCountWaiver == "":
		f.Add(".min_count", "min_count: %d shows figures about %d to %d people; leave it out, or say in min_count_waiver why that is right", *k.MinCount, *k.MinCount, defaultMinCount-1)
	case k.MinCount != nil && *k.MinCount >= defaultMinCount && k.MinCountWaiver != "":
		f.Add(".min_count_waiver", "min_count_waiver: has no effect with min_count %d; give one of the two", *k.MinCount)
	}
	if k.MinCountWaiver != "" && !isSentence(k.MinCountWaiver) {
		f.Add(".min_count_waiver", "min_count_waiver: the reason is read by a data protection officer; give a sentence of %d characters or more, as why no single person is told of", minReason)
	}
	if k.People != "" && k.Ratio != nil {
		f.Add(".people", "people: a ratio is withheld with its parts; set it on them")
	}
	if k.People == kpi.NotAboutPeople && k.MinCount != nil && *k.MinCount > 0 {
		f.Add(".people", "people: none, but min_count says that people are counted; give one of the two")
	}
	if _, err := time.Parse(time.DateOnly, k.CountedSince); err != nil && k.CountedSince != "" {
		f.Add(".counted_since", "counted_since: %q is not a day such as 2024-11-27", k.CountedSince)
	}
	if k.CountedSince != "" && k.CountedSince < firstCount {
		f.Add(".counted_since", "counted_since: %q is before %s; give the day that the count began", k.CountedSince, firstCount)
	}
	if k.CountedSince != "" && k.Accumulates != "" {
		f.Add(".counted_since", "counted_since: accumulates is given as well; give one of the two")
	}
	if k.PartOf == "" {
		return
	}
	switch i := slices.IndexFunc(d.KPIs, func(other kpi.KPI) bool { return other.Name == k.PartOf }); {
	case i < 0:
		f.Add(".part_of", "part_of: %q is not a kpi of this collector", k.PartOf)
	case i == index:
		f.Add(".part_of", "part_of: %q is the kpi itself", k.PartOf)
	case d.KPIs[i].Ratio != nil || k.Ratio != nil:
		f.Add(".part_of", "part_of: only kpis with a column or a histogram have parts")
	case d.KPIs[i].People != k.People || d.KPIs[i].Span() != k.Span():
		f.Add(".part_of", "part_of: %q is about other people or another time; give both the same people, and accumulates or counted_since", k.PartOf)
	}
}

// minReason is how many characters the shortest reason has.
const minReason = 20

// isSentence reports whether a reason may be one: long enough, and of more than
// one word.
func isSentence(reason string) bool {
	reason = language.OneLine(reason)
	return utf8.RuneCountInString(reason) >= minReason && strings.Contains(reason, " ")
}

// protect sets which KPIs count people, from their units where they do not say, and
// which others are about these people.
func (d *Definition) protect(units *unit.Set) {
	for i := range d.KPIs {
		k := &d.KPIs[i]
		base, _ := units.Get(k.Unit)
		switch {
		case k.MinCount != nil:
			k.Smallest = *k.MinCount
		case k.MinCountWaiver != "" || k.Ratio != nil || k.People == kpi.NotAboutPeople:
		case base.Persons || k.Histogram != nil:
			k.Smallest = defaultMinCount
		}
	}
	guarded := map[string]bool{}
	for _, g := range d.groups() {
		for _, k := range append(g.all(), g.waived...) {
			guarded[k.Name] = true
		}
	}
	for i := range d.KPIs {
		k := &d.KPIs[i]
		k.SeparateBy = d.separateBy(*k)
		k.Guarded = guarded[k.Name] || k.Ratio != nil && (guarded[k.Ratio.Of] || guarded[k.Ratio.To])
	}
}

// validateReleases reports what would never be of one day: a figure about the
// people of several groups, each of which is published when enough of its people
// are added, and a ratio of a figure that is published so and one that is not.
func (d *Definition) validateReleases() error {
	released := map[string]int{} // by KPI, with how many groups
	for _, g := range d.groups() {
		for _, span := range g.spans() {
			if span == "" {
				continue
			}
			for _, k := range g.over(span).all() {
				released[k.Name]++
			}
		}
	}
	for i, k := range d.KPIs {
		if released[k.Name] > 0 && d.AsOf == "" {
			return yamlfile.Faultf(fmt.Sprintf("$.kpis[%d].name", i), "kpi %s: as_of: missing; what accumulates about people is published when all rows have come, which a column with their moment tells", k.Name)
		}
		if err := d.validateShare(i); err != nil {
			return err
		}
		if released[k.Name] > 1 {
			return yamlfile.Faultf(fmt.Sprintf("$.kpis[%d].name", i), "kpi %s: people: missing; every count of this collector names its people, so say which of them this figure is about", k.Name)
		}
		if k.Ratio == nil || released[k.Ratio.Of] == released[k.Ratio.To] {
			continue
		}
		held, daily := k.Ratio.Of, k.Ratio.To
		if released[daily] > 0 {
			held, daily = daily, held
		}
		return yamlfile.Faultf(fmt.Sprintf("$.kpis[%d].ratio", i),
			"kpi %s: ratio: %s is published when enough people are added, and %s at every run, so they would be of different days; protect both or neither (people, min_count, min_count_waiver)",
			k.Name, held, daily)
	}
	return nil
}

// validateShare reports a ratio of two counts of people of which only one is
// protected: what is left of the other would tell of few.
func (d *Definition) validateShare(i int) error {
	k := d.KPIs[i]
	if k.Ratio == nil {
		return nil
	}
	var protected, waived string
	for _, part := range d.KPIs {
		switch isPart := part.Name == k.Ratio.Of || part.Name == k.Ratio.To; {
		case isPart && part.CountsPeople():
			protected = part.Name
		case isPart && part.MinCountWaiver != "" && part.People != kpi.NotAboutPeople:
			waived = part.Name
		}
	}
	if protected == "" || waived == "" {
		return nil
	}
	return yamlfile.Faultf(fmt.Sprintf("$.kpis[%d].ratio", i),
		"kpi %s: ratio: %s is protected and %s is not, so what is left of one tells of few people; protect both, or waive both", k.Name, protected, waived)
}
