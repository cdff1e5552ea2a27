package evaluator

import (
	"errors"
	"fmt"
	"log/slog"
	"path"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"planwatch/internal/genfiles"
)

// RuleFile is one file of rules, in Prometheus' form.
type RuleFile struct {
	Name string
	Data []byte
}

// RuleFiles returns the generated files that hold rules: those in a directory
// named rules.
func RuleFiles(files []genfiles.File) []RuleFile {
	var rules []RuleFile
	for _, file := range files {
		if path.Base(path.Dir(file.Path)) == "rules" {
			rules = append(rules, RuleFile{Name: file.Path, Data: file.Data})
		}
	}
	return rules
}

// Check parses the rules as Prometheus does, and returns the errors.
func Check(rules []RuleFile) error {
	l := &loader{files: map[string][]byte{}, parser: parser.NewParser(parser.Options{}), logger: slog.New(slog.DiscardHandler)}
	var faults []error
	for _, file := range rules {
		l.files[file.Name] = file.Data
		if _, wrong := l.Load(file.Name, false, model.LegacyValidation); len(wrong) > 0 {
			faults = append(faults, fmt.Errorf("%s: %w", file.Name, errors.Join(wrong...)))
		}
	}
	return errors.Join(faults...)
}

// scrapesPerEvaluation is how many scrapes there are to an evaluation, unless a
// group is to be evaluated more often.
const scrapesPerEvaluation = 4

// loader loads rule files from memory.
type loader struct {
	files map[string][]byte
	// scrapes is the time between scrapes; zero leaves the groups' intervals.
	scrapes time.Duration
	parser  parser.Parser
	logger  *slog.Logger
}

// Load implements rules.GroupLoader.
func (l *loader) Load(name string, ignoreUnknownFields bool, scheme model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	parsed, faults := rulefmt.Parse(l.files[name], ignoreUnknownFields, scheme, l.parser, l.logger)
	if parsed == nil || l.scrapes == 0 {
		return parsed, faults
	}
	for i, group := range parsed.Groups {
		// Where figures are sampled more often than usual, rules see that.
		if often := model.Duration(scrapesPerEvaluation * l.scrapes); often < group.Interval {
			parsed.Groups[i].Interval = often
		}
	}
	return parsed, faults
}

// Parse implements rules.GroupLoader.
func (l *loader) Parse(query string) (parser.Expr, error) { return l.parser.ParseExpr(query) }
