// Package stack runs the compose stack without Docker: MariaDB, planwatch,
// Prometheus and Alertmanager as processes on loopback, from the files that
// the compose stack mounts.
package stack

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"planwatch/config"
	"planwatch/internal/backfill"
	"planwatch/internal/sink"
	"planwatch/internal/storage"
)

// retention is how long Prometheus keeps what it has, as in the compose stack.
const retention = "3y"

// Options are how a stack is started.
type Options struct {
	// Root is the repository.
	Root string
	// Directory is where the parts have their data and logs; made if need be.
	Directory string
	// Planwatch is the binary to run.
	Planwatch string
	// Sample reads the sample through planwatch's embedded engine instead of a
	// MariaDB; the binary must have it.
	Sample bool
	// Warehouse is the host:port of a MariaDB to read in place of one of the
	// stack's own, and Password that of its user planwatch.
	Warehouse, Password string
	// ScrapeInterval replaces the configuration's, such as 1s.
	ScrapeInterval string
	// Past are the flags of planwatch backfill by which Prometheus gets the past
	// before its first start, beside those that say where; without any it gets none.
	Past []string
	// Starting is called once nothing is in the way of a start, unless it is nil. past is
	// whether the past is written first, which takes some minutes.
	Starting func(past bool)
	// Progress is shown how far that is, if it is a terminal.
	Progress *os.File
	// The ports; 0 for any that is free.
	PlanwatchPort, PrometheusPort, AlertmanagerPort, MariaDBPort int
}

// Stack is a running stack.
type Stack struct {
	// The parts' addresses, such as http://127.0.0.1:9090.
	Planwatch, Prometheus, Alertmanager string
	// Caught is the directory with the mail and calls that were received.
	Caught string

	root, directory string
	// writing is whether the past is being written.
	writing bool
	cancel  context.CancelFunc
	parts   sync.WaitGroup
	ended   chan error
	held    *storage.Directory
	catcher *sink.Sink
	remove  []string
	// region is what names planwatch's region in its commands.
	region []string
}

// Past are the flags that the compose stack's backfill has as well.
func Past() []string { return []string{"--once", "--hold"} }

// ErrInterrupted is that of a Start whose context was canceled.
var ErrInterrupted = errors.New("interrupted")

// Start starts the stack and returns when every part is ready. The stack ends
// with ctx, when a part ends by itself, or by Stop. A stack that runs already, on one
// of the ports or in the directory, is an error before anything is started.
func Start(ctx context.Context, o Options) (*Stack, error) {
	root, err := filepath.Abs(o.Root)
	if err != nil {
		return nil, err
	}
	directory, err := filepath.Abs(o.Directory)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, err
	}
	within, cancel := context.WithCancel(ctx)
	// Each of the four parts sends at most once how it ended.
	s := &Stack{root: root, directory: directory, cancel: cancel, ended: make(chan error, 4), held: storage.NewDirectory(directory)}
	if err := s.start(within, o); err != nil {
		err = errors.Join(err, s.Stop())
		switch {
		case !errors.Is(ctx.Err(), context.Canceled):
			return nil, err
		case s.writing:
			return nil, fmt.Errorf("%w while the past was being written; the next make stack goes on with it", ErrInterrupted)
		}
		return nil, fmt.Errorf("%w before all parts were ready", ErrInterrupted)
	}
	return s, nil
}

// Wait waits until the stack ends. The error is that of the part that ended by
// itself.
func (s *Stack) Wait() error {
	s.parts.Wait()
	return s.Stop()
}

// Stop ends all parts and waits for them. The error is that of a part that
// had ended by itself.
func (s *Stack) Stop() error {
	s.cancel()
	s.parts.Wait()
	if s.catcher != nil {
		s.catcher.Close()
		s.catcher = nil
	}
	for _, directory := range s.remove {
		_ = os.RemoveAll(directory)
	}
	// Nothing can be done about an error of closing.
	_ = s.held.Release()
	var all []error
	for {
		select {
		case err := <-s.ended:
			all = append(all, err)
		default:
			return errors.Join(all...)
		}
	}
}

