package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every message that planwatch logs stands in operations.md with its levels,
// and none stands there that it does not log.
func TestOperationsListsEveryLogMessage(t *testing.T) {
	rows := tables(t, "operations.md", "message")
	logged := map[string]map[string]bool{} // levels by message
	for _, call := range logCalls(t) {
		if logged[call.message] == nil {
			logged[call.message] = map[string]bool{}
		}
		logged[call.message][call.level] = true
		if _, ok := rows[call.message]; !ok {
			t.Errorf("%s: operations.md does not list the log message %q", call.at, call.message)
		}
	}
	if len(logged) == 0 {
		t.Fatal("no log calls found")
	}
	for message, row := range rows {
		levels := logged[message]
		if levels == nil {
			t.Errorf("operations.md lists the log message %q, which is not logged", message)
			continue
		}
		documented := strings.Split(row.text["level"], ", ")
		slices.Sort(documented)
		if want := slices.Sorted(maps.Keys(levels)); !slices.Equal(documented, want) {
			t.Errorf("operations.md: %q is logged as %s, not as %s", message, strings.Join(want, ", "), row.text["level"])
		}
		for _, column := range []string{"when it comes", "what to do"} {
			if row.text[column] == "" {
				t.Errorf("operations.md: %q: the column %q is empty", message, column)
			}
		}
	}
}

// logCall is a call of a logger in the source.
type logCall struct{ at, message, level string }

var logMethod = regexp.MustCompile(`^(Debug|Info|Warn|Error)(Context)?$`)

// logCalls finds the calls of all that is named log or logger, and of
// receivers whose type embeds a slog.Logger, in all Go files but the tests.
func logCalls(t *testing.T) []logCall {
	t.Helper()
	positions := token.NewFileSet()
	files := goFiles(t, positions)
	embedding := embeddingLogger(files)
	var calls []logCall
	for _, file := range files {
		for _, declaration := range file.Decls {
			receiver := ""
			if method, ok := declaration.(*ast.FuncDecl); ok {
				receiver = receiverOf(method, embedding)
			}
			ast.Inspect(declaration, func(node ast.Node) bool {
				call, ok := node.(*ast.CallExpr)
				if !ok {
					return true
				}
				selector, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || !logMethod.MatchString(selector.Sel.Name) || !isLogger(selector.X, receiver) {
					return true
				}
				level, withContext := strings.CutSuffix(selector.Sel.Name, "Context")
				arguments := call.Args
				if withContext {
					arguments = arguments[1:]
				}
				at := positions.Position(call.Pos()).String()
				literal, ok := arguments[0].(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					t.Errorf("%s: the message of a log call is no literal, so operations.md cannot be held to it", at)
					return true
				}
				message, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatalf("%s: %v", at, err)
				}
				calls = append(calls, logCall{at, message, strings.ToLower(level)})
				return true
			})
		}
	}
	return calls
}

// goFiles parses planwatch's own source.
func goFiles(t *testing.T, positions *token.FileSet) []*ast.File {
	t.Helper()
	var files []*ast.File
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", "bin", "testdata", "tools"}, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(positions, path, nil, parser.SkipObjectResolution)
		files = append(files, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// embeddingLogger are the names of the types that embed a slog.Logger.
func embeddingLogger(files []*ast.File) map[string]bool {
	names := map[string]bool{}
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			declared, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			structure, ok := declared.Type.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range structure.Fields.List {
				if len(field.Names) == 0 && types.ExprString(field.Type) == "*slog.Logger" {
					names[declared.Name.Name] = true
				}
			}
			return true
		})
	}
	return names
}

// receiverOf is the name of the method's receiver, if its type is among the
// named.
func receiverOf(method *ast.FuncDecl, named map[string]bool) string {
	if method.Recv == nil || len(method.Recv.List[0].Names) == 0 {
		return ""
	}
	receiver := method.Recv.List[0]
	if !named[strings.TrimPrefix(types.ExprString(receiver.Type), "*")] {
		return ""
	}
	return receiver.Names[0].Name
}

// isLogger tells whether an expression is named log or logger, or is the
// receiver.
func isLogger(x ast.Expr, receiver string) bool {
	switch x := x.(type) {
	case *ast.Ident:
		name := strings.ToLower(x.Name)
		return strings.HasSuffix(name, "log") || strings.HasSuffix(name, "logger") || x.Name == receiver
	case *ast.SelectorExpr:
		return isLogger(x.Sel, "")
	case *ast.CallExpr:
		// As in logger.With(...).Info.
		selector, ok := x.Fun.(*ast.SelectorExpr)
		return ok && strings.HasPrefix(selector.Sel.Name, "With") && isLogger(selector.X, receiver)
	}
	return false
}
