//go:build gms_pure_go

package warehouse

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
)

// lookEvery is how often a folder is looked at for changes, at most.
const lookEvery = time.Second

// folder is where the CSV files are.
type folder struct {
	label  string // stands before the files' names in messages
	files  fs.FS
	tables map[string]*table // empty, by name in lower case
	log    *slog.Logger

	mu     sync.Mutex
	looked time.Time
	state  string // of the files when they were last read, well or not

	data atomic.Pointer[dataset] // what new transactions read
}

// open reads the folder for the first time.
func (f *folder) open() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	state, err := f.look()
	if err != nil {
		return err
	}
	f.looked, f.state = time.Now(), state
	data, err := f.read()
	if err != nil {
		return err
	}
	f.data.Store(data)
	return nil
}

// refresh reads the folder anew if its files are others than when it was last
// read. Files that are not in order are logged once, and are the fault of the
// dataset until they are mended.
func (f *folder) refresh() {
	// Who comes while another reads goes on with what there is.
	if !f.mu.TryLock() {
		return
	}
	defer f.mu.Unlock()
	if time.Since(f.looked) < lookEvery {
		return
	}
	f.looked = time.Now()
	before, err := f.look()
	if err != nil {
		before = "unreadable: " + err.Error()
	}
	if before == f.state {
		return
	}
	var data *dataset
	if err == nil {
		data, err = f.read()
		if after, lookErr := f.look(); lookErr == nil && after != before {
			// Someone is still writing.
			return
		}
	}
	f.state = before
	if err != nil {
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			// A right to read that comes back is not seen in the files' state.
			f.state = ""
		}
		last := f.data.Load()
		if last.fault == nil || last.fault.Error() != err.Error() {
			f.log.Warn("the changed files are not in order; queries fail until they are", "err", err)
		}
		f.data.Store(&dataset{tables: last.tables, names: last.names, fault: err})
		return
	}
	f.data.Store(data)
	f.log.Info("changed files read")
}

// look sums up the files as they are, without reading them.
func (f *folder) look() (string, error) {
	names, err := fs.Glob(f.files, "*.csv")
	if err != nil {
		return "", err
	}
	var state strings.Builder
	for _, name := range names {
		info, err := fs.Stat(f.files, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&state, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
	}
	return state.String(), nil
}

// read reads all files. A table without a file is empty; a file without a
// table is an error.
func (f *folder) read() (*dataset, error) {
	data := &dataset{tables: maps.Clone(f.tables)}
	names, err := fs.Glob(f.files, "*.csv")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("folder %s: no CSV files", f.label)
	}
	for _, name := range names {
		key := strings.ToLower(strings.TrimSuffix(name, ".csv"))
		empty, ok := f.tables[key]
		if !ok {
			return nil, fmt.Errorf("%s: the schema has no table %s", path.Join(f.label, name), strings.TrimSuffix(name, ".csv"))
		}
		filled, err := f.readTable(name, empty)
		if err != nil {
			return nil, err
		}
		data.tables[key] = filled
	}
	for _, t := range data.tables {
		data.names = append(data.names, t.name)
	}
	slices.Sort(data.names)
	return data, nil
}

func (f *folder) readTable(name string, empty *table) (*table, error) {
	shown := path.Join(f.label, name)
	file, err := f.files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	defer file.Close()
	t := *empty
	if info, err := file.Stat(); err == nil {
		t.bytes = uint64(max(info.Size(), 0))
	}
	reader := csv.NewReader(file)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil {
		return nil, csvFault(shown, err)
	}
	fields, rest, err := t.layout(header)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", shown, err)
	}
	keys := map[string]int{} // line of each primary key
	ctx := sql.NewEmptyContext()
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvFault(shown, err)
		}
		line, _ := reader.FieldPos(0)
		row := make(sql.Row, len(t.schema.Schema))
		for place, value := range rest {
			row[place] = value
		}
		for i, text := range record {
			if row[fields[i].place], err = fields[i].value(ctx, text); err != nil {
				return nil, fmt.Errorf("%s:%d: column %s: %w", shown, line, fields[i].column.Name, err)
			}
		}
		if len(t.schema.PkOrdinals) > 0 {
			key := t.key(row)
			if first, ok := keys[key]; ok {
				return nil, fmt.Errorf("%s:%d: the same primary key as line %d", shown, line, first)
			}
			keys[key] = line
		}
		t.rows = append(t.rows, row)
	}
	return &t, nil
}