func (s *Stack) start(ctx context.Context, o Options) error {
	for _, tool := range []string{"prometheus", "alertmanager"} {
		if _, err := os.Stat(s.tool(tool)); err != nil {
			return fmt.Errorf("%s: %w; make bin/tools/%s builds it", tool, err, tool)
		}
	}
	if err := o.portsAreFree(ctx); err != nil {
		return err
	}
	// Where the other has not come to its ports yet.
	if err := s.held.Hold(); err != nil {
		if errors.Is(err, storage.ErrInUse) {
			return fmt.Errorf("another stack has its data in %s; end it first", s.directory)
		}
		return err
	}
	past, err := s.lacksPast(o)
	if err != nil {
		return err
	}
	if o.Starting != nil {
		o.Starting(past)
	}
	addresses := map[string]string{}
	for name, port := range map[string]int{"planwatch": o.PlanwatchPort, "prometheus": o.PrometheusPort, "alertmanager": o.AlertmanagerPort} {
		address, err := loopback(ctx, port)
		if err != nil {
			return err
		}
		addresses[name] = address
	}
	s.Planwatch, s.Prometheus, s.Alertmanager = "http://"+addresses["planwatch"], "http://"+addresses["prometheus"], "http://"+addresses["alertmanager"]
	s.Caught = filepath.Join(s.directory, "caught")
	if s.catcher, err = catch(ctx, s.Caught); err != nil {
		return err
	}
	if err := s.startPlanwatch(ctx, o, addresses["planwatch"]); err != nil {
		return err
	}
	if err := s.startAlertmanager(ctx, addresses["alertmanager"]); err != nil {
		return err
	}
	if len(o.Past) > 0 {
		s.writing = past
		if err := s.backfill(ctx, o, addresses["planwatch"]); err != nil {
			return err
		}
		s.writing = false
	}
	return s.startPrometheus(ctx, o, addresses)
}

// data is Prometheus' directory.
func (s *Stack) data() string { return filepath.Join(s.directory, "prometheus") }

// lacksPast reports whether the past is to be written.
func (s *Stack) lacksPast(o Options) (bool, error) {
	if len(o.Past) == 0 {
		return false, nil
	}
	settled, err := backfill.Settled(s.data())
	return !settled, err
}

// backfill writes the past for Prometheus, which must not run yet. The series are
// those of the planwatch at the address.
func (s *Stack) backfill(ctx context.Context, o Options, address string) error {
	args := slices.Concat([]string{"backfill"}, s.region, []string{"--output=" + s.data(), "--label=instance=" + address}, o.Past)
	return s.run(ctx, "backfill", o.Progress, o.Planwatch, args...)
}

// alerts is the directory of what is generated for Prometheus and Alertmanager
// from the region that is compiled in.
func (s *Stack) alerts() string { return filepath.Join(s.root, "alerts", config.BuiltinName()) }

func (s *Stack) tool(name string) string { return filepath.Join(s.root, "bin", "tools", name) }

func (s *Stack) startPlanwatch(ctx context.Context, o Options, address string) error {
	if !o.Sample {
		warehouse, password := o.Warehouse, o.Password
		if warehouse == "" {
			password = rand.Text()
			var err error
			if warehouse, err = s.mariadb(ctx, o.MariaDBPort, password); err != nil {
				return err
			}
		}
		secret := filepath.Join(s.directory, "warehouse_password")
		if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
			return err
		}
		region := filepath.Join(s.directory, config.BuiltinName())
		if err := os.RemoveAll(region); err != nil {
			return err
		}
		if err := os.CopyFS(region, os.DirFS(filepath.Join(s.root, "config", config.BuiltinName()))); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(region, "planwatch.yaml")); err != nil {
			return err
		}
		if err := s.adapt("deploy/planwatch/planwatch.yaml", filepath.Join(region, "planwatch.yaml"),
			"mariadb:3306", warehouse, "/run/secrets/warehouse_password", secret); err != nil {
			return err
		}
		s.region = []string{"--config=" + region}
	}
	args := slices.Concat([]string{"serve", "--web.listen-address=" + address, "--web.external-url=http://" + address, "--storage.path=" + filepath.Join(s.directory, "planwatch-data")}, s.region)
	env := []string{"PLANWATCH_ALERTING_EMBEDDED=false", "PLANWATCH_ALERTING_ALERTMANAGERS=" + s.Alertmanager}
	if err := s.process(ctx, "planwatch", o.Planwatch, env, args...); err != nil {
		return err
	}
	return answers(ctx, s.Planwatch+"/-/ready")
}

