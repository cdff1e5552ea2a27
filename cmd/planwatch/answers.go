package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/audit"
	"planwatch/internal/comment"
	"planwatch/internal/format"
)

// answers is what people have said and done about alerts, while serve keeps it.
type answers struct {
	comments *comment.Log
	audit    *audit.Log
}

// openAnswers opens both in the storage directory, which the exporter holds.
func openAnswers(directory string, logger *slog.Logger) (*answers, error) {
	comments, err := comment.Open(directory, logger)
	if err != nil {
		return nil, err
	}
	log, err := audit.Open(directory, logger)
	if err != nil {
		return nil, errors.Join(err, comments.Close())
	}
	return &answers{comments, log}, nil
}

func (a *answers) close(logger *slog.Logger) {
	if err := errors.Join(a.comments.Close(), a.audit.Close()); err != nil {
		logger.Error("comments or the audit log not closed", "err", err)
	}
}

func newComments(s *settings) *cobra.Command {
	var formatName string
	cmd := &cobra.Command{
		Use:   "comments",
		Short: "Show what people have said of KPIs, targets and events",
		Long: "Reads the comments in storage.path, also while planwatch serves: the oldest first, with\n" +
			"who wrote them, when, and what they are about. In CSV, a cell that a spreadsheet would\n" +
			"take for a formula begins with an apostrophe. Of several regions, each line says which\n" +
			"it is of.",
		Args: cobra.NoArgs,
	}
	formatFlag(cmd, &formatName, comment.Formats())
	kept := storageFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		chosen, err := format.Parse(formatName, comment.Formats()...)
		if err != nil {
			return err
		}
		each, faults, failed := readKept(s, kept, comment.FileName, comment.Read)
		if len(each) == 0 {
			return failed
		}
		if !s.areSeveral() {
			err = comment.Write(output(cmd, chosen), each[0].all, chosen, each[0].region.Location)
			return told(cmd, faults, err)
		}
		var all []comment.OfRegion
		for _, k := range each {
			for _, c := range k.all {
				all = append(all, comment.OfRegion{Region: k.region.Name, Comment: c, Zone: k.region.Location})
			}
		}
		return told(cmd, faults, comment.WriteRegions(output(cmd, chosen), all, chosen), failed)
	}
	return cmd
}

func newAudit(s *settings) *cobra.Command {
	var formatName string
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Show who has acknowledged, silenced and commented, and who was refused",
		Long: "Reads the audit log in storage.path, also while planwatch serves: the oldest first. Times\n" +
			"are by the system's clock. Of several regions, each line says which it is of.",
		Args: cobra.NoArgs,
	}
	formatFlag(cmd, &formatName, audit.Formats())
	kept := storageFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		chosen, err := format.Parse(formatName, audit.Formats()...)
		if err != nil {
			return err
		}
		each, faults, failed := readKept(s, kept, audit.FileName, audit.Read)
		if len(each) == 0 {
			return failed
		}
		if !s.areSeveral() {
			err = audit.Write(output(cmd, chosen), each[0].all, chosen, each[0].region.Location)
			return told(cmd, faults, err)
		}
		var all []audit.OfRegion
		for _, k := range each {
			for _, e := range k.all {
				all = append(all, audit.OfRegion{Region: k.region.Name, Entry: e, Zone: k.region.Location})
			}
		}
		return told(cmd, faults, audit.WriteRegions(output(cmd, chosen), all, chosen), failed)
	}
	return cmd
}

// keptBy is all that a region keeps of something.
type keptBy[T any] struct {
	region *config.Region
	all    []T
}

// readKept reads a file in the storage of each region. Faults are what in them could not be
// read; the error is of regions that are not among those that are returned.
func readKept[T any](s *settings, overrides config.Overrides, file string, read func(directory string) ([]T, []error, error)) (each []keptBy[T], faults []error, err error) {
	regions, err := s.loadAll(overrides)
	failed := []error{err}
	for _, region := range regions {
		all, wrong, err := read(region.Storage.Path)
		if errors.Is(err, fs.ErrNotExist) {
			err = checkPlace(region, file)
		}
		if s.areSeveral() {
			for i := range wrong {
				wrong[i] = fmt.Errorf("region %s: %w", region.Name, wrong[i])
			}
			if err != nil {
				err = fmt.Errorf("region %s: %w", region.Name, err)
			}
		}
		faults = append(faults, wrong...)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		each = append(each, keptBy[T]{region, all})
	}
	return each, faults, errors.Join(failed...)
}

// checkPlace finds why a file is not in the storage, if that is because planwatch keeps
// things elsewhere: in another directory, or in one for each of several regions.
func checkPlace(region *config.Region, file string) error {
	if err := checkStorage(region); err != nil {
		return err
	}
	directory := filepath.Join(region.Storage.Path, region.Name)
	if _, err := os.Stat(filepath.Join(directory, file)); region.Beside || err != nil {
		return nil //nolint:nilerr // nothing is kept yet
	}
	return fmt.Errorf("%s: it has no %s, and %s has one, as where planwatch serves several regions: give --storage.path %s, or the --config of each", region.Storage.Path, file, directory, directory)
}

// checkStorage finds a storage directory that is not there.
func checkStorage(region *config.Region) error {
	if _, err := os.Stat(region.Storage.Path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: no such directory; give --storage.path as planwatch serves with it, which is /var/lib/planwatch in the packages", region.Storage.Path)
	}
	return nil
}

// told prints faults, and returns the errors, or that there are faults.
func told(cmd *cobra.Command, faults []error, errs ...error) error {
	wrong := printFaults(cmd, faults)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return wrong
}

const storagePath = "storage.path"

// storageFlag adds the flag that serve has for where things are kept.
func storageFlag(cmd *cobra.Command) config.Overrides {
	cmd.Flags().String(storagePath, config.DefaultService().Storage.Path, "`directory` that planwatch keeps things in")
	return config.Overrides{storagePath: cmd.Flags().Lookup(storagePath)}
}

// printFaults prints what could not be read.
func printFaults(cmd *cobra.Command, faults []error) error {
	for _, fault := range faults {
		printNotices(cmd, []string{fault.Error()})
	}
	if len(faults) > 0 {
		return errFoundWrong
	}
	return nil
}
