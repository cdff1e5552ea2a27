// Package replica is several planwatch of one region, of which one leads: it collects and
// sends messages, and the others show what it shows. Who leads is decided by a lock of a
// source's server. Each asks the others what they have, over HTTP.
package replica

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// form is the version of what replicas tell each other. It is counted up when it changes.
const form = 1

// Role is what a replica does.
type Role string

const (
	// Follows is a replica that shows what another shows.
	Follows Role = "follows"
	// Leads is the one that has the lock.
	Leads Role = "leads"
	// StandsIn is one that does what a leader does without the lock, since the lock's
	// server is not reached and no other does.
	StandsIn Role = "stands in"
)

// State is what a replica tells the others of itself.
type State struct {
	Form int `json:"form"`
	// ID is the process's.
	ID string `json:"id"`
	// Region is the region's name.
	Region string `json:"region"`
	Role   Role   `json:"role"`
	// Led is when it last had the lock, by its own clock; zero if never.
	Led time.Time `json:"led,omitzero"`
	// Faults are what it cannot do as it should.
	Faults []Fault `json:"faults,omitempty"`
	// Parts are what it gives, in order of name.
	Parts []Part `json:"parts"`
}

// Fault is something that a replica cannot do as it should.
type Fault string

// The faults.
const (
	// NotAlerting is one that does not evaluate all rules, and so would tell nobody.
	NotAlerting Fault = "alerts are not evaluated"
	// NotReloaded is one that runs on with a former configuration.
	NotReloaded Fault = "the configuration was not reloaded"
	// NotPushed is one whose figures a receiver does not take.
	NotPushed Fault = "figures are not pushed"
	// NotSaved is one that would begin without figures.
	NotSaved Fault = "the snapshot is not saved"
)

// fit reports whether the replica could tell what is wrong, if it led.
func (s State) fit() bool { return !slices.Contains(s.Faults, NotAlerting) }

// Part is something that a replica gives.
type Part struct {
	// Name is what it is of.
	Name string `json:"name"`
	// Sum is the SHA-256 of its bytes, in hexadecimal, by which it is asked for.
	Sum string `json:"sum"`
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

// tag is the entity tag of a state.
func (s State) tag() (tag string, body []byte, err error) {
	body, err = json.Marshal(s)
	return `"` + sum(body)[:32] + `"`, body, err
}

// validate refuses the state of what is no replica of the region.
func (s State) validate(region string) error {
	switch {
	case s.Form != form:
		return fmt.Errorf("it speaks form %d, and this planwatch form %d; update the older one", s.Form, form)
	case s.ID == "":
		return errors.New("it has no id")
	case s.Region != region:
		return fmt.Errorf("it is of region %.100q, and this planwatch of %q; the names are those of the regions' directories", s.Region, region)
	case !slices.Contains([]Role{Follows, Leads, StandsIn}, s.Role):
		return fmt.Errorf("it has no role that is known: %.100q", s.Role)
	}
	return nil
}

// Heads reports whether the replica does what a leader does.
func (r Role) Heads() bool { return r == Leads || r == StandsIn }
