package oncall

import (
	"fmt"
	"time"

	"planwatch/internal/yamlfile"
)

// The bounds of the time after which an alert escalates.
const (
	minEscalation = 5 * time.Second
	maxEscalation = 24 * time.Hour
)

// Escalation is whom else to tell of what is critical and nobody has
// acknowledged.
type Escalation struct {
	// How long after the first message: 15m.
	After yamlfile.Duration `yaml:"after" jsonschema:"required"`
	// Where the message goes: ids of receivers and of rotas.
	Receivers []string `yaml:"receivers" jsonschema:"required,minItems=1"`
}

func (o *OnCall) validateEscalations(f *yamlfile.Faults) {
	for i, owner := range o.Owners {
		if owner.Duty != "" {
			if _, ok := o.Rota(owner.Duty); !ok {
				f.Add(fmt.Sprintf(".owners[%d].duty", i), "owner %s: duty: %q is not one of the rotas", owner.ID, owner.Duty)
			}
		}
		before := yamlfile.Duration(0)
		for j, e := range owner.Escalation {
			part := f.In(fmt.Sprintf(".owners[%d].escalation[%d]", i, j), "owner "+owner.ID+": escalation")
			switch {
			case time.Duration(e.After) < minEscalation || time.Duration(e.After) > maxEscalation:
				part.Add(".after", "after: %s is not from 5s to 1d", e.After)
			case e.After <= before:
				part.Add(".after", "after: %s is not later than the one before, %s", e.After, before)
			}
			before = e.After
			if len(e.Receivers) == 0 {
				part.Add("", "receivers: missing; name at least one")
			}
			for k, id := range e.Receivers {
				_, receiver := o.Receiver(id)
				if _, rota := o.Rota(id); !receiver && !rota {
					part.Add(fmt.Sprintf(".receivers[%d]", k), "receivers: %q is not one of the receivers or rotas", id)
				}
			}
		}
	}
}
