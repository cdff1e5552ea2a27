package replica

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"planwatch/internal/warehouse"
)

// Options configure a Replica.
type Options struct {
	// Region is the region's name. Those of other regions are refused.
	Region string
	// Addresses are the URLs of the replicas, its own among them or not.
	Addresses []string
	// Client asks them.
	Client *http.Client
	// Lock is what the leader has.
	Lock *warehouse.Lock
	// Lease is how long a leader may be without a word to the lock's server.
	Lease time.Duration
	// Give is what this replica gives while it is in that role. It is called often, and is
	// to be quick.
	Give func(Role) []Given
	// Find finds what another asks for by a name, and is not among what is given; nil where
	// there is none.
	Find func(ctx context.Context, name string) ([]byte, error)
	// Take takes what another gives: its parts by name, as they all are and those that have
	// changed. It is called by one goroutine for each other.
	Take Take
	// Faults are what this planwatch cannot do as it should.
	Faults func() []Fault
	Logger *slog.Logger
}

// Take takes parts of a state, of which some have changed, and returns the names of those that
// it has not taken. These come again with the next state, and no others for them.
type Take func(ctx context.Context, from *State, changed map[string][]byte) (left map[string]bool)

// Replica is one of several planwatch of a region.
type Replica struct {
	options Options
	id      string
	logger  *slog.Logger
	shelf   shelf
	peers   []*peer
	// current is what it is, and lock what is known of that.
	current atomic.Pointer[standing]
	lock    atomic.Pointer[lockView]
	// look receives when it is to be decided anew, and changed when the role is another.
	look, changed chan struct{}
	// waiting counts the answers that wait for news, and has is the tag of the state that the
	// one who asked last has taken.
	waiting atomic.Int32
	has     atomic.Pointer[string]
	// resigned is closed by Resign, and free once the lock is.
	resigned, free chan struct{}
	resign         sync.Once
	// decided is when the role was last decided, and awake since when the process has not
	// been stopped: what was learned before is not known any more. Only Run uses them.
	decided, awake time.Time
	// split, strange and unfit are since when two lead, a stranger has the lock, and this
	// replica should not lead; zero where it is not so. told and failed are what was told of, so
	// that it is told once.
	split, strange, unfit time.Time
	told                  map[trouble]bool
	failed                string
	// yielding is until when the lock is left to another.
	yielding atomic.Pointer[time.Time]
}

// standing is a role, as long as it holds.
type standing struct {
	role Role
	// until is when a role that heads ends by itself, by the monotonic clock: a process that
	// was stopped meanwhile is not to act on what it decided before.
	until time.Time
	led   time.Time
}

// lockView is what an attempt to have the lock gave.
type lockView struct {
	state lockState
	// began is when the attempt was made.
	began time.Time
	// until is when a lock that is held may be another's, and got when it was got.
	until, got time.Time
}

const (
	// patience is how long what may pass is not told, or acted on: two that lead, as one that
	// was stopped thinks for a moment.
	patience = 5 * time.Second
	// unfitFor is how long a leader may be unfit, as it is after a start.
	unfitFor = 2 * time.Minute
	// decideInterval is how often it is decided at least what the replica is.
	decideInterval = time.Second
	// stopped is after how long without a decision the process is taken for one that was
	// stopped, and a decision to stand in for void.
	stopped = 4 * time.Second
)

// New makes a Replica, which follows until Run has found out more.
func New(o Options) *Replica {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // which never fails
	r := &Replica{options: o, id: hex.EncodeToString(id), logger: o.Logger, look: make(chan struct{}, 1), changed: make(chan struct{}, 1), resigned: make(chan struct{}), free: make(chan struct{}), told: map[trouble]bool{}}
	r.yielding.Store(&time.Time{})
	r.current.Store(&standing{role: Follows})
	r.lock.Store(&lockView{})
	for _, address := range o.Addresses {
		r.peers = append(r.peers, &peer{
			address: address, client: o.Client, region: o.Region, taken: map[string]string{}, logger: o.Logger.With("replica", address),
		})
	}
	return r
}

// Role is what the replica is now.
func (r *Replica) Role() Role {
	current := r.current.Load()
	if current.role.Heads() && !time.Now().Before(current.until) {
		return Follows
	}
	return current.role
}

// Heads reports whether the replica collects and sends now.
func (r *Replica) Heads() bool { return r.Role().Heads() }

