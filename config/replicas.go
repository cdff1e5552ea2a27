package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"planwatch/internal/warehouse"
	"planwatch/internal/yamlfile"
)

// Replicas are several planwatch that serve one region, of which one at a time leads: it
// reads the warehouse and sends messages, and the others show what it shows.
type Replicas struct {
	// The URLs at which the replicas reach each other, such as https://planwatch-1.example.org:9846. All may be here, so that each replica has the same file. Without any, planwatch is alone.
	Addresses []string `yaml:"addresses"`
	// The source whose server has the lock that the leading replica holds. Without it, the only one with driver: mysql. Its address must lead all replicas to one server.
	LockSource string `yaml:"lock_source"`
	// Name of the lock. Without it, planwatch_, the name of the region's directory, and that of the database. Another planwatch of the same at the same server, as one for tests, needs another name.
	LockName string `yaml:"lock_name"`
	// How long the leading replica may be without a word to the lock's server before another leads, in whole seconds.
	Lease yamlfile.Duration `yaml:"lease" jsonschema:"default=10s"`
	// How planwatch proves to the other replicas who it is, and checks who they are.
	Client Client `yaml:"client"`
}

// The bounds of a lease.
const (
	shortestLease = 2 * time.Second
	longestLease  = 5 * time.Minute
)

// longestLockName is what MySQL takes.
const longestLockName = 64

// On reports whether there are others.
func (r Replicas) On() bool { return len(r.Addresses) > 0 }

func (r Replicas) validate(f *yamlfile.Faults, s Service) {
	for i, address := range r.Addresses {
		path := fmt.Sprintf(".replicas.addresses[%d]", i)
		requireURL(f, path, "replicas: addresses", address, "https://planwatch-1.example.org:9846")
		refuseMore(f, path, "replicas: addresses", "client", address)
		if slices.Index(r.Addresses, address) < i {
			f.Add(path, "replicas: addresses: %q is given twice", address)
		}
	}
	if lease := time.Duration(r.Lease); lease < shortestLease || lease > longestLease || lease%time.Second != 0 {
		f.Add(".replicas.lease", "replicas: lease: %s is not from %s to %s in whole seconds", r.Lease, yamlfile.Duration(shortestLease), yamlfile.Duration(longestLease))
	}
	if len(r.LockName) > longestLockName {
		f.Add(".replicas.lock_name", "replicas: lock_name: longer than %d characters", longestLockName)
	}
	r.Client.validate(f, ".replicas.client", "replicas: client")
	if !r.On() {
		return
	}
	if s.Clock != "" {
		f.Add(".clock", "clock: does not go with replicas, whose clocks would differ")
	}
	servers := s.servers()
	switch {
	case r.LockSource == "" && len(servers) != 1:
		f.Add(".replicas", "replicas: lock_source: missing; name the source with driver: mysql whose server has the lock")
	case r.LockSource != "" && !slices.Contains(servers, r.LockSource):
		f.Add(".replicas.lock_source", "replicas: lock_source: %q is not one of the sources with driver: mysql", r.LockSource)
	}
}

// servers are the names of the sources that are servers.
func (s Service) servers() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Sources)), func(name string) bool { return s.Sources[name].Driver != warehouse.MySQL })
}

// LockSource is the name of the source whose server has the lock of the replica that leads.
func (r *Region) LockSource() string {
	return cmp.Or(r.Replicas.LockSource, append(r.servers(), "")[0])
}

// LockName is the lock's name. Without one of its own it names region and database, since
// other regions may have their locks at the same server.
func (r *Region) LockName() string {
	name := cmp.Or(r.Replicas.LockName, "planwatch_"+r.Name+"_"+warehouse.Database(r.Sources[r.LockSource()]))
	if len(name) > longestLockName {
		sum := sha256.Sum256([]byte(name))
		name = name[:longestLockName-9] + "_" + hex.EncodeToString(sum[:4])
	}
	return name
}

// Peers are the addresses of the replicas, as they are asked.
func (r Replicas) Peers() []string {
	all := make([]string, len(r.Addresses))
	for i, address := range r.Addresses {
		all[i] = strings.TrimRight(address, "/")
	}
	return all
}
