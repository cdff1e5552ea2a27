package structure

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// parsed calls visit with every Go file of the program: neither tests nor what
// only tests and generators use.
func parsed(t *testing.T, visit func(name string, file *ast.File, set *token.FileSet)) {
	t.Helper()
	files := 0
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && name != "." || entry.Name() == "testdata" || name == "bin" || name == "tools" || name == "sample/generate"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || regexp.MustCompile(`^internal/[a-z]+test/`).MatchString(name):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, root+"/"+name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files++
		visit(name, file, set)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Fatalf("only %d files were read", files)
	}
}

// owned matches names that package naming owns.
var owned = regexp.MustCompile(`\b(planwatch|plan|kpi)_[a-z]+(_[a-z]+)*\b|\b(Watchdog|PlanwatchDown|SourceDown|CollectorFailing|DataStale|KPIMissing|TargetWithoutFigure|SnapshotNotSaved|ReplicaDown|MessageNotDelivered|FiguresNotPushed|ConfigReloadFailed|PlanExpiring)\b|OffPlan\b|ForecastMissesPlan\b|\b(alertname|alertstate|runbook_url|dashboard_url|summary_[a-z]+|title_[a-z]{2})\b|\bby \([a-z]|\bon \([a-z]|\bwithout \([a-z]`)

// Names of metrics, labels and alerts stand in package naming and nowhere else,
// so that one that changes there changes everywhere.
func TestNamesStandInOnePackage(t *testing.T) {
	parsed(t, func(name string, file *ast.File, set *token.FileSet) {
		if strings.HasPrefix(name, "internal/naming/") {
			return
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if field, ok := node.(*ast.Field); ok && field.Tag != nil {
				return false
			}
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			if found := owned.FindString(text); found != "" {
				t.Errorf("%s: %q stands in a literal; package naming owns it", set.Position(literal.Pos()), found)
			}
			return true
		})
	})
}

// regional matches what belongs to the first region, and to no Go.
var regional = regexp.MustCompile(`(?i)\b(norrbotten|sunderby|division|hospital|ward|wards|piteå|gällivare|kalix|kiruna|sek|mnkr|tkr)\b`)

// Nothing in Go knows the first region: neither its names nor its dimensions.
func TestGoKnowsNoRegion(t *testing.T) {
	parsed(t, func(name string, file *ast.File, set *token.FileSet) {
		if strings.HasPrefix(name, "sample/") {
			return
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.BasicLit:
				if found := regional.FindString(n.Value); found != "" && n.Kind == token.STRING {
					t.Errorf("%s: %q belongs to a region", set.Position(n.Pos()), found)
				}
			case *ast.Ident:
				if found := regional.FindString(n.Name); found != "" {
					t.Errorf("%s: %q belongs to a region", set.Position(n.Pos()), found)
				}
			}
			return true
		})
		for _, group := range file.Comments {
			if found := regional.FindString(group.Text()); found != "" {
				t.Errorf("%s: %q in a comment belongs to a region", set.Position(group.Pos()), found)
			}
		}
	})
}
