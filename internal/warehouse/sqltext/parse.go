package sqltext

import (
	"strings"
)

// oneSelect ends the errors about what kind of statement a query is.
const oneSelect = "a query is one SELECT or WITH"

// timeFunctions are functions that give the server's own time, and whether
// they do so without parentheses.
var timeFunctions = map[string]bool{
	"NOW": false, "SYSDATE": false, "CURDATE": false, "CURTIME": false,
	"CURRENT_TIMESTAMP": true, "CURRENT_DATE": true, "CURRENT_TIME": true, "LOCALTIME": true, "LOCALTIMESTAMP": true,
	"UTC_TIMESTAMP": true, "UTC_DATE": true, "UTC_TIME": true,
}

// forbiddenFunctions are functions that a query may not call, and why.
var forbiddenFunctions = map[string]string{
	"GET_LOCK":          "takes a lock; a query only reads",
	"RELEASE_LOCK":      "releases a lock; a query only reads",
	"RELEASE_ALL_LOCKS": "releases locks; a query only reads",
	"LOAD_FILE":         "reads the server's files; a query reads tables",

	"NEXTVAL": takesFromSequence,
	"SETVAL":  "sets a sequence; a query only reads",
	"LASTVAL": readsSessionSequence,

	"MASTER_POS_WAIT":                   waitsForReplication,
	"SOURCE_POS_WAIT":                   waitsForReplication,
	"MASTER_GTID_WAIT":                  waitsForReplication,
	"WAIT_FOR_EXECUTED_GTID_SET":        waitsForReplication,
	"WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS": waitsForReplication,
}

const (
	takesFromSequence    = "takes a number from a sequence; a query only reads"
	readsSessionSequence = "depends on earlier use of the connection; a query reads tables"
	waitsForReplication  = "waits for replication and keeps its connection busy; a query reads tables"
)

// ParseQuery reads one query. It refuses what is not one statement that only
// reads, what different servers read differently, and what depends on another
// moment than :as_of. file names the query in errors, which carry the line.
func ParseQuery(file, text string) (Query, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	tokens, err := lex(file, text)
	if err != nil {
		return Query{}, err
	}
	body, tokens, err := singleStatement(file, text, tokens)
	if err != nil {
		return Query{}, err
	}
	if first := mainKeyword(tokens); !first.isWord("SELECT") {
		return Query{}, errorAt(file, first.line, "%q is not allowed; %s", first.text, oneSelect)
	}
	q := Query{file: file, text: text}
	rest := 0
	for i, t := range tokens {
		if err := checkToken(file, tokens, i); err != nil {
			return Query{}, err
		}
		if t.kind == placeholderToken {
			q.parts = append(q.parts, body[rest:t.offset])
			rest = t.offset + len(asOf)
		}
	}
	q.parts = append(q.parts, body[rest:])
	return q, nil
}

// singleStatement gives the text and the tokens without the semicolon that may
// end them, and refuses what stands behind it.
func singleStatement(file, text string, tokens []token) (string, []token, error) {
	for i, t := range tokens {
		if !t.isSymbol(";") {
			continue
		}
		if i+1 < len(tokens) {
			return "", nil, errorAt(file, tokens[i+1].line, "a second statement begins here; %s", oneSelect)
		}
		text, tokens = text[:t.offset], tokens[:i]
		break
	}
	if len(tokens) == 0 {
		return "", nil, errorAt(file, 1, "empty; %s", oneSelect)
	}
	return text, tokens, nil
}

// mainKeyword is the keyword that says what the statement does: the first one,
// or after WITH the first outside of the common table expressions.
func mainKeyword(tokens []token) token {
	depth, with := 0, false
	for i, t := range tokens {
		switch {
		case t.isSymbol("("):
			depth++
		case t.isSymbol(")"):
			depth--
		case !with && t.isWord("WITH"):
			with, depth = true, 0
		case !with:
			return t
		case depth == 0 && t.kind == wordToken && !tokens[i-1].isSymbol("."):
			switch strings.ToUpper(t.text) {
			case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "TABLE", "VALUES":
				return t
			}
		}
	}
	// There are only parentheses, or the SELECT stands within them. The server
	// decides, in a transaction that only reads.
	return token{kind: wordToken, text: "SELECT", line: 1}
}

// checkToken refuses token i if a query may not have it there.
func checkToken(file string, tokens []token, i int) error {
	switch t := tokens[i]; t.kind {
	case placeholderToken:
		if t.text != asOf {
			return errorAt(file, t.line, "%s is unknown; a query may use %s", t.text, asOf)
		}
	case symbolToken:
		switch t.text {
		case "?":
			return errorAt(file, t.line, `"?" has no value here; a query may use %s`, asOf)
		case "@", ":=":
			return errorAt(file, t.line, "%q is for variables, which keep their value from one query to the next; use none", t.text)
		}
	case wordToken, quotedToken:
		return checkName(file, tokens, i)
	}
	return nil
}

// checkName refuses functions and keywords that a query may not use.
func checkName(file string, tokens []token, i int) error {
	t, next := tokens[i], tokens[i+1:]
	name := strings.ToUpper(strings.Trim(t.text, "`"))
	call := follows(next, "(")
	// In backticks or after a full stop this is the name of a column, whatever
	// it means elsewhere. A function can be called that way too.
	isName := t.kind == quotedToken || i > 0 && tokens[i-1].isSymbol(".")
	if isName && !call {
		return nil
	}
	if bare, ok := timeFunctions[name]; ok && (bare || call) {
		return errorAt(file, t.line, "%q gives the server's own time; use %s", t.text, asOf)
	}
	if name == "UNIX_TIMESTAMP" && follows(next, "(", ")") {
		return errorAt(file, t.line, `"%s()" gives the server's own time; use %s`, t.text, asOf)
	}
	if why, ok := forbiddenFunctions[name]; ok && call {
		return errorAt(file, t.line, "%q %s", t.text, why)
	}
	if isName {
		return nil
	}
	switch {
	case name == "NEXT" && follows(next, "VALUE", "FOR"):
		return errorAt(file, t.line, "%q %s", phrase(tokens[i:i+3]), takesFromSequence)
	case name == "PREVIOUS" && follows(next, "VALUE", "FOR"):
		return errorAt(file, t.line, "%q %s", phrase(tokens[i:i+3]), readsSessionSequence)
	case name == "INTO":
		return errorAt(file, t.line, "%q writes; a query only reads", t.text)
	case name == "FOR" && (follows(next, "UPDATE") || follows(next, "SHARE")),
		name == "LOCK" && follows(next, "IN", "SHARE"):
		return errorAt(file, t.line, "%q takes locks; a query only reads", phrase(tokens[i:i+2]))
	}
	return nil
}

// follows reports whether tokens begin with these keywords and symbols.
func follows(tokens []token, want ...string) bool {
	if len(tokens) < len(want) {
		return false
	}
	for i, w := range want {
		if !tokens[i].isWord(w) && !tokens[i].isSymbol(w) {
			return false
		}
	}
	return true
}

// phrase is the tokens as they are written, a space apart.
func phrase(tokens []token) string {
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.text
	}
	return strings.Join(words, " ")
}
