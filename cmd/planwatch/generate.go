package main

import (
	"errors"
	"fmt"
	"path"

	"github.com/spf13/cobra"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
	"planwatch/alerts/oncall"
	"planwatch/config"
	"planwatch/dashboards"
	"planwatch/dashboards/layout"
	"planwatch/internal/format"
	"planwatch/internal/genfiles"
	"planwatch/internal/kpisdoc"
)

//go:generate go run . generate ../..
//go:generate go run . generate --format prometheusrule ../../deploy/kubernetes/monitoring

func newGenerate(s *settings) *cobra.Command {
	var (
		checkOnly  bool
		formatName string
		object     alerts.Object
	)
	cmd := &cobra.Command{
		Use:   "generate [DIR]",
		Short: "Write what is generated from the definitions",
		Long: "Writes the files that follow from the definitions, the plan and the on-call settings to DIR,\n" +
			"by default the working directory. With --check it writes nothing, lists each file that is not\n" +
			"what it should be, and exits with 1 if there is one.\n\n" +
			"With --format prometheusrule it prints the alert rules for prometheus-operator, as PrometheusRule\n" +
			"objects; with DIR it writes them to prometheusrules.yaml there.\n\n" +
			"With several regions, as serve has them, links lead to each under its name, and the rules of\n" +
			"each ask for series with its label region.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen, err := format.Parse(formatName, generateFormats...)
			if err != nil {
				return err
			}
			if chosen != format.PrometheusRule && (object.Namespace != "" || len(object.Labels) > 0) {
				return errors.New("--namespace and --label are for --format prometheusrule")
			}
			if chosen == format.PrometheusRule && len(args) == 0 && checkOnly {
				return errors.New("--check: name the directory of prometheusrules.yaml")
			}
			root := "."
			if len(args) > 0 {
				root = args[0]
			}
			regions, err := s.loadAll(nil)
			if err != nil {
				return err
			}
			if chosen == format.PrometheusRule {
				manifests, err := manifestsOf(regions, object)
				if err != nil {
					return err
				}
				if len(args) == 0 {
					_, err := output(cmd, chosen).Write(manifests)
					return err
				}
				return writeGenerated(cmd, root, []genfiles.File{{Path: prometheusRules, Data: manifests}}, nil, checkOnly)
			}
			var files []genfiles.File
			var owned []string
			for _, region := range regions {
				note := func(text string) { _, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: %s%s\n", of(region), text) }
				made, directories, err := generate(region, note)
				if err != nil {
					return fmt.Errorf("%s%w", of(region), err)
				}
				files, owned = append(files, made...), append(owned, directories...)
			}
			return writeGenerated(cmd, root, files, owned, checkOnly)
		},
	}
	formatFlag(cmd, &formatName, generateFormats)
	cmd.Flags().StringVar(&object.Namespace, "namespace", "", "the `namespace` of Kubernetes objects (default: that of whoever applies them)")
	cmd.Flags().StringToStringVar(&object.Labels, "label", nil, "a `name=value` that Kubernetes objects carry, as a Prometheus may choose its rules by; repeatable")
	cmd.Flags().BoolVar(&checkOnly, "check", false, "only list what is out of date")
	return cmd
}

// of says which region is meant, where there are several.
func of(region *config.Region) string {
	if !region.Beside {
		return ""
	}
	return "region " + region.Name + ": "
}

// manifestsOf are the alert rules of all regions, as one stream of YAML documents.
func manifestsOf(regions []*config.Region, object alerts.Object) ([]byte, error) {
	var all []byte
	for i, region := range regions {
		manifests, err := alerts.PrometheusRules(region, object)
		if err != nil {
			return nil, fmt.Errorf("%s%w", of(region), err)
		}
		if i > 0 {
			all = append(all, "---\n"...)
		}
		all = append(all, manifests...)
	}
	return all, nil
}

// generateFormats are those of generate.
var generateFormats = []format.Format{format.Files, format.PrometheusRule}

// prometheusRules is the file of the PrometheusRule objects.
const prometheusRules = "prometheusrules.yaml"

// writeGenerated writes the files, or only lists those that differ.
func writeGenerated(cmd *cobra.Command, root string, files []genfiles.File, owned []string, checkOnly bool) error {
	if !checkOnly {
		return genfiles.Write(root, files, owned...)
	}
	drifts, err := genfiles.Check(root, files, owned...)
	if err != nil {
		return err
	}
	for _, drift := range drifts {
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), drift)
	}
	if len(drifts) > 0 {
		return errFoundWrong
	}
	return nil
}

// generate makes every file that is generated from the region, and returns the
// directories that hold only such files. It calls note for
// what is not generated because a file is missing.
func generate(region *config.Region, note func(string)) (files []genfiles.File, owned []string, err error) {
	document := kpisdoc.Generate(region)
	if region.Beside {
		document.Path = path.Join("docs", "kpis", region.Name+".md")
	}
	files = append(files, document)
	if region.Dashboards == nil {
		note("no " + layout.File + ": no dashboards are generated")
	} else {
		boards, err := dashboards.Generate(region)
		if err != nil {
			return nil, nil, err
		}
		files, owned = append(files, boards...), append(owned, dashboards.Owned(region)...)
	}
	if region.OnCall == nil {
		note("no " + oncall.File + ": no alerts are generated")
		return files, owned, nil
	}
	if err := region.OnCall.CheckWritten(); err != nil {
		return nil, nil, err
	}
	made, err := alerts.Generate(region)
	if err != nil {
		return nil, nil, err
	}
	if err := evaluator.Check(evaluator.RuleFiles(made)); err != nil {
		return nil, nil, err
	}
	return append(files, made...), append(owned, alerts.Owned(region)...), nil
}