// InTouch reports whether another is reached that does what a leader does.
func (r *Replica) InTouch() bool {
	for _, p := range r.peers {
		if s := p.state(); s != nil && s.Role.Heads() {
			return true
		}
	}
	return false
}

// Ask asks the one that heads for what its Find finds by a name; nil where it finds
// nothing, or none that heads is reached.
func (r *Replica) Ask(ctx context.Context, name string) ([]byte, error) {
	for _, p := range r.peers {
		if s := p.state(); s != nil && s.Role.Heads() {
			return p.find(ctx, name)
		}
	}
	return nil, nil
}

// Changed receives when the role has changed since it last did. It is for one reader.
func (r *Replica) Changed() <-chan struct{} { return r.changed }

// Peer is another replica, as it is seen.
type Peer struct {
	Address string
	Up      bool
	// Faults are what it says of itself.
	Faults []Fault
}

// Peers are the others.
func (r *Replica) Peers() []Peer {
	var all []Peer
	for _, p := range r.peers {
		if !p.own.Load() {
			one := Peer{Address: p.address}
			if s := p.state(); s != nil {
				one.Up, one.Faults = true, s.Faults
			}
			all = append(all, one)
		}
	}
	return all
}

// Resign gives the lock back and follows from now on, though none may head. It returns when
// the lock is free, or ctx ends. Run must be running.
func (r *Replica) Resign(ctx context.Context) {
	r.resign.Do(func() { close(r.resigned) })
	r.decideSoon()
	select {
	case <-r.free:
	case <-ctx.Done():
	}
}

// Told waits until one that asks has taken what there is now, or ctx ends.
func (r *Replica) Told(ctx context.Context) {
	tick := time.NewTicker(lookInterval)
	defer tick.Stop()
	for {
		state, err := r.state()
		if err != nil {
			return
		}
		tag, _, err := state.tag()
		if has := r.has.Load(); err != nil || has != nil && *has == tag {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Run takes part until ctx ends, and then gives the lock back.
func (r *Replica) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, p := range r.peers {
		all.Go(func() { p.run(ctx, r.id, r.decideSoon, r.options.Take) })
	}
	all.Go(func() {
		r.keepLock(ctx)
		if err := r.options.Lock.Close(); err != nil {
			r.logger.Debug("lock not given back", "err", err)
		}
		close(r.free)
	})
	tick := time.NewTicker(decideInterval)
	defer tick.Stop()
	for {
		r.decide()
		select {
		case <-tick.C:
		case <-r.look:
		case <-ctx.Done():
			all.Wait()
			r.current.Store(&standing{role: Follows, led: r.current.Load().led})
			return
		}
	}
}

// decideSoon has the role decided anew.
func (r *Replica) decideSoon() {
	select {
	case r.look <- struct{}{}:
	default:
	}
}

// keepLock tries to have the lock until ctx ends, or Resign is called.
func (r *Replica) keepLock(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-r.resigned:
			stop()
		case <-ctx.Done():
		}
	}()
	for {
		next := &lockView{state: elsewhere, began: time.Now()}
		if next.began.Before(*r.yielding.Load()) {
			r.options.Lock.Release()
			r.lock.Store(next)
			rest(ctx, decideInterval)
			if ctx.Err() != nil {
				return
			}
			continue
		}
		is, since, err := r.options.Lock.Take(ctx)
		if ctx.Err() != nil {
			return
		}
		switch {
		case err != nil:
			next.state = unknown
		case is:
			// The server counts the lease from when it heard the request, which is later.
			next.state, next.until, next.got = held, since.Add(r.options.Lease*3/4), since
			if former := r.lock.Load(); former.state == held {
				next.got = former.got
			}
		}
		r.tellOfLock(err)
		r.lock.Store(next)
		r.decideSoon()
		wait := time.NewTimer(r.untilNextAttempt(next.state))
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return
		}
	}
}

// untilNextAttempt is how long the lock is left alone. Where another stands in, it is to
// have the lock first once there is a server: a change of leaders helps nobody.
func (r *Replica) untilNextAttempt(state lockState) time.Duration {
	wait := min(time.Second, r.options.Lease/8)
	if state == unknown && r.Role() == Follows && r.InTouch() {
		wait += r.options.Lease / 4
	}
	return wait
}

// tellOfLock logs when the lock's server begins not to be reached, and when it is again.
func (r *Replica) tellOfLock(err error) {
	former := r.failed
	if r.failed = ""; err != nil {
		r.failed = err.Error()
	}
	switch {
	case err != nil && former == "":
		r.logger.Warn("it is not known which replica leads; the one that led last goes on", "err", err)
	case err == nil && former != "":
		r.logger.Info("it is known again which replica leads")
	}
}

