package sqltext

import (
	"strings"
	"testing"
	"time"
)

func TestParseQueryAccepts(t *testing.T) {
	moment := time.Date(2025, 3, 18, 7, 0, 30, 999, time.UTC)
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	const at = "CAST('2025-03-18 08:00:30' AS DATETIME)"
	for name, test := range map[string]struct{ text, sent string }{
		"select":                   {"SELECT 1", "SELECT 1"},
		"lower case":               {"select 1", "select 1"},
		"closing semicolon":        {"SELECT 1 ; -- that is all", "SELECT 1 "},
		"comments before":          {"-- beds\n# all\n/* of\nthem */ SELECT 1", "-- beds\n# all\n/* of\nthem */ SELECT 1"},
		"byte order mark":          {"\ufeffSELECT 1", "SELECT 1"},
		"with":                     {"WITH a AS (SELECT 1), b (x) AS (SELECT 2) SELECT * FROM a, b", "WITH a AS (SELECT 1), b (x) AS (SELECT 2) SELECT * FROM a, b"},
		"union in parentheses":     {"(SELECT 1) UNION (SELECT 2)", "(SELECT 1) UNION (SELECT 2)"},
		"with before parentheses":  {"WITH a AS (SELECT 1) (SELECT * FROM a)", "WITH a AS (SELECT 1) (SELECT * FROM a)"},
		"as_of":                    {"SELECT * FROM t WHERE a <= :as_of AND b>:as_of", "SELECT * FROM t WHERE a <= " + at + " AND b>" + at},
		"as_of behind a word":      {"SELECT:as_of", "SELECT " + at},
		"as_of behind a colon":     {"SELECT a ::as_of", "SELECT a : " + at},
		"as_of in a text":          {"SELECT ':as_of', \":as_of\", `:as_of`, :as_of", "SELECT ':as_of', \":as_of\", `:as_of`, " + at},
		"as_of in comments":        {"SELECT 1 -- :as_of\n/* :as_of */ # :as_of", "SELECT 1 -- :as_of\n/* :as_of */ # :as_of"},
		"escaped quotes":           {`SELECT 'it''s :as_of', 'it\'s :as_of', "\" :as_of"`, `SELECT 'it''s :as_of', 'it\'s :as_of', "\" :as_of"`},
		"question mark in a text":  {"SELECT '?'", "SELECT '?'"},
		"semicolon in a text":      {"SELECT ';' ", "SELECT ';' "},
		"forbidden words quoted":   {"SELECT 'INTO', `into`, `update`", "SELECT 'INTO', `into`, `update`"},
		"forbidden words as names": {"SELECT t.update, t.now, t.current_date, now FROM t", "SELECT t.update, t.now, t.current_date, now FROM t"},
		"columns named so":         {"SELECT nextval, t.lastval, `setval`, t.`get_lock`, 'GET_LOCK', next, value FROM t WHERE t.get_lock IN (1)", "SELECT nextval, t.lastval, `setval`, t.`get_lock`, 'GET_LOCK', next, value FROM t WHERE t.get_lock IN (1)"},
		"own function":             {"SELECT w.share(a), `w`.`share`(a) FROM t", "SELECT w.share(a), `w`.`share`(a) FROM t"},
		"replace is a function":    {"SELECT REPLACE(a, 'x', 'y'), INSERT(a, 1, 1, 'z') FROM t", "SELECT REPLACE(a, 'x', 'y'), INSERT(a, 1, 1, 'z') FROM t"},
		"sleep":                    {"SELECT SLEEP(1)", "SELECT SLEEP(1)"},
		"unix_timestamp of":        {"SELECT UNIX_TIMESTAMP(a) FROM t", "SELECT UNIX_TIMESTAMP(a) FROM t"},
		"dashes at the end":        {"SELECT 1 --", "SELECT 1 --"},
		"ampersand and pipes":      {"SELECT a || b AND c && d FROM t", "SELECT a || b AND c && d FROM t"},
	} {
		t.Run(name, func(t *testing.T) {
			q, err := ParseQuery("q.sql", test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := q.SQL(moment, stockholm); got != test.sent {
				t.Errorf("sent\n%s\nwant\n%s", got, test.sent)
			}
			if q.File() != "q.sql" || q.Text() != strings.TrimPrefix(test.text, "\ufeff") {
				t.Errorf("File %q, Text %q", q.File(), q.Text())
			}
			if got, want := q.UsesAsOf(), strings.Contains(test.sent, at); got != want {
				t.Errorf("UsesAsOf %t, want %t", got, want)
			}
		})
	}
}

func TestParseQueryRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"nothing":              {"", `q.sql:1: empty; a query is one SELECT or WITH`},
		"only a comment":       {"-- later\n", `q.sql:1: empty; a query is one SELECT or WITH`},
		"only a semicolon":     {";", `q.sql:1: empty; a query is one SELECT or WITH`},
		"update":               {"-- one\n\nUPDATE t SET a = 1", `q.sql:3: "UPDATE" is not allowed; a query is one SELECT or WITH`},
		"delete behind with":   {"WITH a AS (SELECT 1)\nDELETE FROM t", `q.sql:2: "DELETE" is not allowed; a query is one SELECT or WITH`},
		"update behind with":   {"WITH a AS (SELECT 1), b AS (SELECT 2) update t SET x = 1", `q.sql:1: "update" is not allowed; a query is one SELECT or WITH`},
		"show":                 {"SHOW TABLES", `q.sql:1: "SHOW" is not allowed; a query is one SELECT or WITH`},
		"set statement":        {"SET STATEMENT max_statement_time=0 FOR SELECT 1", `q.sql:1: "SET" is not allowed; a query is one SELECT or WITH`},
		"two statements":       {"SELECT 1;\nSELECT 2", `q.sql:2: a second statement begins here; a query is one SELECT or WITH`},
		"two semicolons":       {"SELECT 1;;", `q.sql:1: a second statement begins here; a query is one SELECT or WITH`},
		"behind a comment":     {"SELECT 1 -- ;\n; DROP TABLE t", `q.sql:2: a second statement begins here; a query is one SELECT or WITH`},
		"behind a text":        {`SELECT '\'; -- ' ; DROP TABLE t`, `q.sql:1: a second statement begins here; a query is one SELECT or WITH`},
		"into outfile":         {"SELECT 1\nINTO OUTFILE '/tmp/x'", `q.sql:2: "INTO" writes; a query only reads`},
		"into dumpfile":        {"SELECT 1 into dumpfile '/tmp/x'", `q.sql:1: "into" writes; a query only reads`},
		"into variable":        {"SELECT 1 INTO @x", `q.sql:1: "INTO" writes; a query only reads`},
		"variable":             {"SELECT @x", `q.sql:1: "@" is for variables, which keep their value from one query to the next; use none`},
		"assignment":           {"SELECT x := 1", `q.sql:1: ":=" is for variables, which keep their value from one query to the next; use none`},
		"for update":           {"SELECT 1 FROM t FOR\nUPDATE", `q.sql:1: "FOR UPDATE" takes locks; a query only reads`},
		"for share":            {"SELECT 1 FROM t for share", `q.sql:1: "for share" takes locks; a query only reads`},
		"lock in share mode":   {"SELECT 1 FROM t LOCK IN SHARE MODE", `q.sql:1: "LOCK IN" takes locks; a query only reads`},
		"executable comment":   {"SELECT 1 /*!50000 INTO OUTFILE 'x' */", `q.sql:1: a comment that begins with "/*!" is run by some servers; write the SQL without the comment, or remove it`},
		"mariadb's own":        {"SELECT 1\n/*M!100100 , 2 */", `q.sql:2: a comment that begins with "/*!" is run by some servers; write the SQL without the comment, or remove it`},
		"hint":                 {"SELECT /*+ MAX_EXECUTION_TIME(0) */ 1", `q.sql:1: an optimizer hint ("/*+") can lift the query's time limit; remove it`},
		"question mark":        {"SELECT ?", `q.sql:1: "?" has no value here; a query may use :as_of`},
		"unknown placeholder":  {"SELECT\n:today", `q.sql:2: :today is unknown; a query may use :as_of`},
		"longer placeholder":   {"SELECT :as_of_date", `q.sql:1: :as_of_date is unknown; a query may use :as_of`},
		"now":                  {"SELECT NOW()", `q.sql:1: "NOW" gives the server's own time; use :as_of`},
		"now with a space":     {"SELECT now (6)", `q.sql:1: "now" gives the server's own time; use :as_of`},
		"current_timestamp":    {"SELECT 1 WHERE a > CURRENT_TIMESTAMP", `q.sql:1: "CURRENT_TIMESTAMP" gives the server's own time; use :as_of`},
		"curdate":              {"SELECT CURDATE()", `q.sql:1: "CURDATE" gives the server's own time; use :as_of`},
		"sysdate":              {"SELECT SYSDATE()", `q.sql:1: "SYSDATE" gives the server's own time; use :as_of`},
		"utc_date":             {"SELECT UTC_DATE", `q.sql:1: "UTC_DATE" gives the server's own time; use :as_of`},
		"unix_timestamp":       {"SELECT UNIX_TIMESTAMP( )", `q.sql:1: "UNIX_TIMESTAMP()" gives the server's own time; use :as_of`},
		"get_lock":             {"SELECT GET_LOCK('a', 1)", `q.sql:1: "GET_LOCK" takes a lock; a query only reads`},
		"release_lock":         {"SELECT RELEASE_LOCK('a')", `q.sql:1: "RELEASE_LOCK" releases a lock; a query only reads`},
		"qualified":            {"SELECT mariadb_schema . Get_Lock ('a', 1)", `q.sql:1: "Get_Lock" takes a lock; a query only reads`},
		"in backticks":         {"SELECT `get_lock`('a', 1)", "q.sql:1: \"`get_lock`\" takes a lock; a query only reads"},
		"qualified, backticks": {"SELECT `mariadb_schema`.`LOAD_FILE`('/etc/passwd')", "q.sql:1: \"`LOAD_FILE`\" reads the server's files; a query reads tables"},
		"qualified clock":      {"SELECT mariadb_schema.UNIX_TIMESTAMP()", `q.sql:1: "UNIX_TIMESTAMP()" gives the server's own time; use :as_of`},
		"clock in backticks":   {"SELECT `now`()", "q.sql:1: \"`now`\" gives the server's own time; use :as_of"},
		"nextval":              {"SELECT NEXTVAL(s)", `q.sql:1: "NEXTVAL" takes a number from a sequence; a query only reads`},
		"setval":               {"SELECT SETVAL(s, 1)", `q.sql:1: "SETVAL" sets a sequence; a query only reads`},
		"lastval":              {"SELECT LASTVAL(s)", `q.sql:1: "LASTVAL" depends on earlier use of the connection; a query reads tables`},
		"next value for":       {"SELECT\nNEXT VALUE\nFOR s", `q.sql:2: "NEXT VALUE FOR" takes a number from a sequence; a query only reads`},
		"previous value for":   {"SELECT previous value for s", `q.sql:1: "previous value for" depends on earlier use of the connection; a query reads tables`},
		"master_pos_wait":      {"SELECT MASTER_POS_WAIT('a', 4)", `q.sql:1: "MASTER_POS_WAIT" waits for replication and keeps its connection busy; a query reads tables`},
		"master_gtid_wait":     {"SELECT MASTER_GTID_WAIT('0-1-1')", `q.sql:1: "MASTER_GTID_WAIT" waits for replication and keeps its connection busy; a query reads tables`},
		"source_pos_wait":      {"SELECT SOURCE_POS_WAIT('a', 4)", `q.sql:1: "SOURCE_POS_WAIT" waits for replication and keeps its connection busy; a query reads tables`},
		"load_file":            {"SELECT LOAD_FILE('/etc/passwd')", `q.sql:1: "LOAD_FILE" reads the server's files; a query reads tables`},
		"text without end":     {"SELECT\n'a", `q.sql:2: a quotation (') is not closed`},
		"name without end":     {"SELECT `a\n\n", "q.sql:1: a quotation (`) is not closed"},
		"comment without end":  {"SELECT 1\n\n/* and", `q.sql:3: a comment ("/*") is not closed`},
		"comment of one slash": {"SELECT 1 /*/", `q.sql:1: a comment ("/*") is not closed`},
		"dashes without space": {"SELECT 1--1", `q.sql:1: "--" is read differently by different servers; write "-- " for a comment, "- -" for two minus signs`},
		"zero byte":            {"SELECT 1\x00", `q.sql:1: a zero byte is not allowed`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseQuery("q.sql", test.text)
			if err == nil {
				t.Fatal("accepted")
			}
			if got := err.Error(); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// FuzzParseQuery checks that nothing panics, and that all but :as_of is sent as
// it was written.
func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{
		"SELECT ':as_of', :as_of -- :as_of", "WITH a AS (SELECT 1) SELECT 2;", `SELECT '\'', "\\", ` + "`a``b`", "/* :as_of", "((((", ") SELECT",
		"SELECT 1 /*!", "SELECT a--1", "WITH", "SELECT 'å' # ö\n;", "SELECT :as_of:as_of", "SELECT::as_of", "\\'",
	} {
		f.Add(seed)
	}
	moment := time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseQuery("q.sql", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "q.sql:") {
				t.Errorf("an error without file and line: %v", err)
			}
			return
		}
		sent := q.SQL(moment, time.UTC)
		written := strings.Join(q.parts, asOf)
		if !strings.HasPrefix(q.Text(), written) {
			t.Errorf("%q does not begin with %q", q.Text(), written)
		}
		// The sent statement has the same tokens, but for each :as_of six: CAST (
		// 'x' AS DATETIME ).
		before, err := lex("written.sql", written)
		if err != nil {
			t.Fatal(err)
		}
		after, err := lex("sent.sql", sent)
		if err != nil {
			t.Fatalf("sent %q: %v", sent, err)
		}
		if got, want := len(after), len(before)+5*(len(q.parts)-1); got != want {
			t.Errorf("sent %q: %d tokens, want %d", sent, got, want)
		}
	})
}
