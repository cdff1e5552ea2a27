package main

import (
	"errors"
	"io/fs"
	"log/slog"

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
			"take for a formula begins with an apostrophe.",
		Args: cobra.NoArgs,
	}
	formatFlag(cmd, &formatName, comment.Formats())
	kept := storageFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		chosen, err := format.Parse(formatName, comment.Formats()...)
		if err != nil {
			return err
		}
		region, err := s.load(kept)
		if err != nil {
			return err
		}
		all, faults, err := comment.Read(region.Storage.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return errors.Join(comment.Write(output(cmd, chosen), all, chosen, region.Location), printFaults(cmd, faults))
	}
	return cmd
}

func newAudit(s *settings) *cobra.Command {
	var formatName string
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Show who has acknowledged, silenced and commented, and who was refused",
		Long: "Reads the audit log in storage.path, also while planwatch serves: the oldest first. Times\n" +
			"are by the system's clock.",
		Args: cobra.NoArgs,
	}
	formatFlag(cmd, &formatName, audit.Formats())
	kept := storageFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		chosen, err := format.Parse(formatName, audit.Formats()...)
		if err != nil {
			return err
		}
		region, err := s.load(kept)
		if err != nil {
			return err
		}
		entries, faults, err := audit.Read(region.Storage.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return errors.Join(audit.Write(output(cmd, chosen), entries, chosen, region.Location), printFaults(cmd, faults))
	}
	return cmd
}

// storageFlag adds the flag that serve has for where things are kept.
func storageFlag(cmd *cobra.Command) config.Overrides {
	cmd.Flags().String("storage.path", config.DefaultService().Storage.Path, "`directory` that planwatch keeps things in")
	return config.Overrides{"storage.path": cmd.Flags().Lookup("storage.path")}
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