func (s *Stack) startAlertmanager(ctx context.Context, address string) error {
	directory, oncall := filepath.Join(s.directory, "alertmanager"), filepath.Join(s.directory, "oncall")
	for _, old := range []string{directory, oncall} {
		if err := os.RemoveAll(old); err != nil {
			return err
		}
		if err := os.MkdirAll(old, 0o755); err != nil {
			return err
		}
	}
	if err := os.CopyFS(filepath.Join(directory, "templates"), os.DirFS(filepath.Join(s.alerts(), "templates"))); err != nil {
		return err
	}
	files, err := os.ReadDir(filepath.Join(s.root, "deploy", "oncall"))
	if err != nil {
		return err
	}
	for _, file := range files {
		pairs := []string{}
		if filepath.Ext(file.Name()) == ".url" {
			pairs = []string{"localhost:8026", strings.TrimPrefix(s.catcher.Calls(), "http://")}
		}
		if err := s.adapt("deploy/oncall/"+file.Name(), filepath.Join(oncall, file.Name()), pairs...); err != nil {
			return err
		}
	}
	configuration := filepath.Join(directory, "alertmanager.yml")
	if err := s.adapt("alerts/"+config.BuiltinName()+"/alertmanager.yml", configuration,
		"localhost:25", s.catcher.Mail(), "/etc/planwatch/oncall", oncall); err != nil {
		return err
	}
	if err := s.process(ctx, "alertmanager", s.tool("alertmanager"), nil,
		"--config.file="+configuration, "--storage.path="+filepath.Join(directory, "data"),
		"--web.listen-address="+address, "--web.external-url="+s.Alertmanager, "--cluster.listen-address="); err != nil {
		return err
	}
	return answers(ctx, s.Alertmanager+"/-/ready")
}

func (s *Stack) startPrometheus(ctx context.Context, o Options, addresses map[string]string) error {
	configuration := filepath.Join(s.directory, "prometheus.yml")
	pairs := []string{
		"/etc/prometheus/rules/", filepath.Join(s.alerts(), "rules") + "/",
		"planwatch:9846", addresses["planwatch"], "alertmanager:9093", addresses["alertmanager"],
	}
	if o.ScrapeInterval != "" {
		pairs = append(pairs, "scrape_interval: 15s", "scrape_interval: "+o.ScrapeInterval)
	}
	if err := s.adapt("deploy/prometheus/prometheus.yml", configuration, pairs...); err != nil {
		return err
	}
	if err := s.process(ctx, "prometheus", s.tool("prometheus"), nil,
		"--config.file="+configuration, "--storage.tsdb.path="+s.data(), "--storage.tsdb.retention.time="+retention,
		"--web.listen-address="+addresses["prometheus"], "--web.external-url="+s.Prometheus); err != nil {
		return err
	}
	return answers(ctx, s.Prometheus+"/-/ready")
}

// adapt copies a file of the repository with some texts replaced, each of
// which must be in it: pairs are old, new, old, new, …
func (s *Stack) adapt(from, to string, pairs ...string) error {
	data, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(from)))
	if err != nil {
		return err
	}
	text := string(data)
	for pair := range slices.Chunk(pairs, 2) {
		if !strings.Contains(text, pair[0]) {
			return fmt.Errorf("%s: no %q to put another text in place of", from, pair[0])
		}
	}
	return os.WriteFile(to, []byte(strings.NewReplacer(pairs...).Replace(text)), 0o600)
}
