package format_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"planwatch/internal/format"
)

// What a spreadsheet would run begins with an apostrophe, and every other cell is
// read back as it was.
func TestWriteCSV(t *testing.T) {
	row := []string{"=1+1", "+46 70", "-1", "@SUM(A1)", "\tx", "plain", "", "a,\"b\"", "1-2", "å"}
	want := []string{"'=1+1", "'+46 70", "'-1", "'@SUM(A1)", "'\tx", "plain", "", "a,\"b\"", "1-2", "å"}
	var out strings.Builder
	if err := format.WriteCSV(&out, [][]string{row, {"\r=1", "a\nb"}}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(out.String(), "\r\n") {
		t.Errorf("lines end in %q", out.String())
	}
	reader := csv.NewReader(strings.NewReader(out.String()))
	reader.FieldsPerRecord = -1
	got, err := reader.ReadAll()
	if err != nil || len(got) != 2 || !slices.Equal(got[0], want) {
		t.Errorf("got  %q, %v\nwant %q", got, err, want)
	}
	if last := got[1]; !strings.HasPrefix(last[0], "'") || last[1] != "a\nb" {
		t.Errorf("got %q", last)
	}
}
