package sqltext

import (
	"slices"
	"testing"
)

func TestStatements(t *testing.T) {
	const text = "-- tables;\nCREATE TABLE a (b INT DEFAULT ';');\n;\n/* ; */\n\tcreate table c (d INT) -- the last\n"
	statements, err := Statements("schema.sql", text)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	var lines []int
	for _, s := range statements {
		texts, lines = append(texts, s.Text), append(lines, s.Line)
		if !s.BeginsWith("CREATE", "TABLE") || s.BeginsWith("CREATE", "VIEW") {
			t.Errorf("what %q begins with is not recognized", s.Text)
		}
	}
	if want := []string{"CREATE TABLE a (b INT DEFAULT ';')", "create table c (d INT) -- the last\n"}; !slices.Equal(texts, want) {
		t.Errorf("got %q, want %q", texts, want)
	}
	if want := []int{2, 5}; !slices.Equal(lines, want) {
		t.Errorf("lines %d, want %d", lines, want)
	}
	if got := statements[1].FirstWord(); got != "create" {
		t.Errorf("the first word is %q", got)
	}
}

func TestStatementsRefuses(t *testing.T) {
	_, err := Statements("schema.sql", "CREATE TABLE a (b INT);\n'")
	if want := "schema.sql:2: a quotation (') is not closed"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestLineOf(t *testing.T) {
	q, err := ParseQuery("q.sql", "SELECT 'avg', -- AVG\n  `avg`,\n  Avg(beds)\nFROM ward")
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]int{"AVG": 3, "ward": 4, "stddev": 1} {
		if got := q.LineOf(word); got != want {
			t.Errorf("%s is on line %d, want %d", word, got, want)
		}
	}
}
