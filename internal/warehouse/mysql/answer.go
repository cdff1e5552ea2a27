package mysql

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-sql-driver/mysql"

	"planwatch/internal/warehouse/backend"
)

// meanings are what the numbers of errors and warnings about values mean. The
// server's own words quote the value, which may be a patient's.
var meanings = map[uint16]string{
	1062: "two rows have the same key",
	1139: "a regular expression is not valid",
	1242: "a subquery gives more than one row",
	1260: "GROUP_CONCAT is cut off",
	1264: "a number is out of the range of its type",
	1265: "a value is cut to fit its type",
	1292: "a value is not of the type that the query makes of it",
	1300: "a text is not of its character set",
	1365: "something is divided by zero",
	1366: "a value is not of the type that the query makes of it",
	1367: "a value is not of the type that the query makes of it",
	1406: "a text is too long for its type",
	1411: "a value is not of the type that the query makes of it",
	1441: "a date is out of range",
	1690: "a number is out of the range of its type",
	1916: "a number is out of the range of its type",
	1931: "a recursive query is ended at max_recursive_iterations, and lacks rows",
	3140: "a text is not valid JSON",
	3141: "a text is not valid JSON",
	3636: "a recursive query is ended at cte_max_recursion_depth",
	4037: "a text is not valid JSON",
	4038: "a text is not valid JSON",
}

// valueless are the numbers of errors whose words have no place for a value,
// other than the names of tables, users and routines.
var valueless = []uint16{
	1028, 1036, 1104, 1114, 1142, 1143, 1205, 1213, 1226, 1227, 1305, 1317, 1356, 1370, 1792,
	erStatementTimeout, erQueryTimeout, erDuplicateColumn, erNoSuchThread,
}

// answerWords says what the server answered, without quoting a value. err is
// what wraps the answer.
func answerWords(err error, answer *mysql.MySQLError) string {
	if _, planning := errors.AsType[*backend.PlanError](err); planning || slices.Contains(valueless, answer.Number) {
		return answer.Error()
	}
	number := fmt.Sprintf("Error %d", answer.Number)
	if answer.SQLState != [5]byte{} {
		number += fmt.Sprintf(" (%s)", answer.SQLState[:])
	}
	if meaning, ok := meanings[answer.Number]; ok {
		return number + ": " + meaning
	}
	return number + "; its words may quote a row, and are left out: run the query by hand to read them"
}
