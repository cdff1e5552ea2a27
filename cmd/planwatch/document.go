package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/common/version"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"planwatch/config"
	"planwatch/internal/boardreport"
	"planwatch/internal/comment"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/storage"
	"planwatch/plan"
)

// reportFormats are those of the rows and those of the director's report.
func reportFormats() []format.Format { return append(report.Formats(), boardreport.Formats()...) }

// write prints the report in the format, or writes it to the file of --output.
func (f *reportFlags) write(cmd *cobra.Command, made *report.Report, chosen format.Format, l *language.Language) error {
	var text bytes.Buffer
	if boardreport.Has(chosen) {
		if made.Incomplete && !slices.ContainsFunc(made.Rows, func(row report.Row) bool { return row.Actual != nil }) {
			return errNoFigures
		}
		content, err := documentContent(cmd, made)
		if err != nil {
			return err
		}
		if err := boardreport.New(content, l).Write(&text, chosen); err != nil {
			return err
		}
	} else if err := made.Write(&text, chosen, l); err != nil {
		return err
	}
	if f.output != "" {
		if err := storage.Replace(f.output, text.Bytes()); err != nil {
			return fmt.Errorf("--output: %w", err)
		}
		return nil
	}
	_, err := text.WriteTo(output(cmd, chosen))
	return err
}

// errNoFigures keeps a report of nothing from being written over one of figures.
var errNoFigures = errors.New("no figure could be read, so there is no report to the board; nothing is written")

// checkOutput finds a file of --output that could not be written, before any figure is read.
func (f *reportFlags) checkOutput() error {
	if f.output == "" {
		return nil
	}
	if info, err := os.Stat(f.output); err == nil && info.IsDir() {
		return fmt.Errorf("--output: %s is a directory; name a file", f.output)
	}
	directory := filepath.Dir(f.output)
	if info, err := os.Stat(directory); err != nil {
		return fmt.Errorf("--output: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("--output: %s is no directory", directory)
	}
	return nil
}

// notForTerminals refuses to print on a terminal what is no text.
func (f *reportFlags) notForTerminals(cmd *cobra.Command, chosen format.Format) error {
	shown, ok := cmd.OutOrStdout().(*format.Visible)
	if !ok || !chosen.Binary() || f.output != "" {
		return nil
	}
	if file, ok := shown.Raw().(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return fmt.Errorf("--format %s: no text, so not for a terminal; name a file by --output", chosen)
	}
	return nil
}

// documentContent is the report with what stands beside it in the director's report.
func documentContent(cmd *cobra.Command, made *report.Report) (boardreport.Content, error) {
	reconciled, err := plan.Reconcile(made.Region.Plan.Tables, made.Region.Plan.Reconciliation)
	if err != nil {
		return boardreport.Content{}, err
	}
	c := boardreport.Content{Report: made, Plan: &reconciled, Version: version.Version}
	all, faults, err := comment.Read(made.Region.Storage.Path)
	switch {
	case err == nil && len(faults) > 0:
		printNotices(cmd, []string{fmt.Sprintf("%s left out; the first: %v", format.Count(len(faults), "comment"), faults[0])})
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		printNotices(cmd, []string{err.Error()})
	}
	c.Comments = boardreport.During(all, made, made.At, made.Region.NewClock())
	return c, nil
}

// lastReportIn is the end of the latest of the report dates before a moment; zero where
// there is none.
func lastReportIn(region *config.Region, at time.Time) time.Time {
	then, err := region.LastReport(at)
	if err != nil {
		return time.Time{}
	}
	return then
}
