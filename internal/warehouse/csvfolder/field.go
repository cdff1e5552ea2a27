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

	"planwatch/internal/format"

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
			return nil, fmt.Errorf("is empty, and cannot be NULL; write %s", form(f.column.Type))
		}
	}
	typeName := nameOf(f.column.Type)
	var parsed any = strings.Clone(text)
	switch {
	case sqltypes.IsUnsigned(kind):
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("is %s, not %s; write %s", kindOf(text), typeName, form(f.column.Type))
		}
		parsed = n
	case sqltypes.IsIntegral(kind):
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("is %s, not %s; write %s", kindOf(text), typeName, form(f.column.Type))
		}
		parsed = n
	case sqltypes.IsFloat(kind):
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, fmt.Errorf("is %s, not %s; write %s", kindOf(text), typeName, form(f.column.Type))
		}
		parsed = n
	case kind == sqltypes.Decimal:
		decimals := decimalPattern.FindStringSubmatch(text)
		if decimals == nil {
			return nil, fmt.Errorf("is %s, not %s; write %s", kindOf(text), typeName, form(f.column.Type))
		}
		if d, ok := f.column.Type.(sql.DecimalType); ok && len(strings.TrimRight(decimals[1], "0")) > int(d.Scale()) {
			return nil, fmt.Errorf("has more decimals than %s; write %s", typeName, form(f.column.Type))
		}
	case kind == sqltypes.Date, kind == sqltypes.Datetime, kind == sqltypes.Timestamp:
		moment, ok := parseTime(text, kind == sqltypes.Date)
		if !ok {
			return nil, fmt.Errorf("has %s and is no %s; write %s", characters(text), typeName, form(f.column.Type))
		}
		parsed = moment
	case !utf8.ValidString(text) && !sqltypes.IsBinary(kind):
		return nil, errors.New("is not UTF-8; save the file in that encoding")
	}
	v, inRange, err := f.column.Type.Convert(ctx, parsed)
	if err != nil || inRange != sql.InRange {
		// The engine's error quotes the value.
		return nil, unfit(f.column.Type, text, typeName)
	}
	return v, nil
}

// unfit says why a value of the right kind does not fit its column.
func unfit(columnType sql.Type, text, typeName string) error {
	kind := columnType.Type()
	switch {
	case kind == sqltypes.Enum, kind == sqltypes.Set:
		return fmt.Errorf("is not one of the values of %s", typeName)
	case sqltypes.IsText(kind), sqltypes.IsBinary(kind):
		return fmt.Errorf("has %s, which does not fit %s; shorten it, or widen the column in the schema", characters(text), typeName)
	}
	return fmt.Errorf("is out of the range of %s; write %s", typeName, form(columnType))
}

// characters is how many characters a text has.
func characters(text string) string { return format.Count(utf8.RuneCountInString(text), "character") }

// nameOf is how the schema writes a type. The values of an ENUM or a SET stay as
// they are.
func nameOf(columnType sql.Type) string {
	name, arguments, found := strings.Cut(columnType.String(), "(")
	if kind := columnType.Type(); found && (kind == sqltypes.Enum || kind == sqltypes.Set) {
		return strings.ToUpper(name) + "(" + arguments
	}
	return strings.ToUpper(columnType.String())
}

// form is how a value of the type is written.
func form(columnType sql.Type) string {
	kind := columnType.Type()
	switch {
	case kind == sqltypes.Date:
		return "a day as 2025-03-18"
	case kind == sqltypes.Datetime, kind == sqltypes.Timestamp:
		return "a moment as 2025-03-18 or 2025-03-18 08:00:00"
	case kind == sqltypes.Decimal:
		return decimalForm(columnType)
	case sqltypes.IsIntegral(kind):
		least, greatest := bounds(kind)
		return fmt.Sprintf("a whole number from %s to %s", least, greatest)
	case sqltypes.IsFloat(kind):
		return "a number as 38.5"
	}
	return "a value of " + nameOf(columnType)
}

// decimalForm is how a DECIMAL is written.
func decimalForm(columnType sql.Type) string {
	d, ok := columnType.(sql.DecimalType)
	if !ok {
		return "a number as 38.5"
	}
	return fmt.Sprintf("a number as 38.5, with up to %d digits before a point and %d behind it", int(d.Precision())-int(d.Scale()), d.Scale())
}

// bounds are the least and the greatest value of a type of whole numbers.
func bounds(kind query.Type) (least, greatest string) {
	if kind == sqltypes.Year {
		return "1901", "2155"
	}
	bits := map[query.Type]uint{
		sqltypes.Int8: 8, sqltypes.Uint8: 8, sqltypes.Int16: 16, sqltypes.Uint16: 16, sqltypes.Int24: 24, sqltypes.Uint24: 24,
		sqltypes.Int32: 32, sqltypes.Uint32: 32,
	}[kind]
	if bits == 0 {
		bits = 64
	}
	if sqltypes.IsUnsigned(kind) {
		return "0", strconv.FormatUint(math.MaxUint64>>(64-bits), 10)
	}
	return strconv.FormatInt(math.MinInt64>>(64-bits), 10), strconv.FormatInt(math.MaxInt64>>(64-bits), 10)
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
