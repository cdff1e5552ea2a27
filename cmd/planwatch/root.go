package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/hangup"
)

// settings are the flags of all commands.
type settings struct {
	// dirs are the regions' directories; none is the built-in region.
	dirs []string
}

// newRoot is the command that the arguments are then given to.
func newRoot(args []string) *cobra.Command {
	var s settings
	root := &cobra.Command{
		Use:           "planwatch",
		Short:         "A health region's plan, held against its figures",
		Long:          "planwatch reads a health region's warehouse on a schedule, computes its key figures,\nand exposes them to Prometheus. Without --config it runs the region that is compiled\nin, on a sample warehouse.",
		Version:       versionText(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetVersionTemplate("{{ .Version }}")
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		if cmd.Name() != serveName {
			hangup.Release()
		}
	}
	root.PersistentFlags().StringArrayVar(&s.dirs, configFlag, nil, "the region's `directory` (default: the one compiled in); serve, check, generate, comments and audit take several, repeated")
	_ = root.MarkPersistentFlagDirname(configFlag) // there is one of that name
	root.AddCommand(newServe(&s), newCollect(&s), newAlerts(&s), newComments(&s), newAudit(&s), newReport(&s, dimensionsIn(args)), newActivities(&s), newRisks(&s), newBackfill(&s), newCheck(&s), newGenerate(&s), newInit(), newVersion(), newMan())
	root.CompletionOptions.HiddenDefaultCmd = true
	return root
}

// areSeveral reports whether the flags name several regions.
func (s *settings) areSeveral() bool { return len(s.dirs) > 1 }

// load reads the region that the flags name.
func (s *settings) load(overrides config.Overrides) (*config.Region, error) {
	switch len(s.dirs) {
	case 0:
		return config.Load("", overrides)
	case 1:
		return config.Load(s.dirs[0], overrides)
	}
	return nil, fmt.Errorf("--%s: %d regions are given, and this is of one at a time", configFlag, len(s.dirs))
}

// loadAll reads the regions that the flags name; of several, all as they are beside one
// another, also where the error is of one that could not be loaded.
func (s *settings) loadAll(overrides config.Overrides) ([]*config.Region, error) {
	if !s.areSeveral() {
		region, err := s.load(overrides)
		if err != nil {
			return nil, err
		}
		return []*config.Region{region}, nil
	}
	several, err := config.LoadSeveral(s.dirs, overrides)
	if err != nil {
		return nil, err
	}
	var regions []*config.Region
	var faults []error
	for _, place := range several.Places {
		if place.Err != nil {
			faults = append(faults, fmt.Errorf("region %s: %w", place.Name, place.Err))
			continue
		}
		regions = append(regions, place.Region)
	}
	return regions, errors.Join(faults...)
}

// printNotices prints what is valid and may not be meant.
func printNotices(cmd *cobra.Command, notices []string) {
	for _, notice := range notices {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: %s\n", notice)
	}
}
