package structure

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"planwatch/internal/language"
)

// inTemplate matches a message's key in a template: {{ .Say "Alerts" }} and
// [[ say "Alerts" ]].
var inTemplate = regexp.MustCompile(`(?:\.Say|\bsay) "((?:[^"\\]|\\.)*)"`)

// used are the literals that may be keys of messages: every string literal of
// the program, since a key may be kept in a table before it is said, and those
// in templates. said are those that Say is called with.
func used(t *testing.T) (literals map[string]bool, said map[string]string) {
	t.Helper()
	literals, said = map[string]bool{}, map[string]string{}
	parsed(t, func(_ string, file *ast.File, set *token.FileSet) {
		ast.Inspect(file, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					literals[text] = true
				}
			case *ast.CallExpr:
				selector, ok := n.Fun.(*ast.SelectorExpr)
				if !ok || selector.Sel.Name != "Say" && selector.Sel.Name != "say" || len(n.Args) == 0 {
					return true
				}
				if literal, ok := n.Args[0].(*ast.BasicLit); ok {
					key, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					said[key] = set.Position(literal.Pos()).String()
				}
			}
			return true
		})
	})
	for _, pattern := range []string{"internal/web/templates/*", "alerts/message/*.tmpl"} {
		names, err := fs.Glob(os.DirFS(root), pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("no templates in %s: %v", pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(root + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range inTemplate.FindAllStringSubmatch(string(data), -1) {
				key, err := strconv.Unquote(`"` + m[1] + `"`)
				if err != nil {
					t.Fatal(err)
				}
				literals[key], said[key] = true, name
			}
		}
	}
	return literals, said
}

// generated are keys that are made rather than written: names of days and
// months, which package time gives.
var generated = regexp.MustCompile(`^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$|^(January|February|March|April|May|June|July|August|September|October|November|December)$`)

// Every message that planwatch says has a translation, and every translation is
// of a message that it says.
func TestMessages(t *testing.T) {
	keys, err := language.Keys()
	if err != nil {
		t.Fatal(err)
	}
	literals, said := used(t)
	for key, place := range said {
		if _, found := slices.BinarySearch(keys, key); !found {
			t.Errorf("%s: message %q is in no internal/language/*/*.yaml", place, key)
		}
	}
	for _, key := range keys {
		if !literals[key] && !generated.MatchString(key) {
			t.Errorf("internal/language: nothing says %q", key)
		}
	}
	if len(said) < 100 {
		t.Errorf("only %d messages were found", len(said))
	}
}

// No shipped language but English may lack a message.
func TestShippedLanguagesAreWhole(t *testing.T) {
	for _, code := range language.Shipped() {
		if code == "en" {
			continue // the keys are English
		}
		missing, err := language.Untranslated(code)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range missing {
			t.Errorf("%s: no message %q", code, key)
		}
	}
}

// Texts that users see are data. In Go no literal has a letter that English
// does not have.
func TestGoSpeaksEnglish(t *testing.T) {
	foreign := regexp.MustCompile(`[\p{L}]`)
	parsed(t, func(name string, file *ast.File, set *token.FileSet) {
		if strings.HasPrefix(name, "internal/calendar/") || strings.HasPrefix(name, "sample/") || name == "plan/fromtable.go" {
			return // names of holidays; letters that ids are made without
		}
		ast.Inspect(file, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			for _, letter := range foreign.FindAllString(literal.Value, -1) {
				if letter > "\x7f" {
					t.Errorf("%s: %s has the letter %s", set.Position(literal.Pos()), literal.Value, letter)
					break
				}
			}
			return true
		})
	})
}
