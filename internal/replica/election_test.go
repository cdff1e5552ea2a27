package replica

import (
	"testing"
	"time"
)

func TestDecide(t *testing.T) {
	earlier, later := time.Unix(100, 0), time.Unix(200, 0)
	peer := func(id string, role Role, led time.Time) State { return State{ID: id, Role: role, Led: led} }
	never := time.Time{}
	for name, c := range map[string]struct {
		view view
		want Role
	}{
		"at the start":                                       {view{id: "b"}, Follows},
		"with the lock":                                      {view{id: "b", lock: held}, Leads},
		"with the lock, and one that follows":                {view{id: "b", lock: held, peers: []State{peer("a", Follows, later)}}, Leads},
		"with the lock, and one that stands in yet":          {view{id: "b", lock: held, peers: []State{peer("a", StandsIn, later)}}, Leads},
		"two with the lock, the lesser":                      {view{id: "a", lock: held, peers: []State{peer("b", Leads, later)}}, Leads},
		"two with the lock, the other":                       {view{id: "b", lock: held, peers: []State{peer("a", Leads, earlier)}}, Follows},
		"another has the lock":                               {view{id: "a", lock: elsewhere, led: later, met: true}, Follows},
		"another has the lock, and is reached":               {view{id: "a", lock: elsewhere, led: later, met: true, peers: []State{peer("b", Leads, never)}}, Follows},
		"no server, before the others were asked":            {view{id: "a", lock: unknown, led: later}, Follows},
		"no server, alone":                                   {view{id: "b", lock: unknown, met: true}, StandsIn},
		"no server, the other leads":                         {view{id: "a", lock: unknown, led: later, met: true, peers: []State{peer("b", Leads, earlier)}}, Follows},
		"no server, the other led last":                      {view{id: "a", lock: unknown, led: earlier, met: true, peers: []State{peer("b", Follows, later)}}, Follows},
		"no server, this one led last":                       {view{id: "b", lock: unknown, led: later, met: true, peers: []State{peer("a", Follows, earlier)}}, StandsIn},
		"no server, this one led last, and both stand in":    {view{id: "b", lock: unknown, led: later, met: true, peers: []State{peer("a", StandsIn, earlier)}}, StandsIn},
		"no server, the other led last, and both stand in":   {view{id: "a", lock: unknown, led: earlier, met: true, peers: []State{peer("b", StandsIn, later)}}, Follows},
		"no server, nobody has led, the lesser":              {view{id: "a", lock: unknown, met: true, peers: []State{peer("b", Follows, never)}}, StandsIn},
		"no server, nobody has led, the other":               {view{id: "b", lock: unknown, met: true, peers: []State{peer("a", Follows, never)}}, Follows},
		"no server, three, the second":                       {view{id: "b", lock: unknown, led: earlier, met: true, peers: []State{peer("a", Follows, never), peer("c", Follows, later)}}, Follows},
		"a stranger's lock, and all are reached, the lesser": {view{id: "a", lock: strange, met: true, all: true, peers: []State{peer("b", Follows, never)}}, StandsIn},
		"a stranger's lock, and all are reached, the other":  {view{id: "b", lock: strange, met: true, all: true, peers: []State{peer("a", Follows, never)}}, Follows},
		"a stranger's lock, or that of one who is away":      {view{id: "a", lock: strange, met: true, peers: nil}, Follows},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.view.decide(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// Whatever two replicas that reach each other know, no more than one of them heads, unless
// they have the lock of two servers and do not know it yet.
func TestTwoThatReachEachOther(t *testing.T) {
	leds := []time.Time{{}, time.Unix(100, 0), time.Unix(200, 0)}
	for _, ledA := range leds {
		for _, ledB := range leds {
			a, b := State{ID: "a", Role: Follows, Led: ledA}, State{ID: "b", Role: Follows, Led: ledB}
			for _, locks := range [][2]lockState{{unknown, unknown}, {held, unknown}, {unknown, held}, {held, elsewhere}, {elsewhere, held}, {elsewhere, unknown}} {
				// Each has seen what the other last was; within two rounds it is settled.
				for range 2 {
					nextA := view{id: "a", led: ledA, lock: locks[0], peers: []State{b}, met: true}.decide()
					a.Role = nextA
					b.Role = view{id: "b", led: ledB, lock: locks[1], peers: []State{a}, met: true}.decide()
				}
				if a.Role.Heads() && b.Role.Heads() {
					t.Errorf("led %s and %s, locks %v: %s and %s", ledA, ledB, locks, a.Role, b.Role)
				}
				if locks != [2]lockState{elsewhere, unknown} && !a.Role.Heads() && !b.Role.Heads() {
					t.Errorf("led %s and %s, locks %v: nobody heads", ledA, ledB, locks)
				}
			}
		}
	}
}

// One that would tell nobody leaves the lock to one that would.
func TestYields(t *testing.T) {
	unfit := []Fault{NotSaved, NotAlerting}
	for name, c := range map[string]struct {
		view view
		want bool
	}{
		"all is well":                         {view{lock: held, fit: true, peers: []State{{ID: "b"}}}, false},
		"unfit, and another is fit":           {view{lock: held, peers: []State{{ID: "b", Faults: []Fault{NotSaved}}}}, true},
		"unfit, and so is the other":          {view{lock: held, peers: []State{{ID: "b", Faults: unfit}}}, false},
		"unfit, and the other is not reached": {view{lock: held}, false},
		"unfit, and without the lock":         {view{lock: unknown, peers: []State{{ID: "b"}}}, false},
		"unfit, one of two others is fit":     {view{lock: held, peers: []State{{ID: "b", Faults: unfit}, {ID: "c"}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.view.yields(); got != c.want {
				t.Errorf("%t", got)
			}
		})
	}
	var since time.Time
	begin := time.Unix(1000, 0)
	for i, want := range []bool{false, false, true, true} {
		if got := lasts(&since, true, begin.Add(time.Duration(i)*time.Minute), unfitFor); got != want {
			t.Errorf("after %d minutes: %t", i, got)
		}
	}
	if lasts(&since, false, begin.Add(5*time.Minute), unfitFor) || lasts(&since, true, begin.Add(6*time.Minute), unfitFor) {
		t.Error("what has passed lasts still")
	}
}