// csvFault names the line of an error in the file's form.
func csvFault(shown string, err error) error {
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse) && errors.Is(err, csv.ErrFieldCount):
		return fmt.Errorf("%s:%d: more or fewer fields than the header", shown, parse.Line)
	case errors.As(err, &parse):
		return fmt.Errorf("%s:%d: %w", shown, parse.Line, parse.Err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s:1: empty; the first line names the columns", shown)
	}
	return fmt.Errorf("%s: %w", shown, err)
}

// key is the row's primary key as a text.
func (t *table) key(row sql.Row) string {
	var b strings.Builder
	for _, place := range t.schema.PkOrdinals {
		fmt.Fprintf(&b, "%v\x00", row[place])
	}
	return b.String()
}

// layout finds the column of each field, and the value of each column that
// the file leaves out.
func (t *table) layout(header []string) (fields []*field, rest map[int]any, err error) {
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return nil, nil, errors.New("fields are separated by commas")
	}
	named := map[int]bool{}
	for i, name := range header {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff")
		}
		place := t.schema.IndexOfColName(name)
		if place < 0 {
			return nil, nil, fmt.Errorf("table %s has no column %q", t.name, name)
		}
		if named[place] {
			return nil, nil, fmt.Errorf("column %s stands there twice", name)
		}
		named[place] = true
		fields = append(fields, newField(place, t.schema.Schema[place]))
	}
	rest = map[int]any{}
	for place, column := range t.schema.Schema {
		if named[place] {
			continue
		}
		switch {
		case column.Default != nil:
			rest[place] = t.defaults[place]
		case !column.Nullable:
			return nil, nil, fmt.Errorf("column %s is missing, and cannot be NULL", column.Name)
		}
	}
	return fields, rest, nil
}

// field turns the texts of one column into the engine's values.
type field struct {
	place  int
	column *sql.Column
	seen   map[string]any // values are shared between rows; most columns have few
}

// maxSeen bounds how many values of a column are kept to be shared.
const maxSeen = 4096

func newField(place int, column *sql.Column) *field {
	return &field{place: place, column: column, seen: map[string]any{}}
}

func (f *field) value(ctx *sql.Context, text string) (any, error) {
	if v, ok := f.seen[text]; ok {
		return v, nil
	}
	v, err := f.convert(ctx, text)
	if err != nil {
		return nil, err
	}
	if len(f.seen) < maxSeen {
		f.seen[strings.Clone(text)] = v
	}
	return v, nil
}

var decimalPattern = regexp.MustCompile(`^[+-]?[0-9]+(\.([0-9]+))?$`)

// convert is strict where the engine is lenient: what does not fit is wrong.
func (f *field) convert(ctx *sql.Context, text string) (any, error) {
	kind := f.column.Type.Type()
	if text == "" {
		if f.column.Nullable {
			return nil, nil
		}
		if !sqltypes.IsText(kind) && !sqltypes.IsBinary(kind) {
			return nil, errors.New("empty, and cannot be NULL")
		}
	}
	is := strings.ToUpper(f.column.Type.String())
	wrong := fmt.Errorf("%q is not %s", text, is)
	var from any = strings.Clone(text)
	switch {
	case sqltypes.IsUnsigned(kind):
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, wrong
		}
		from = n
	case sqltypes.IsIntegral(kind):
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, wrong
		}
		from = n
	case sqltypes.IsFloat(kind):
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n-n != 0 {
			return nil, wrong
		}
		from = n
	case kind == sqltypes.Decimal:
		parts := decimalPattern.FindStringSubmatch(text)
		if parts == nil {
			return nil, wrong
		}
		if d, ok := f.column.Type.(sql.DecimalType); ok && len(strings.TrimRight(parts[2], "0")) > int(d.Scale()) {
			return nil, fmt.Errorf("%q has more decimals than %s", text, is)
		}
	case kind == sqltypes.Date, kind == sqltypes.Datetime, kind == sqltypes.Timestamp:
		moment, ok := parseMoment(text, kind == sqltypes.Date)
		if !ok {
			return nil, wrong
		}
		from = moment
	case !utf8.ValidString(text) && !sqltypes.IsBinary(kind):
		return nil, fmt.Errorf("%q is not UTF-8", text)
	}
	v, inRange, err := f.column.Type.Convert(ctx, from)
	if err != nil || inRange != sql.InRange {
		return nil, wrong
	}
	return v, nil
}

// parseMoment reads a date, or a date and a time of day. The engine keeps
// wall-clock times as if they were UTC.
func parseMoment(text string, dateOnly bool) (time.Time, bool) {
	layouts := []string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05"}
	if dateOnly {
		layouts = layouts[:1]
	}
	for _, layout := range layouts {
		if moment, err := time.Parse(layout, text); err == nil {
			return moment, true
		}
	}
	return time.Time{}, false
}
