package plan

import (
	"slices"
	"sync"
	"time"

	"planwatch/internal/kpi"
)

// Assessor compares samples with a plan's targets, again and again: what does not change
// with the samples is worked out once. It can be used by several at once.
type Assessor struct {
	catalogue kpi.Catalogue
	location  *time.Location
	// cells are in order of their first targets, and readers, by KPI, the places of those
	// whose assessments are made of its samples.
	cells   []cell
	readers map[string][]int
}

// cell is a KPI at the labels of targets, of one period after another.
type cell struct {
	targets []prepared
	// reads are the KPIs whose samples its assessments are made of.
	reads []string
	// money is whether the KPI is in a unit of money, and order is the cell's place by KPI
	// and labels. Those that differ only in labels that must be absent have the same.
	money bool
	order int32
}

// prepared is a target with what its assessments need.
type prepared struct {
	Target
	labels kpi.Labels
	place  *place
	figure *figure
	// other is the KPI that the value is taken from, and differenceOf the two whose
	// difference the KPI is; nil where there are none.
	other        *figure
	differenceOf []*figure
	period       targetPeriod
	// begins and ends are the period's; ends is zero where it holds until further notice.
	begins, ends time.Time
	coveredUntil time.Time
	// full is the target's own value, as it is published.
	full         float64
	seriesLabels *seriesLabels
}

func (t *prepared) begunAt(at time.Time) bool   { return !at.Before(t.begins) }
func (t *prepared) expiredAt(at time.Time) bool { return !t.ends.IsZero() && !at.Before(t.ends) }

// NewAssessor prepares targets for the KPIs of a region's catalogue. Targets of other
// KPIs are left out.
func NewAssessor(targets []Target, c kpi.Catalogue, location *time.Location) *Assessor {
	x := &Assessor{catalogue: c, location: location, readers: map[string][]int{}}
	figures := map[string]*figure{}
	figureOf := func(name string) *figure {
		if figures[name] == nil {
			entry, _ := c.Get(name)
			figures[name] = newFigure(&entry.KPI, c)
		}
		return figures[name]
	}
	places := map[string]int{}
	for _, t := range targets {
		entry, ok := c.Get(t.KPI)
		if !ok {
			continue
		}
		name := t.cell()
		i, met := places[name]
		if !met {
			i = len(x.cells)
			places[name] = i
			x.cells = append(x.cells, cell{money: entry.Base.Money})
		}
		of := &x.cells[i]
		p := prepared{Target: t, figure: figureOf(t.KPI), period: newTargetPeriod(t, location), begins: t.From.Begins(location)}
		if !t.To.IsZero() {
			p.ends = t.To.Ends(location)
		}
		if t.Value != nil {
			p.full = *published(t.inBaseUnit(*t.Value))
		}
		if t.ValueFrom != nil && t.ValueFrom.KPI != "" {
			p.other = figureOf(t.ValueFrom.KPI)
		}
		if from := entry.ForecastFrom; from != nil {
			p.differenceOf = []*figure{figureOf(from.Of), figureOf(from.Less)}
		}
		if met {
			p.place, p.labels = of.targets[0].place, of.targets[0].labels
		} else {
			p.place, p.labels = new(newPlace(t.Where)), slices.Clip(t.Labels())
		}
		p.seriesLabels = newSeriesLabels(&p.Target, &entry.KPI, p.labels)
		of.targets = append(of.targets, p)
		of.reads = append(of.reads, p.reads()...)
	}
	for i := range x.cells {
		x.cells[i].complete(location)
		for _, name := range x.cells[i].reads {
			x.readers[name] = append(x.readers[name], i)
		}
	}
	x.sort()
	return x
}

// reads are the KPIs whose samples an assessment of the target is made of.
func (t *prepared) reads() []string {
	names := t.figure.names()
	if t.other != nil {
		names = append(names, t.other.names()...)
	}
	for _, part := range t.differenceOf {
		names = append(names, part.names()...)
	}
	return names
}

