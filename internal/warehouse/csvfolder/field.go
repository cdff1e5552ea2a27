//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/dolthub/vitess/go/vt/proto/query"
)

// field converts the texts of one column into the engine's values.
type field struct {
	index  int // of the column
	column *sql.Column
	// cache shares values between rows: most columns have few different ones.
	cache map[string]any
}

// maxCached is how many values of a column are cached.
const maxCached = 4096

func newField(index int, column *sql.Column) *field {
	return &field{index: index, column: column, cache: map[string]any{}}
}

func (f *field) value(ctx *sql.Context, text string) (any, error) {
	if v, ok := f.cache[text]; ok {
		return v, nil
	}
	v, err := f.convert(ctx, text)
	if err != nil {
		return nil, err
	}
	if len(f.cache) < maxCached {
		f.cache[strings.Clone(text)] = v
	}
	return v, nil
}

// convert reads a text. It is strict where the engine would change a value to
// make it fit. Errors say of what kind the text is, and never quote it: it may
// be a patient's.
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
	typeName := strings.ToUpper(f.column.Type.String())
	var parsed any = strings.Clone(text)
	switch {
	case sqltypes.IsUnsigned(kind):
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("is %s, not %s", kindOf(text), typeName)
		}
		parsed = n
	case sqltypes.IsIntegral(kind):
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("is %s, not %s", kindOf(text), typeName)
		}
		parsed = n
	case sqltypes.IsFloat(kind):
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, fmt.Errorf("is %s, not %s", kindOf(text), typeName)
		}
		parsed = n
	case kind == sqltypes.Decimal:
		decimals := decimalPattern.FindStringSubmatch(text)
		if decimals == nil {
			return nil, fmt.Errorf("is %s, not %s", kindOf(text), typeName)
		}
		if d, ok := f.column.Type.(sql.DecimalType); ok && len(strings.TrimRight(decimals[1], "0")) > int(d.Scale()) {
			return nil, fmt.Errorf("has more decimals than %s", typeName)
		}
	case kind == sqltypes.Date, kind == sqltypes.Datetime, kind == sqltypes.Timestamp:
		moment, ok := parseTime(text, kind == sqltypes.Date)
		if !ok {
			return nil, fmt.Errorf("has %d characters that are no %s; written as %s", utf8.RuneCountInString(text), typeName, timeForm(kind == sqltypes.Date))
		}
		parsed = moment
	case !utf8.ValidString(text) && !sqltypes.IsBinary(kind):
		return nil, errors.New("is not UTF-8")
	}
	v, inRange, err := f.column.Type.Convert(ctx, parsed)
	if err != nil || inRange != sql.InRange {
		// The engine's error quotes the value.
		return nil, unfit(kind, text, typeName)
	}
	return v, nil
}

// unfit says why a value of the right kind does not fit its column.
func unfit(kind query.Type, text, typeName string) error {
	switch {
	case kind == sqltypes.Enum, kind == sqltypes.Set:
		return fmt.Errorf("is not one of the values of %s", typeName)
	case sqltypes.IsText(kind), sqltypes.IsBinary(kind):
		return fmt.Errorf("has %d characters, which does not fit %s", utf8.RuneCountInString(text), typeName)
	}
	return fmt.Errorf("is out of the range of %s", typeName)
}

// kindOf is what a text is instead of the number that its column needs.
func kindOf(text string) string {
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return "a number out of range"
	case err != nil:
		return "text"
	case math.IsNaN(n), math.IsInf(n, 0):
		return "NaN or infinite"
	case n != math.Trunc(n):
		return "a number with decimals"
	case n < 0:
		return "a negative number"
	}
	return "a number of another form"
}

// decimalPattern is a decimal number; its last group is the decimals.
var decimalPattern = regexp.MustCompile(`^[+-]?[0-9]+(?:\.([0-9]+))?$`)

// timeForm is how a moment is written.
func timeForm(dateOnly bool) string {
	if dateOnly {
		return "2025-03-18"
	}
	return "2025-03-18 or 2025-03-18 08:00:00"
}

// parseTime reads a date, or a date and a time of day. The engine keeps
// wall-clock times as if they were UTC.
func parseTime(text string, dateOnly bool) (time.Time, bool) {
	layouts := []string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05"}
	if dateOnly {
		layouts = layouts[:1]
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
