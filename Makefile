# Go, make and (for tests) Debian's packages are all that is needed.
# `make help` lists the targets.

.DEFAULT_GOAL := help
SHELL         := bash
.SHELLFLAGS   := -eu -o pipefail -c
.DELETE_ON_ERROR:

# The embedded engine over CSV files is built in with this tag only; a plain
# `go build` gives the lean binary for production. The tag is the engine's own
# (dolthub/go-mysql-server): with it the engine uses Go's regular expressions
# instead of the C library ICU.
TAGS     := gms_pure_go
FUZZTIME ?= 20s
# Extra arguments: for planwatch in `make run ARGS=...`, for go test in
# `make test TESTFLAGS='-run Name ./plan'`.
ARGS      ?=
TESTFLAGS ?= ./...

# Tests use promtool from bin/tools, and mariadbd from Debian's directories, which
# are not on every user's path.
export PATH := $(CURDIR)/bin/tools:$(PATH):/usr/local/sbin:/usr/sbin

# What `planwatch version` prints. The date is the commit's, so that the same
# commit gives the same binary; a tree without git has no version.
V        := github.com/prometheus/common/version
VERSION   = $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
REVISION  = $(shell git rev-parse --verify --quiet HEAD 2>/dev/null || echo unknown)
BRANCH    = $(shell git symbolic-ref --quiet --short HEAD 2>/dev/null || echo unknown)
BUILDDATE = $(shell TZ=UTC git log -1 --format=%cd --date=format-local:%Y%m%d-%H:%M:%S 2>/dev/null || echo unknown)
LDFLAGS   = -X $V.Version=$(VERSION) -X $V.Revision=$(REVISION) -X $V.Branch=$(BRANCH) -X $V.BuildDate=$(BUILDDATE)

TOOLS        := golangci-lint govulncheck prometheus promtool
ALERTMANAGER := alertmanager amtool
RELEASE      := goreleaser cyclonedx-gomod
VICTORIA     := victoria-metrics vmalert vmauth

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## serve the embedded default on :9846; ARGS="--config DIR" for more
	go run -tags $(TAGS) ./cmd/planwatch serve $(ARGS)

# Not by go run, which ends with 1 after a Ctrl-C.
.PHONY: stack
stack: build prerequisites bin/tools/prometheus bin/tools/alertmanager ## MariaDB, planwatch, Prometheus and Alertmanager on loopback, until Ctrl-C
	@go build -buildvcs=false -o bin/stack ./internal/stack/start
	@exec bin/stack

.PHONY: build
build: ## bin/planwatch, with the embedded engine, static and reproducible
	CGO_ENABLED=0 go build -tags $(TAGS) -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/planwatch ./cmd/planwatch

.PHONY: package
package: $(RELEASE:%=bin/tools/%) ## dist: archives, deb, rpm, SBOMs, checksums
	@tools/release/package

.PHONY: package-test
package-test: prerequisites package ## install, upgrade and remove what package makes; as root
	go test -C tools/release -count=1 -timeout 20m ./...

# Tests make garbage fast and end soon: to collect it at five times what is in use,
# rather than at twice, takes a fifth of their processor time off. The limit is for
# each process.
.PHONY: test
test: export GOGC := 400
test: export GOMEMLIMIT := 3GiB
test: prerequisites $(addprefix bin/tools/,promtool prometheus $(ALERTMANAGER)) ## every test, with the race detector where it has something to look at; installs what they need
	CGO_ENABLED=1 go test -race -tags $(TAGS) -timeout 30m $(TESTFLAGS)
	$(if $(filter ./...,$(TESTFLAGS)),$(MAKE) --no-print-directory test-without-race)

# What asks the embedded engine one question after another, in which the race detector
# makes it ten times slower and has nothing to look at, or of which it sees a part above.
.PHONY: test-without-race
test-without-race: export GOGC := 400
test-without-race: export GOMEMLIMIT := 3GiB
test-without-race:
	go test -tags $(TAGS) -timeout 30m ./internal/asof
	go test -tags $(TAGS) -timeout 30m -run '^(TestParity|TestStorm)$$' ./internal/exporter

# The servers are built first: some three minutes of two processors, once.
.PHONY: scale-test
scale-test: export GOGC := 400
scale-test: $(addprefix bin/tools/,prometheus thanos $(VICTORIA)) ## push against real Thanos, VictoriaMetrics and Prometheus, with kills
	go test -count=1 -tags $(TAGS),scale -timeout 15m -run '^TestPush' -v ./internal/endtoend

.PHONY: prerequisites
prerequisites:
	@tools/prerequisites

.PHONY: lint
lint: bin/tools/golangci-lint ## golangci-lint and the formatters, over both builds
	golangci-lint run --build-tags $(TAGS)
	golangci-lint run

.PHONY: vuln
vuln: bin/tools/govulncheck ## known vulnerabilities in code that planwatch calls
	@tools/vuln -tags $(TAGS) ./...

.PHONY: generate
generate: ## rewrite all generated files
	go generate -tags $(TAGS) ./...
	go -C tools/notice run . -root ../..

.PHONY: drift
drift: ## fail if a generated file is not what generate makes of it
	@tools/drift

