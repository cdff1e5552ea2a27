package endtoend_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"planwatch/internal/databasetest"
	"planwatch/internal/logtest"
)

var replicaRounds = flag.Int("replicas.rounds", 0, "rounds of TestReplicas at random; 0 is each fault once")

// The bounds that two replicas keep to.
const (
	// tick is the schedule of the test's collectors.
	tick = time.Minute
	// slack is for what takes its time: a run, a restart of the database, a busy machine.
	slack = 15 * time.Second
	// pulses are the collectors whose figure is when it was written.
	pulses = 4
	// mostQueries is how many queries there may be for one of a planwatch that is alone.
	mostQueries = 1.05
)

// TestReplicas has faults come to two replicas, one after the other, while both are
// scraped and events come and go: none is without figures, none is told twice, and the
// warehouse is asked no more than by one planwatch.
func TestReplicas(t *testing.T) {
	t.Parallel()
	p := newPair(t, build(t))
	p.start(0)
	p.start(1)
	p.until("one leads", func() bool { return p.leader() >= 0 })
	p.sameBytes()
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for range 4 {
		all.Go(func() { p.scrape(ctx) })
	}
	all.Go(func() { p.beat(ctx) })
	for _, hospital := range hospitals {
		all.Go(func() { p.events(ctx, hospital) })
	}

	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 16))
	for round := range max(*replicaRounds, len(p.faults())) {
		faults := p.faults()
		fault := faults[round%len(faults)]
		if *replicaRounds > 0 {
			fault = faults[r.IntN(len(faults))]
		}
		lasts := time.Second + time.Duration(r.Int64N(int64(10*time.Second)))
		leader := p.leader()
		t.Logf("%s: round %d: %s, for %s; %d leads", time.Now().Format(time.TimeOnly), round+1, fault.name, lasts.Round(time.Millisecond), leader)
		mend := fault.begin(leader)
		p.rest(lasts)
		mend()
		p.until("one leads, and both reach each other, after "+fault.name, func() bool { return p.leader() >= 0 && p.inTouch() })
		p.rest(time.Duration(r.Int64N(int64(12 * time.Second))))
	}
	p.settle()
	stop()
	all.Wait()
	p.sameBytes()
	p.toldOnce()
	p.askedAsOne()
	if scrapes := p.scrapes.Load(); scrapes < 1000 {
		t.Errorf("only %d scrapes", scrapes)
	} else {
		t.Logf("%d scrapes, of which %d by the other replica; oldest figure %s", scrapes, p.other.Load(), time.Duration(p.oldest.Load()).Round(time.Second))
	}
}

// pair is two replicas of a site.
type pair struct {
	*site
	began    time.Time
	replicas [2]*replicaProcess
	queries  string

	scrapes, other, oldest atomic.Int64
	// raised and ended are how many events there have been, by hospital.
	counting      sync.Mutex
	raised, ended map[string]int
}

// hospitals are those whose queues have events.
var hospitals = []string{"Kalix", "Piteå"}

type replicaProcess struct {
	url     string
	way     *databasetest.Proxy
	command *exec.Cmd
	log     *logtest.Log
	stopped atomic.Bool
}

