package sqltext

// Statement is one statement of several in a file.
type Statement struct {
	// Text is the statement without the semicolon that ends it.
	Text string
	// Line is where it begins, from 1.
	Line   int
	tokens []token
}

// Statements splits a text at its semicolons. Statements with nothing in them
// but comments are left out. file names the text in errors, which carry the
// line.
func Statements(file, text string) ([]Statement, error) {
	tokens, err := lex(file, text)
	if err != nil {
		return nil, err
	}
	var statements []Statement
	begin := 0 // the first token of the statement
	add := func(end, offset int) {
		if begin < end {
			first := tokens[begin]
			statements = append(statements, Statement{text[first.offset:offset], first.line, tokens[begin:end]})
		}
		begin = end + 1
	}
	for i, t := range tokens {
		if t.isSymbol(";") {
			add(i, t.offset)
		}
	}
	add(len(tokens), len(text))
	return statements, nil
}

// FirstWord is what the statement begins with.
func (s Statement) FirstWord() string { return s.tokens[0].text }

// BeginsWith reports whether the statement begins with these keywords.
func (s Statement) BeginsWith(keywords ...string) bool { return follows(s.tokens, keywords...) }
