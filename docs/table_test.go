// Package docs_test holds the documents to what they speak of.
package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

const root = ".."

// documented is a row of one of the tables in operations.md: the code in each
// cell, and the cell's text, by column.
type documented struct {
	code map[string][]string
	text map[string]string
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// tables gives the rows of the tables whose first column has the name, by the
// first column's code.
func tables(t *testing.T, file, first string) map[string]documented {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]documented{}
	var columns []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			columns = nil
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case columns == nil:
			columns = cells
			continue
		case columns[0] != first, strings.HasPrefix(cells[0], "---"):
			continue
		case len(cells) != len(columns):
			t.Fatalf("%s: %d cells in a table of %d columns: %s", file, len(cells), len(columns), line)
		}
		row := documented{map[string][]string{}, map[string]string{}}
		for i, column := range columns {
			row.text[column] = cells[i]
			for _, match := range codeSpan.FindAllStringSubmatch(cells[i], -1) {
				row.code[column] = append(row.code[column], match[1])
			}
		}
		if len(row.code[first]) != 1 {
			t.Fatalf("%s: the first cell names not one thing: %s", file, line)
		}
		name := row.code[first][0]
		if _, twice := rows[name]; twice {
			t.Errorf("%s: %s stands there twice", file, name)
		}
		rows[name] = row
	}
	if len(rows) == 0 {
		t.Fatalf("%s: no table of which the first column is %q", file, first)
	}
	return rows
}
