// Package alerts generates the alerting of a region from its definitions:
// Prometheus' rules with tests, runbooks, and Alertmanager's routing with its
// messages.
package alerts

import (
	"bytes"
	"errors"
	"fmt"
	"path"

	"github.com/goccy/go-yaml"

	"planwatch/alerts/message"
	"planwatch/alerts/routing"
	"planwatch/alerts/rules"
	"planwatch/alerts/ruletest"
	"planwatch/alerts/runbook"
	"planwatch/config"
	"planwatch/internal/genfiles"
)

// errNoOnCall is the error for a region without an on-call file.
var errNoOnCall = errors.New("alerts: the region has no oncall.yaml")

// Directory returns the directory of a region's generated files, relative to
// the repository's root.
func Directory(region *config.Region) string { return path.Join("alerts", region.Name) }

// The names of Alertmanager's configuration, and of the directory with the
// templates of messages.
const (
	AlertmanagerFile   = "alertmanager.yml"
	TemplatesDirectory = "templates"
)

// Owned returns the directories that hold only generated files.
func Owned(region *config.Region) []string {
	directory := Directory(region)
	return []string{directory + "/rules", directory + "/tests", directory + "/runbooks", directory + "/" + TemplatesDirectory}
}

// Generate makes every file under alerts for the region: rules, their tests,
// runbooks, Alertmanager's configuration and its templates. The same region
// gives the same bytes. Errors give the place in the configuration.
func Generate(region *config.Region) ([]genfiles.File, error) {
	if region.OnCall == nil {
		return nil, errNoOnCall
	}
	files := rules.Files(region)
	var made []genfiles.File
	for _, part := range []func(*config.Region, []rules.File) ([]genfiles.File, error){ruleFiles, testFiles, runbook.Generate, routingFile, templates} {
		part, err := part(region, files)
		if err != nil {
			return nil, err
		}
		made = append(made, part...)
	}
	for i := range made {
		made[i].Path = path.Join(Directory(region), made[i].Path)
	}
	return made, nil
}

func ruleFiles(region *config.Region, files []rules.File) ([]genfiles.File, error) {
	var made []genfiles.File
	for _, file := range files {
		data, err := document(region, file.RuleGroups)
		if err != nil {
			return nil, fmt.Errorf("rules of %s: %w", file.Domain, err)
		}
		made = append(made, genfiles.File{Path: "rules/" + file.Domain + ".yaml", Data: data})
	}
	return made, nil
}

func testFiles(region *config.Region, _ []rules.File) ([]genfiles.File, error) {
	var made []genfiles.File
	for _, d := range region.Collectors {
		tests, ok := ruletest.Of(region, d)
		if !ok {
			continue
		}
		data, err := document(region, tests)
		if err != nil {
			return nil, fmt.Errorf("rule tests of %s: %w", d.Collector, err)
		}
		made = append(made, genfiles.File{Path: "tests/" + d.Collector + ".yaml", Data: data})
	}
	return made, nil
}

func routingFile(region *config.Region, _ []rules.File) ([]genfiles.File, error) {
	data, err := document(region, routing.Configuration(region))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", AlertmanagerFile, err)
	}
	return []genfiles.File{{Path: AlertmanagerFile, Data: data}}, nil
}

// templates returns one file for each of the region's languages.
func templates(region *config.Region, _ []rules.File) ([]genfiles.File, error) {
	var made []genfiles.File
	for _, l := range region.Languages.All() {
		data, err := message.Templates(region, l)
		if err != nil {
			return nil, err
		}
		made = append(made, genfiles.File{Path: TemplatesDirectory + "/" + message.Name("tmpl", region.Languages, l), Data: data})
	}
	return made, nil
}

// encoding is how generated YAML is written.
var encoding = []yaml.EncodeOption{yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true), yaml.UseSingleQuote(true)}

// document returns v as YAML, after the notice that it is generated.
func document(region *config.Region, v any) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# %s\n", Notice(region))
	encoder := yaml.NewEncoder(&out, encoding...)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// Notice returns the first line of every generated file.
func Notice(region *config.Region) string {
	return genfiles.Notice(region.Name)
}
