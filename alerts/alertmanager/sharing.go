package alertmanager

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// What several planwatch share: Shared's names.
const (
	Notifications = "notifications"
	Silences      = "silences"
)

// Shared is a state of Alertmanager's that several share as its own mesh does: what each
// has is merged into what the others have, in whichever order it comes.
type Shared struct {
	Name string
	// Version changes with the state.
	Version uint64
	// Encode is the whole state.
	Encode func() ([]byte, error)
}

// Shared are what was sent, and the silences.
func (a *Alertmanager) Shared() []Shared {
	var all []Shared
	for _, f := range a.journal.files {
		all = append(all, Shared{f.name, f.version.Load(), f.of.MarshalBinary})
	}
	return all
}

// Merge takes over what another has of Shared by that name, and keeps it.
func (a *Alertmanager) Merge(name string, state []byte) error {
	for _, f := range a.journal.files {
		if f.name == name {
			return f.merge(state)
		}
	}
	return fmt.Errorf("alertmanager: nothing is shared by the name %q", name)
}

// merge merges the entries that did not come before. Alertmanager tells of what it has
// merged by broadcasting it again, but for what is too large for its mesh.
func (f *stateFile) merge(state []byte) error {
	if complete(state) != len(state) {
		return fmt.Errorf("alertmanager: %s: cut short", f.name)
	}
	f.merging.Lock()
	defer f.merging.Unlock()
	came := map[[sha256.Size]byte]bool{}
	for rest := state; len(rest) > 0; {
		entry := rest[:first(rest)]
		rest = rest[len(entry):]
		key := sha256.Sum256(entry)
		if came[key] = true; f.came[key] {
			continue
		}
		if err := f.of.Merge(bytes.Clone(entry)); err != nil {
			return fmt.Errorf("alertmanager: %s: %w", f.name, err)
		}
		if len(entry) > largestBroadcast {
			f.rewrite()
		}
	}
	f.came = came
	return nil
}