func newPair(t *testing.T, binary string) *pair {
	t.Helper()
	log := filepath.Join(t.TempDir(), "queries.log")
	p := &pair{site: newSite(t, binary, databasetest.WithSetting("general_log=1"), databasetest.WithSetting("general_log_file="+log)), queries: log, raised: map[string]int{}, ended: map[string]int{}}
	for _, statement := range []string{
		"CREATE TABLE warehouse.pulse (patients BIGINT NOT NULL)", fmt.Sprintf("INSERT INTO warehouse.pulse VALUES (%d)", time.Now().Unix()),
	} {
		if _, err := p.server.Root().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	addresses := ""
	for i := range p.replicas {
		address := free(t)
		p.replicas[i] = &replicaProcess{url: "http://" + address, way: databasetest.NewProxy(t, address)}
		addresses += "    - http://" + p.replicas[i].way.Address() + "\n"
	}
	const service = "region/planwatch.yaml"
	p.write(service, p.read(service)+"replicas:\n  lease: 3s\n  client: {user: "+user+", password_file: "+filepath.Join(p.directory, "anna")+"}\n  addresses:\n"+addresses)
	for i := range pulses {
		name := "pulse_" + strconv.Itoa(i)
		p.write("region/collectors/"+name+".sql", fmt.Sprintf("SELECT patients FROM pulse AS p%d\n", i))
		p.write("region/collectors/"+name+".yaml", strings.NewReplacer(
			"waiting", name, "labels: [hospital]\n", "", "name: patients_"+name, "name: "+name).Replace(strings.ReplaceAll(p.read("region/collectors/waiting.yaml"), "patients_waiting", name)))
	}
	return p
}

func (s *site) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.directory, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

// start starts a replica, and waits until it serves.
func (p *pair) start(i int) {
	p.t.Helper()
	if p.began.IsZero() {
		p.began = time.Now()
	}
	r := p.replicas[i]
	r.log = &logtest.Log{}
	r.command = exec.CommandContext(context.Background(), p.binary, "serve", "--config", filepath.Join(p.directory, "region"),
		"--web.listen-address", strings.TrimPrefix(r.url, "http://"), "--web.config.file", filepath.Join(p.directory, "web.yaml"),
		"--storage.path", filepath.Join(p.directory, "storage-"+strconv.Itoa(i)))
	r.command.Env = append(os.Environ(), p.env...)
	r.command.Stderr = r.log
	out, err := r.command.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := r.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	command := r.command
	p.whole.Cleanup(func() {
		_ = command.Process.Kill() // it may have ended
		_ = command.Wait()
		if p.whole.Failed() {
			p.whole.Logf("replica %d:\n%s", i, r.log)
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		p.t.Fatalf("planwatch says %q, %v\n%s", line, err, r.log)
	}
}

func (r *replicaProcess) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := r.command.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// replicaFault is something that comes to the replicas; mend ends it.
type replicaFault struct {
	name  string
	begin func(leader int) (mend func())
}

func (p *pair) faults() []replicaFault {
	killed := func(i int) func() {
		p.replicas[i].signal(p.t, syscall.SIGKILL)
		_ = p.replicas[i].command.Wait() // it was killed
		return func() { p.start(i) }
	}
	stopped := func(i int) func() {
		p.replicas[i].stopped.Store(true)
		p.replicas[i].signal(p.t, syscall.SIGSTOP)
		return func() {
			p.replicas[i].signal(p.t, syscall.SIGCONT)
			p.replicas[i].stopped.Store(false)
		}
	}
	return []replicaFault{
		{"the leader is killed", killed},
		{"the leader is told to stop", func(leader int) func() {
			p.replicas[leader].signal(p.t, syscall.SIGTERM)
			if err := p.replicas[leader].command.Wait(); err != nil {
				p.t.Errorf("replica %d ends with %v", leader, err)
			}
			return func() { p.start(leader) }
		}},
		{"the follower is killed", func(leader int) func() { return killed(1 - leader) }},
		{"the leader is stopped", stopped},
		{"the follower is stopped", func(leader int) func() { return stopped(1 - leader) }},
		{"the network between them is cut", func(int) func() {
			for _, r := range p.replicas {
				r.way.Cut()
			}
			return func() {
				for _, r := range p.replicas {
					r.way.Mend()
				}
			}
		}},
		{"the database is restarted", func(int) func() {
			p.server.Kill()
			return p.server.StartAgain
		}},
	}
}

// rest waits, since faults and events are to last.
func (p *pair) rest(d time.Duration) {
	select {
	case <-time.After(d):
	case <-p.t.Context().Done():
	}
}

// get asks a replica.
func (p *pair) get(ctx context.Context, i int, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.replicas[i].url+path, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	request.Header.Set("Accept-Encoding", "identity")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return string(body), err
}

// leader is the replica that leads, or -1 if it is not exactly one.
func (p *pair) leader() int {
	leader := -1
	for i := range p.replicas {
		body, err := p.get(p.t.Context(), i, "/metrics/replica")
		if err != nil {
			return -1
		}
		if !strings.Contains(body, "\nplanwatch_replica_leads 1\n") {
			continue
		}
		if leader >= 0 {
			return -1
		}
		leader = i
	}
	return leader
}

// inTouch reports whether both reach each other.
func (p *pair) inTouch() bool {
	for i := range p.replicas {
		body, err := p.get(p.t.Context(), i, "/metrics/replica")
		if err != nil || !regexp.MustCompile(`(?m)^planwatch_replica_up\{.*\} 1$`).MatchString(body) || regexp.MustCompile(`(?m)^planwatch_replica_up\{.*\} 0$`).MatchString(body) {
			return false
		}
	}
	return true
}

// sameBytes waits until both answer a scrape with the same bytes.
func (p *pair) sameBytes() {
	p.t.Helper()
	difference := ""
	defer func() {
		if p.t.Failed() {
			p.t.Logf("-one +other:\n%s", difference)
		}
	}()
	p.until("both answer with the same", func() bool {
		first, err1 := p.get(p.t.Context(), 0, "/metrics")
		second, err2 := p.get(p.t.Context(), 1, "/metrics")
		difference = cmp.Diff(strings.Split(first, "\n"), strings.Split(second, "\n"))
		return err1 == nil && err2 == nil && first == second && strings.Contains(first, "\nplanwatch_replica_leads 1\n")
	})
}

var pulse = regexp.MustCompile(`(?m)^kpi_pulse_\d(?:\{.*\})? (\S+)$`)

// scrape scrapes as through a load balancer: the other replica where one does not answer.
func (p *pair) scrape(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		i := n % 2
		body, err := p.get(ctx, i, "/metrics")
		if err != nil {
			p.other.Add(1)
			body, err = p.get(ctx, 1-i, "/metrics")
		}
		if ctx.Err() != nil {
			return
		}
		p.scrapes.Add(1)
		if err != nil {
			p.t.Errorf("%s: neither replica answers: %v", time.Now().Format(time.TimeOnly), err)
		} else {
			p.fresh(body)
		}
		p.rest(100 * time.Millisecond)
	}
}

// fresh checks that a scrape has all figures, and none that is too old.
func (p *pair) fresh(body string) {
	found := pulse.FindAllStringSubmatch(body, -1)
	if len(found) != pulses || !strings.Contains(body, "\nkpi_patients_waiting{") {
		p.t.Errorf("%s: a scrape with %d figures of %d", time.Now().Format(time.TimeOnly), len(found), pulses)
		return
	}
	for _, figure := range found {
		seconds, err := strconv.ParseFloat(figure[1], 64)
		if err != nil {
			p.t.Error(err)
			return
		}
		age := time.Since(time.Unix(int64(seconds), 0))
		p.oldest.Store(max(p.oldest.Load(), int64(age)))
		// Of one planwatch it is as old as a tick.
		if age > 2*tick+slack {
			p.t.Errorf("%s: a figure that is %s old", time.Now().Format(time.TimeOnly), age.Round(time.Second))
		}
	}
}

// beat writes the time, while there is a database.
func (p *pair) beat(ctx context.Context) {
	for ctx.Err() == nil {
		_, _ = p.server.Root().ExecContext(ctx, "UPDATE warehouse.pulse SET patients = ?", time.Now().Unix())
		p.rest(time.Second)
	}
}

// events has a hospital's events begin and end, each when the one before has been told of.
func (p *pair) events(ctx context.Context, hospital string) {
	set := func(patients int) {
		for ctx.Err() == nil {
			if _, err := p.server.Root().ExecContext(ctx, "UPDATE warehouse.queue SET patients = ? WHERE hospital = ?", patients, hospital); err == nil {
				return
			}
			p.rest(200 * time.Millisecond)
		}
	}
	// next sets the queue, and waits until that has been told of.
	next := func(count map[string]int, patients int, resolved bool) {
		p.counting.Lock()
		count[hospital]++
		n := count[hospital]
		p.counting.Unlock()
		set(patients)
		for ctx.Err() == nil && len(p.messages("ward", hospital, resolved)) < n {
			p.rest(200 * time.Millisecond)
		}
	}
	for ctx.Err() == nil {
		next(p.raised, 60, false)
		if ctx.Err() == nil {
			next(p.ended, 30, true)
		}
	}
}

// settle lets what is under way be told.
func (p *pair) settle() {
	p.rest(3 * slack)
}

// toldOnce checks that each event was told once, and its end.
func (p *pair) toldOnce() {
	p.t.Helper()
	for _, hospital := range hospitals {
		// The chief is told of what nobody has answered: of all, or of none that ended soon.
		chief := len(p.messages("chief", hospital, false))
		if most := p.raised[hospital]; chief > most || len(p.messages("chief", hospital, true)) > chief {
			p.t.Errorf("chief, %s: %d messages of %d events", hospital, chief, most)
		}
		for _, to := range []string{"ward", "gateway"} {
			for _, c := range []struct {
				resolved bool
				events   int
			}{{false, p.raised[hospital]}, {true, p.ended[hospital]}} {
				n := len(p.messages(to, hospital, c.resolved))
				p.t.Logf("%s, %s: %d messages of %d events (ended: %t)", to, hospital, n, c.events, c.resolved)
				// The last one may not have been told of yet.
				if n != c.events && n != c.events-1 {
					p.t.Errorf("%s, %s: %d messages of %d events (ended: %t)", to, hospital, n, c.events, c.resolved)
				}
			}
		}
	}
	if p.t.Failed() {
		p.show()
	}
}

// askedAsOne checks how often the warehouse was asked: one planwatch does so at its start,
// and at each tick.
func (p *pair) askedAsOne() {
	p.t.Helper()
	data, err := os.ReadFile(p.queries)
	if err != nil {
		p.t.Fatal(err)
	}
	asked := bytes.Count(data, []byte("SELECT patients FROM pulse AS p"))
	alone := pulses * (2 + int(time.Since(p.began)/tick))
	p.t.Logf("%d queries; one planwatch alone has at most %d", asked, alone)
	if float64(asked) > mostQueries*float64(alone) {
		p.t.Errorf("%d queries, of %d that one planwatch has", asked, alone)
	}
}
