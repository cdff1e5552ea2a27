package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/course"
	"planwatch/internal/format"
	"planwatch/internal/history"
)

// keepsPast reports whether planwatch has kept figures of the past, so that little
// has to be asked for.
func keepsPast(region *config.Region) bool {
	_, err := os.Stat(filepath.Join(region.Storage.Path, history.FileName))
	return err == nil
}

// readPast makes the courses of the region's figures, seen from the moment: from
// what planwatch has kept, and for the rest from the warehouse. Where that cannot be
// read it says so, and there are none.
func readPast(cmd *cobra.Command, region *config.Region, moment time.Time) (book *course.Book) {
	tell := func(err error) {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: the past cannot be read, so the report compares with none: %v\n", err)
	}
	kept, err := history.OpenKept(cmd.Context(), region.Storage.Path)
	switch {
	case err == nil:
		defer func() { _ = kept.Close() }()
	case !errors.Is(err, fs.ErrNotExist):
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: what is kept of the past cannot be read, so the warehouse is asked for all of it: %v\n", err)
	}
	sources, err := region.OpenSources(cmd.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		tell(err)
		return nil
	}
	defer func() { _ = sources.Close() }()
	line := newProgressLine(cmd.ErrOrStderr())
	defer line.end()
	var asked momentsRead
	replay := history.NewReplay(region, sources, kept, func() {
		asked++
		line.show(asked.String())
	})
	book, err = course.New(cmd.Context(), region, replay, moment, false)
	if err != nil {
		tell(err)
		return nil
	}
	if failed := replay.Failed(); len(failed) > 0 {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: no past figures of %s; the first: %v\n", format.Count(len(failed), "moment"), failed[0])
	}
	return book
}

// momentsRead counts moments of the past that have been read.
type momentsRead int

func (n momentsRead) String() string {
	return "the past is read from the warehouse: " + format.Count(int(n), "moment")
}
