package exporter

import (
	"context"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"planwatch/alerts"
	"planwatch/alerts/alertmanager"
	"planwatch/alerts/oncall"
	"planwatch/config"
	"planwatch/internal/genfiles"
	"planwatch/internal/subscription"
)

// duty is who is on duty by the calendars that are at addresses, where planwatch
// itself sends.
type duty struct {
	region *config.Region
	rotas  []subscribed
	// mu is held while shifts change, and while messages are told of it, so that
	// the later change is told later.
	mu     sync.Mutex
	shifts map[string][]oncall.Shift
}

// subscribed is a rota and its calendar.
type subscribed struct {
	rota     oncall.Rota
	calendar *subscription.Subscription
}

// newDuty begins with the calendars that were kept before a restart.
func (e *Exporter) newDuty(region *config.Region) *duty {
	d := &duty{region: region, shifts: map[string][]oncall.Shift{}}
	if !region.Sends() {
		return d
	}
	for _, rota := range region.OnCall.Rotas {
		if !rota.Fetched() {
			continue
		}
		calendar := subscription.New(subscription.Options{
			Rota: rota.ID, URLFile: region.OnCall.Path(rota.Calendar.URLFile),
			Kept:  filepath.Join(region.Storage.Path, "calendars", rota.ID+".ics"),
			Check: func(data []byte) error { _, err := d.read(rota, data); return err }, Logger: e.logger,
		})
		d.rotas = append(d.rotas, subscribed{rota, calendar})
		if data := calendar.Data(); data != nil {
			d.take(rota, data)
		}
	}
	return d
}

func (d *duty) read(rota oncall.Rota, data []byte) ([]oncall.Shift, error) {
	return d.region.OnCall.ShiftsIn(rota, "calendar", data, d.region.Location, d.region.DutyYears())
}

// take takes the shifts of a rota's calendar, which has been checked, and
// reports whether they are others.
func (d *duty) take(rota oncall.Rota, data []byte) (changed bool) {
	shifts, err := d.read(rota, data)
	if err != nil {
		return false // those of before stay
	}
	changed = !reflect.DeepEqual(d.shifts[rota.ID], shifts)
	d.shifts[rota.ID] = shifts
	return changed
}

// files are all that is generated of alerting, with who is on duty now.
func (d *duty) files() ([]genfiles.File, error) {
	return alerts.Generate(d.region.WithShifts(d.shifts))
}

// run fetches the calendars until ctx ends, and calls changed, once at a time,
// when others are on duty.
func (d *duty) run(ctx context.Context, interval time.Duration, changed func()) {
	var all sync.WaitGroup
	for _, s := range d.rotas {
		all.Go(func() {
			s.calendar.Run(ctx, interval, func(data []byte) {
				d.mu.Lock()
				defer d.mu.Unlock()
				if d.take(s.rota, data) {
					changed()
				}
			})
		})
	}
	all.Wait()
}

// keepDuty sends to whoever is on duty by the calendars at addresses, until ctx
// ends.
func (g *generation) keepDuty(ctx context.Context) {
	g.duty.run(ctx, g.fetching, func() {
		files, err := g.duty.files()
		var c alertmanager.Configuration
		if err == nil {
			c = Sending(g.region, files)
			err = c.Validate()
		}
		if err != nil {
			g.logger.Error("who is on duty has changed, and cannot be sent by", "err", err)
			return
		}
		g.alerting.sendBy(c)
		g.logger.Info("who is on duty has changed in a calendar")
	})
}