// complete prepares what depends on all targets of the cell.
func (c *cell) complete(location *time.Location) {
	slices.Sort(c.reads)
	c.reads = slices.Compact(c.reads)
	for i := range c.targets {
		c.targets[i].coveredUntil = c.coveredUntil(i, location)
	}
}

// coveredUntil is the end of the last of the targets that follow one another
// without a day between, beginning with the one at i.
func (c *cell) coveredUntil(i int, location *time.Location) time.Time {
	for {
		t := &c.targets[i]
		if t.To.IsZero() {
			return time.Time{}
		}
		successor := -1
		for j := range c.targets {
			if c.targets[j].From.number() == t.To.number()+1 {
				successor = j
			}
		}
		if successor < 0 {
			return t.To.Ends(location)
		}
		i = successor
	}
}

// at is the one of the cell's targets that applies at a moment.
func (c *cell) at(at time.Time) *prepared {
	var past, next *prepared
	for i := range c.targets {
		t := &c.targets[i]
		switch {
		case t.expiredAt(at):
			if past == nil || past.From.Before(t.From) {
				past = t
			}
		case !t.begunAt(at):
			if next == nil || t.From.Before(next.From) {
				next = t
			}
		default:
			return t
		}
	}
	if past != nil {
		return past
	}
	return next
}

// inTurn is how many cells are assessed one after the other; others beside them.
const inTurn = 1 << 10

// run is one use of an Assessor, by one goroutine.
type run struct {
	*Assessor
	samples Samples
	past    Past
	at      time.Time
	// endings are the references of periods' ends that have been met.
	endings map[ending][]Reference
}

// Assess compares samples with the targets at a moment. It gives one assessment for
// each cell that has targets, in their order: of the target whose period it is;
// if there is none, of the last that has expired; otherwise of the first that
// is to come. past is what the KPIs gave at the moments that targets refer to.
//
// Figures are rounded to twelve significant digits, as they are published, and
// then compared. Rounding errors of floating point therefore change no status,
// and a rule in Prometheus that compares the published figures gives the same
// result.
func (x *Assessor) Assess(samples Samples, past Past, at time.Time) []Assessment {
	assessments := make([]Assessment, len(x.cells))
	var all sync.WaitGroup
	faults := make(chan any, len(x.cells)/inTurn+1)
	for begin := 0; begin < len(x.cells); begin += inTurn {
		all.Go(func() {
			defer func() {
				if fault := recover(); fault != nil {
					faults <- fault
				}
			}()
			r := run{Assessor: x, samples: samples, past: past, at: at, endings: map[ending][]Reference{}}
			for i := begin; i < min(begin+inTurn, len(x.cells)); i++ {
				r.assess(x.cells[i].at(at), &assessments[i])
			}
		})
	}
	all.Wait()
	select {
	case fault := <-faults:
		panic(fault) // to whoever asked, as without goroutines
	default:
	}
	x.rank(assessments)
	return assessments
}

// Reassess is Assess where only the samples, now and of the past, of KPIs for which
// changed gives true are others than when former was made: the rest of it is kept, but
// for the ranks. It returns what it assessed too, as places in the assessments. What is
// due at another moment is seen where something has changed, and by Assess.
func (x *Assessor) Reassess(former []Assessment, samples Samples, past Past, at time.Time, changed func(kpiName string) bool) (assessments []Assessment, anew []int) {
	r := run{Assessor: x, samples: samples, past: past, at: at, endings: map[ending][]Reference{}}
	assessments = slices.Clone(former)
	for name, readers := range x.readers {
		if changed(name) {
			anew = append(anew, readers...)
		}
	}
	slices.Sort(anew)
	anew = slices.Compact(anew)
	for _, i := range anew {
		r.assess(x.cells[i].at(at), &assessments[i])
	}
	x.rankAnew(assessments, former, anew)
	return assessments, anew
}
