//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"planwatch/internal/warehouse/backend"
	"planwatch/internal/warehouse/settings"
)

const bedSchema = `-- beds
CREATE TABLE bed (
  id INT NOT NULL PRIMARY KEY, ward VARCHAR(10) NOT NULL, note VARCHAR(40), beds SMALLINT, share DECIMAL(6,2) DEFAULT 1.5,
  since DATE, at DATETIME, weight DOUBLE, small TINYINT UNSIGNED, kind ENUM('open','closed') NOT NULL DEFAULT 'open'
);
CREATE TABLE unused (a INT, b INT, PRIMARY KEY (a, b));
CREATE TABLE day (day DATE NOT NULL);
`

func sampleSettings() settings.Config {
	c := settings.Default()
	c.Driver, c.Folder = settings.CSV, "builtin:sample"
	return c
}

func TestInvalidFiles(t *testing.T) {
	const header = "id,ward,note,beds,share,since,at,weight,small,kind\n"
	for name, test := range map[string]struct{ file, content, want string }{
		"text for a number":    {"bed.csv", header + "1,K,,many,,,,,,open\n", `sample/bed.csv:2: column beds: is text, not SMALLINT; write a whole number from -32768 to 32767`},
		"decimal for integer":  {"bed.csv", header + "1,K,,1.5,,,,,,open\n", `sample/bed.csv:2: column beds: is a number with decimals, not SMALLINT; write a whole number from -32768 to 32767`},
		"out of range":         {"bed.csv", header + "1,K,,40000,,,,,,open\n", `sample/bed.csv:2: column beds: is out of the range of SMALLINT; write a whole number from -32768 to 32767`},
		"negative unsigned":    {"bed.csv", header + "1,K,,,,,,,-1,open\n", `sample/bed.csv:2: column small: is a negative number, not TINYINT UNSIGNED; write a whole number from 0 to 255`},
		"not finite":           {"bed.csv", header + "1,K,,,,,,NaN,,open\n", `sample/bed.csv:2: column weight: is NaN or infinite, not DOUBLE; write a number as 38.5`},
		"no decimal":           {"bed.csv", header + "1,K,,,\"1,5\",,,,,open\n", `sample/bed.csv:2: column share: is text, not DECIMAL(6,2); write a number as 38.5, with up to 4 digits before a point and 2 behind it`},
		"too many decimals":    {"bed.csv", header + "1,K,,,1.505,,,,,open\n", `sample/bed.csv:2: column share: has more decimals than DECIMAL(6,2); write a number as 38.5, with up to 4 digits before a point and 2 behind it`},
		"decimal too great":    {"bed.csv", header + "1,K,,,12345,,,,,open\n", `sample/bed.csv:2: column share: is out of the range of DECIMAL(6,2); write a number as 38.5, with up to 4 digits before a point and 2 behind it`},
		"no such day":          {"bed.csv", header + "1,K,,,,2025-02-30,,,,open\n", `sample/bed.csv:2: column since: has 10 characters and is no DATE; write a day as 2025-03-18`},
		"time in a date":       {"bed.csv", header + "1,K,,,,2025-02-01 08:00:00,,,,open\n", `sample/bed.csv:2: column since: has 19 characters and is no DATE; write a day as 2025-03-18`},
		"no time":              {"bed.csv", header + "1,K,,,,,noon,,,open\n", `sample/bed.csv:2: column at: has 4 characters and is no DATETIME; write a moment as 2025-03-18 or 2025-03-18 08:00:00`},
		"too long":             {"bed.csv", header + "1,Ortopedkliniken,,,,,,,,open\n", `sample/bed.csv:2: column ward: has 15 characters, which does not fit VARCHAR(10); shorten it, or widen the column in the schema`},
		"not of the enum":      {"bed.csv", header + "1,K,,,,,,,,shut\n", `sample/bed.csv:2: column kind: is not one of the values of ENUM('open','closed')`},
		"empty number":         {"bed.csv", header + ",K,,,,,,,,open\n", `sample/bed.csv:2: column id: is empty, and cannot be NULL; write a whole number from -2147483648 to 2147483647`},
		"not utf-8":            {"bed.csv", header + "1,\xe5,,,,,,,,open\n", `sample/bed.csv:2: column ward: is not UTF-8; save the file in that encoding`},
		"same key":             {"bed.csv", header + "1,K,,,,,,,,open\n2,K,,,,,,,,open\n1,L,,,,,,,,open\n", `sample/bed.csv:4: the same primary key as line 2; give each row another id`},
		"key of two columns":   {"unused.csv", "a,b\n1,12\n11,2\n1,12\n", `sample/unused.csv:4: the same primary key as line 2; give each row another a or b`},
		"one field":            {"bed.csv", header + "1\n", `sample/bed.csv:2: the row has 1 field and the header 10; give it as many, in quotation marks where one holds a comma`},
		"one character":        {"bed.csv", header + "1,K,,,,x,,,,open\n", `sample/bed.csv:2: column since: has 1 character and is no DATE; write a day as 2025-03-18`},
		"too few fields":       {"bed.csv", header + "1,K\n", `sample/bed.csv:2: the row has 2 fields and the header 10; give it as many, in quotation marks where one holds a comma`},
		"line of a long row":   {"bed.csv", header + "1,\"K\nL\",,,,,,,,open\n2,K,,x,,,,,,open\n", `sample/bed.csv:4: column beds: is text, not SMALLINT; write a whole number from -32768 to 32767`},
		"open quotation":       {"bed.csv", header + "1,\"K\n", `sample/bed.csv:2: byte 6: a field in quotation marks is not closed, or has a single one within it; double those within it (the row begins on line 2)`},
		"unknown column":       {"bed.csv", "id,ward,beds,bed\n", `sample/bed.csv:1: table bed has no column named as field 4 is; the first line names the columns, which are id, ward, note, beds, share, since, at, weight, small, kind`},
		"column twice":         {"bed.csv", "id,ward,ID\n", `sample/bed.csv:1: column id is in the header twice; name it once`},
		"missing column":       {"bed.csv", "id,beds\n1,2\n", `sample/bed.csv:1: column ward is missing, and cannot be NULL; name it in the header, and give each row a value`},
		"semicolons":           {"bed.csv", "id;ward\n1;K\n", `sample/bed.csv:1: the header has one field, with semicolons or tabs in it; separate fields by commas`},
		"empty file":           {"bed.csv", "", `sample/bed.csv:1: empty; the first line names the columns`},
		"no table":             {"beds.csv", "id\n", `sample/beds.csv: the schema has no table beds, and a file is named for its table; did you mean bed?`},
		"no files":             {"beds.txt", "id\n", `folder sample: no CSV files; the rows of a table are in a file named for it, with .csv`},
		"quotation in a field": {"bed.csv", header + "1,K,a \"b\" c,,,,,,,open\n", `sample/bed.csv:2: byte 7: a quotation mark within a field; put the field in quotation marks, and double those within it`},
		"quotation in quotes":  {"bed.csv", header + "1,\"K\nL\",\"a \"b\" c\",,,,,,,open\n", `sample/bed.csv:3: byte 7: a field in quotation marks is not closed, or has a single one within it; double those within it (the row begins on line 2)`},
		"cell below its row":   {"bed.csv", header + "1,\"K\nL\",,x,,,,,,open\n", `sample/bed.csv:3: column beds: is text, not SMALLINT; write a whole number from -32768 to 32767`},
		"empty text for a day": {"day.csv", "day\n\"\"\n", `sample/day.csv:2: column day: is empty, and cannot be NULL; write a day as 2025-03-18`},
		"greater than INT":     {"bed.csv", header + "3000000000,K,,,,,,,,open\n", `sample/bed.csv:2: column id: is out of the range of INT; write a whole number from -2147483648 to 2147483647`},
		"too many fields":      {"bed.csv", "id,ward\n1,Kirurgi, Sunderby\n", `sample/bed.csv:2: the row has 3 fields and the header 2; give it as many, in quotation marks where one holds a comma`},
		"another name":         {"zebra.csv", "id\n", `sample/zebra.csv: the schema has no table zebra, and a file is named for its table; there are bed, day, unused`},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Open(t.Context(), sampleSettings(), Options{
				SchemaSQL: bedSchema, SchemaFile: "schema.sql", Files: fstest.MapFS{test.file: {Data: []byte(test.content)}}, Logger: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if err := b.Reload(t.Context()); err == nil || err.Error() != test.want || !errors.Is(err, backend.ErrUnavailable) {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
}

func FuzzFile(f *testing.F) {
	for _, seed := range []string{"id,ward\n1,K\n", "id,ward,beds\n1,\"K\n", "\ufeffid,ward,at\n1,K,2025-03-18\n", "id\n", "id,ward,share\n1,,0.10\n", ",\n"} {
		f.Add(seed)
	}
	tables, err := readSchema(f.Context(), "schema.sql", bedSchema)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content string) {
		folder := newFolder("sample", fstest.MapFS{"bed.csv": {Data: []byte(content)}}, tables, slog.New(slog.DiscardHandler))
		if err := folder.reload(t.Context()); err != nil {
			if !strings.HasPrefix(err.Error(), "sample/bed.csv:") {
				t.Errorf("an error without its file: %v", err)
			}
			return
		}
		for i, row := range folder.current.Load().tables["bed"].rows {
			for j, column := range tables["bed"].schema.Schema {
				if row[j] == nil && !column.Nullable {
					t.Errorf("row %d: column %s is NULL", i, column.Name)
				}
			}
		}
	})
}
