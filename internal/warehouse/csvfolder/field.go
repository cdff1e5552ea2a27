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
// make it fit.
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
	invalid := fmt.Errorf("%q is not %s", text, typeName)
	var parsed any = strings.Clone(text)
	switch {
	case sqltypes.IsUnsigned(kind):
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, invalid
		}
		parsed = n
	case sqltypes.IsIntegral(kind):
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, invalid
		}
		parsed = n
	case sqltypes.IsFloat(kind):
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, invalid
		}
		parsed = n
	case kind == sqltypes.Decimal:
		decimals := decimalPattern.FindStringSubmatch(text)
		if decimals == nil {
			return nil, invalid
		}
		if d, ok := f.column.Type.(sql.DecimalType); ok && len(strings.TrimRight(decimals[1], "0")) > int(d.Scale()) {
			return nil, fmt.Errorf("%q has more decimals than %s", text, typeName)
		}
	case kind == sqltypes.Date, kind == sqltypes.Datetime, kind == sqltypes.Timestamp:
		moment, ok := parseTime(text, kind == sqltypes.Date)
		if !ok {
			return nil, invalid
		}
		parsed = moment
	case !utf8.ValidString(text) && !sqltypes.IsBinary(kind):
		return nil, fmt.Errorf("%q is not UTF-8", text)
	}
	v, inRange, err := f.column.Type.Convert(ctx, parsed)
	if err != nil || inRange != sql.InRange {
		return nil, invalid
	}
	return v, nil
}

// decimalPattern is a decimal number; its last group is the decimals.
var decimalPattern = regexp.MustCompile(`^[+-]?[0-9]+(?:\.([0-9]+))?$`)

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
