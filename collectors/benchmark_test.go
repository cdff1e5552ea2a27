package collectors_test

import (
	"database/sql"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/go-sql-driver/mysql"

	"planwatch/collectors"
	"planwatch/internal/cputest"
	"planwatch/internal/databasetest"
	"planwatch/internal/regiontest"
	"planwatch/internal/warehouse"
)

// A million rows, as many for each of twenty collectors as one may have.
const (
	benchmarkRows       = 1000000
	benchmarkCollectors = 20
	benchmarkPassword   = "benchmark"
)

const benchmarkTable = `CREATE TABLE fact (
  id INT NOT NULL PRIMARY KEY, division VARCHAR(40) NOT NULL, hospital VARCHAR(40) NOT NULL, ward VARCHAR(40) NOT NULL,
  measured_at DATETIME NOT NULL, available INT NOT NULL, occupied DECIMAL(10,2) NOT NULL
)`

const fillBenchmarkTable = `INSERT INTO warehouse.fact
SELECT seq - 1, CONCAT('Division ', (seq - 1) DIV 5000 % 10), CONCAT('Hospital ', (seq - 1) DIV 1000 % 50), CONCAT('Ward ', LPAD((seq - 1) % 50000, 5, '0')),
  '2025-03-18 07:00:00' - INTERVAL seq % 3600 SECOND, seq % 97, seq % 9973 / 100
FROM seq_1_to_1000000`

const benchmarkSQL = "SELECT division, hospital, ward, measured_at, available, occupied FROM fact WHERE id >= %d AND id < %d"

var benchmarkKinds = map[string]string{
	"series": `labels: [division, hospital, ward]
as_of: measured_at
max_age: 24h
kpis:
  - {name: beds_available, title: {sv: Lediga, en: Available}, definition: {sv: Lediga., en: Available.}, column: available, unit: beds, better: higher, aggregate: sum}
  - {name: beds_occupied, title: {sv: Belagda, en: Occupied}, definition: {sv: Belagda., en: Occupied.}, column: occupied, unit: beds, better: lower, aggregate: sum}
`,
	"histogram": `labels: [division, hospital]
as_of: measured_at
max_age: 24h
kpis:
  - {name: wait_seconds, title: {sv: Väntan, en: Wait}, definition: {sv: Väntan., en: Wait.}, histogram: {value: occupied, count: available, buckets: [10, 20, 50]}, unit: seconds, better: lower, min_count_waiver: They are not people but lorries.}
`,
}

// Collecting a million rows is compared with a bare scan of the same queries, by the same
// driver with the same settings, into typed values: texts, the moment as a text, numbers.
// The two take turns, so that what else runs on the machine meets both; the ratios are of
// the rows per second, and of the processor time of this process alone.
func BenchmarkCollect(b *testing.B) {
	server := databasetest.Start(b)
	server.Load(benchmarkTable, nil)
	if _, err := server.Root().ExecContext(b.Context(), fillBenchmarkTable); err != nil {
		b.Fatal(err)
	}
	server.CreateReader("benchmark", benchmarkPassword)
	cfg := warehouse.Default()
	cfg.Driver, cfg.Address, cfg.Database, cfg.User, cfg.Password = warehouse.MySQL, server.Socket(), databasetest.Database, "benchmark", benchmarkPassword
	source, err := warehouse.Open(b.Context(), cfg, warehouse.Options{Name: "warehouse", Location: time.UTC})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := source.Close(); err != nil {
			b.Errorf("Close: %v", err)
		}
	})
	for _, kind := range []string{"series", "histogram"} {
		b.Run(kind, func(b *testing.B) { benchmarkCollect(b, source, server.Socket(), kind) })
	}
}

func benchmarkCollect(b *testing.B, source *warehouse.Source, socket, kind string) {
	b.Helper()
	var definitions []*collectors.Definition
	var queries []string
	for i := range benchmarkCollectors {
		const each = benchmarkRows / benchmarkCollectors
		name := fmt.Sprintf("beds%02d", i)
		query := fmt.Sprintf(benchmarkSQL, i*each, (i+1)*each)
		d, err := collectors.Load(fstest.MapFS{
			"collectors/" + name + ".yaml": {Data: []byte("collector: " + name + "\ntitle: {sv: Platser, en: Beds}\nsource: warehouse\nschedule: \"0 * * * *\"\nmax_series: 50000\nquery: " + name + ".sql\n" + benchmarkKinds[kind])},
			"collectors/" + name + ".sql":  {Data: []byte(query)},
		}, "collectors/"+name+".yaml", collectors.Scope{Location: time.UTC, Units: regiontest.Units(b), Languages: regiontest.Languages(b)})
		if err != nil {
			b.Fatal(err)
		}
		definitions, queries = append(definitions, d), append(queries, query)
	}
	// The settings are those of a source: texts as they are, no times parsed, parameters
	// never sent apart.
	settings := mysql.NewConfig()
	settings.Net, settings.Addr, settings.DBName, settings.User, settings.Passwd = "unix", socket, databasetest.Database, "benchmark", benchmarkPassword
	if err := settings.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		b.Fatal(err)
	}
	connector, err := mysql.NewConnector(settings)
	if err != nil {
		b.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	var wall, processor []float64
	b.ReportAllocs()
	for b.Loop() {
		bareWall, bareCPU := taken(b, func() {
			count := 0
			for _, query := range queries {
				count += scanBare(b, db, query)
			}
			if count != benchmarkRows {
				b.Fatal(count)
			}
		})
		gotWall, gotCPU := taken(b, func() {
			for _, d := range definitions {
				run, err := d.CollectFrom(b.Context(), source, time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC))
				if err != nil || run.Rows != benchmarkRows/benchmarkCollectors {
					b.Fatal(run.Rows, err)
				}
			}
		})
		wall, processor = append(wall, bareWall.Seconds()/gotWall.Seconds()), append(processor, bareCPU.Seconds()/gotCPU.Seconds())
		b.ReportMetric(benchmarkRows/gotWall.Seconds(), "rows/s")
		b.ReportMetric(float64(gotCPU.Nanoseconds())/benchmarkRows, "cpu-ns/row")
		b.ReportMetric(float64(bareCPU.Nanoseconds())/benchmarkRows, "bare-cpu-ns/row")
	}
	b.ReportMetric(cputest.Median(wall), "of-bare")
	b.ReportMetric(cputest.Median(processor), "of-bare-cpu")
	b.ReportMetric(1/cputest.Median(processor), "x-bare-cpu") // the cost, which page compares
}

func scanBare(b *testing.B, db *sql.DB, query string) (count int) {
	b.Helper()
	rows, err := db.QueryContext(b.Context(), query)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var division, hospital, ward, measuredAt string
		var available, occupied float64
		if err := rows.Scan(&division, &hospital, &ward, &measuredAt, &available, &occupied); err != nil {
			b.Fatal(err)
		}
		count++
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return count
}

// taken is how long do took, and how long this process was at work meanwhile.
func taken(b *testing.B, do func()) (wall, processor time.Duration) {
	b.Helper()
	began, before := time.Now(), cputest.Used(b)
	do()
	return time.Since(began), cputest.Used(b) - before
}