# What stands beside the figures says where they were measured.
BENCH := bin/bench.txt
define BENCH_MACHINE
@mkdir -p bin
@{ echo "commit: $(REVISION)"; echo "machine: $$(nproc) processors, $$(awk '/^MemTotal/ { printf "%.0f GiB", $$2 / 1048576 }' /proc/meminfo), Linux $$(uname -r | cut -d- -f1)"; \
   echo "versions: $$(go env GOVERSION), $$(mariadbd --version | sed 's/.*Ver \([^ ]*\).*/MariaDB \1/')"; } >$(BENCH)
endef

# 20 rounds of 50 scrapes, of planwatch and of the floor in turn. Processor time is
# measured, and the median counts, so that other work on the machine shows little.
.PHONY: bench
bench: prerequisites ## the benchmarks of docs/performance.md, which they write anew; some 15 minutes
	$(BENCH_MACHINE)
	set -o pipefail; go test -tags $(TAGS) -run '^$$' -bench . -benchtime 20x -timeout 60m ./internal/bench | tee -a $(BENCH)
	set -o pipefail; go test -tags $(TAGS) -run '^$$' -bench 'Assess$$|Reassess|Change' -benchtime 40x ./plan ./internal/exporter | tee -a $(BENCH)
	set -o pipefail; go test -tags $(TAGS) -run '^$$' -bench Collect -benchtime 10x ./collectors | tee -a $(BENCH)
	go run ./internal/bench/page -write docs/performance.md -keep docs/benchmarks.txt <$(BENCH)

# Ratios can be compared between machines.
.PHONY: bench-ratios
bench-ratios: prerequisites ## fail if a ratio of docs/performance.md has grown by half
	@tools/bench-ratios -tags $(TAGS)

# Fifty faults at random, for two replicas that are scraped all the while.
.PHONY: replicas-test
replicas-test: prerequisites ## fifty rounds of faults for two replicas; some fifteen minutes
	go test -tags $(TAGS) -count 1 -run '^TestReplicas$$' -timeout 60m -v ./internal/endtoend -replicas.rounds 50

# What docs/scale.md says of many regions in one process.
.PHONY: regions-bench
regions-bench: prerequisites ## twenty-one regions in one process for five minutes: processor time and memory
	go test -tags regions -run '^$$' -bench Regions -benchtime 1x -timeout 30m ./internal/bench

.PHONY: bench-all
bench-all: ## every benchmark, as it is
	go test -run '^$$' -bench . -benchmem -tags $(TAGS) ./...

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (20s)
	@tools/fuzz $(FUZZTIME) -tags $(TAGS)

.PHONY: pictures
pictures: ## docs/dashboards, over a running make stack; needs Node and Chromium
	@tools/pictures/draw-all

.PHONY: tools
tools: $(addprefix bin/tools/,$(TOOLS) $(ALERTMANAGER) $(RELEASE) thanos $(VICTORIA)) ## all the pinned tools, into bin/tools

bin/tools/golangci-lint: PACKAGE := github.com/golangci/golangci-lint/v2/cmd/golangci-lint
bin/tools/govulncheck:   PACKAGE := golang.org/x/vuln/cmd/govulncheck
bin/tools/prometheus:    PACKAGE := github.com/prometheus/prometheus/cmd/prometheus
bin/tools/promtool:      PACKAGE := github.com/prometheus/prometheus/cmd/promtool
bin/tools/alertmanager:  PACKAGE := github.com/prometheus/alertmanager/cmd/alertmanager
bin/tools/amtool:        PACKAGE := github.com/prometheus/alertmanager/cmd/amtool
bin/tools/thanos:           PACKAGE := github.com/thanos-io/thanos/cmd/thanos
bin/tools/victoria-metrics: PACKAGE := github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics
bin/tools/vmalert:          PACKAGE := github.com/VictoriaMetrics/VictoriaMetrics/app/vmalert
bin/tools/vmauth:           PACKAGE := github.com/VictoriaMetrics/VictoriaMetrics/app/vmauth
bin/tools/goreleaser:      PACKAGE := github.com/goreleaser/goreleaser/v2
bin/tools/cyclonedx-gomod: PACKAGE := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod

# Without cgo, tools need no C compiler. remove_all_sd leaves out the SDKs of
# cloud providers; static, file and HTTP discovery remain. go build does not
# write a binary that is up to date, so touch sets its time.
BUILDTOOL = CGO_ENABLED=0 go build -C $(<D) -buildvcs=false -tags remove_all_sd -o $(CURDIR)/$@ $(PACKAGE) && touch $@

$(TOOLS:%=bin/tools/%): tools/go.mod tools/go.sum
	$(BUILDTOOL)

$(ALERTMANAGER:%=bin/tools/%): tools/alertmanager/go.mod tools/alertmanager/go.sum
	$(BUILDTOOL)

bin/tools/thanos: tools/thanos/go.mod tools/thanos/go.sum
	$(BUILDTOOL)

$(VICTORIA:%=bin/tools/%): tools/victoriametrics/go.mod tools/victoriametrics/go.sum
	$(BUILDTOOL)

$(RELEASE:%=bin/tools/%): tools/release/go.mod tools/release/go.sum
	$(BUILDTOOL)

.PHONY: clean
clean: ## remove what was built; planwatch-data stays
	rm -rf bin dist