// view is what is known now, and until when a lock is held.
func (r *Replica) view(now time.Time) (v view, until time.Time) {
	v = view{id: r.id, led: r.current.Load().led, met: true, all: true, fit: r.own().fit()}
	lock := r.lock.Load()
	switch {
	case lock.state == held && now.Before(lock.until):
		v.lock = held
	case lock.state == held || lock.began.Before(r.awake):
		v.lock = unasked // the next attempt tells
	default:
		v.lock = lock.state
	}
	for _, p := range r.peers {
		if p.own.Load() {
			continue
		}
		o := p.outcome.Load()
		if o == nil || o.began.Before(r.awake) {
			v.met, v.all = false, false
			continue
		}
		if o.state == nil {
			v.all = false
			continue
		}
		said := *o.state
		if v.lock == held && o.began.Before(lock.got) && said.Role == Leads {
			said.Role = Follows // as it was before this one got the lock
		}
		v.peers = append(v.peers, said)
	}
	if v.lock == elsewhere && !slices.ContainsFunc(v.peers, func(s State) bool { return s.Role == Leads }) {
		if r.strange.IsZero() {
			r.strange = now
		}
		if now.Sub(r.strange) > r.options.Lease+patience {
			v.lock = strange
		}
	} else {
		r.strange = time.Time{}
	}
	return v, lock.until
}

// begins reports whether something is so that was not when it was last looked.
func (r *Replica) begins(what trouble, is bool) bool {
	was := r.told[what]
	r.told[what] = is
	return is && !was
}

// trouble is something that is told once.
type trouble int

const (
	twoLead trouble = iota
	strangersLock
	noOther
)

// lasts reports whether something has been so for a while; since is when it began, or zero.
func lasts(since *time.Time, is bool, now time.Time, d time.Duration) bool {
	switch {
	case !is:
		*since = time.Time{}
	case since.IsZero():
		*since = now
	}
	return is && now.Sub(*since) >= d
}

// decide decides what the replica is.
func (r *Replica) decide() {
	now := time.Now()
	if now.Sub(r.decided) > stopped {
		r.awake = now
	}
	r.decided = now
	v, until := r.view(now)
	former := r.current.Load()
	next := &standing{role: v.decide(), until: until, led: former.led}
	select {
	case <-r.resigned:
		next.role = Follows
	default:
	}
	switch next.role {
	case Leads:
		if former.role != Leads {
			next.led = now
		}
	case StandsIn:
		next.until = now.Add(stopped)
	case Follows:
	}
	if r.begins(twoLead, lasts(&r.split, v.split(), now, patience)) {
		r.logger.Error("two replicas lead: lock_source leads to several servers, which do not share locks; name one server")
	}
	if r.begins(strangersLock, v.lock == strange) {
		r.logger.Error("the replicas' lock is held by none of them that is reached; if it is another planwatch's, give one of the two another replicas.lock_name", "lock", r.options.Lock.Name())
	}
	if r.begins(noOther, v.met && len(r.Peers()) == 0) {
		r.logger.Error("replicas.addresses names no other replica: each address leads to this planwatch itself")
	}
	if lasts(&r.unfit, v.yields(), now, unfitFor) {
		r.unfit = time.Time{}
		r.logger.Error("another replica is to lead, since alerts are not evaluated here")
		until := now.Add(3 * r.options.Lease)
		r.yielding.Store(&until)
		next.role = Follows
	}
	r.current.Store(next)
	if next.role == former.role {
		return
	}
	r.logger.Info("replica's role has changed", "role", next.role, "before", former.role)
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// state is what the replica tells others.
func (r *Replica) state() (State, error) {
	s := r.own()
	var err error
	s.Parts, err = r.shelf.put(r.options.Give(s.Role))
	return s, err
}

// own is the state without parts.
func (r *Replica) own() State {
	s := State{Form: form, ID: r.id, Region: r.options.Region, Role: r.Role(), Led: r.current.Load().led}
	if r.options.Faults != nil {
		s.Faults = r.options.Faults()
	}
	return s
}

// fault logs that something cannot be given.
func (r *Replica) fault(err error) { r.logger.Error("other replicas are not told", "err", err) }

// Again has all that others give taken once more, as by a new configuration.
func (r *Replica) Again() {
	for _, p := range r.peers {
		p.again.Store(true)
	}
}
