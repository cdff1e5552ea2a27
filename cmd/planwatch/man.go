package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newMan is hidden: it is for those who make packages.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual pages of all commands",
		Long:   "Writes planwatch.1 and a page of each command to DIR, which is made if it is missing. The date in them\nis that of the environment variable SOURCE_DATE_EPOCH, or today.",
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			cmd.Root().DisableAutoGenTag = true
			if err := doc.GenManTree(cmd.Root(), &doc.GenManHeader{Section: "1", Source: "planwatch", Manual: "planwatch"}, args[0]); err != nil {
				return err
			}
			pages, err := filepath.Glob(filepath.Join(args[0], "planwatch*.1"))
			if err != nil {
				return err
			}
			for _, page := range pages {
				sections := exitStatusSection
				if slices.Contains([]string{"planwatch.1", "planwatch-" + serveName + ".1"}, filepath.Base(page)) {
					sections += serviceSections
				}
				if err := addSections(page, sections); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// The sections that a manual page has beside those of the library.
const (
	exitStatusSection = `.SH EXIT STATUS
.TP
0
What was asked for was done.
.TP
1
Something is wrong, and is printed: the configuration has a fault, a collector has failed, a file is not as generated.
.TP
2
It could not run; standard error says why.

`
	serviceSections = `.SH ENVIRONMENT
Every key of planwatch.yaml can be set by a variable, PLANWATCH_ and the key's path in capitals: PLANWATCH_LOG_LEVEL sets log.level. A flag comes before a variable, and a variable before the file.
.SH FILES
Those of the packages' service:
.TP
/etc/planwatch
The region. planwatch init writes one to start from.
.TP
/etc/planwatch-secrets
Passwords, as files for password_file.
.TP
/etc/default/planwatch
ARGS, more flags for serve, and variables.
.TP
/var/lib/planwatch
What planwatch keeps: PLANWATCH_STORAGE_PATH of the unit, which /etc/default/planwatch or --storage.path in ARGS may set otherwise.

`
)

// addSections adds sections to a manual page, before the last.
func addSections(page, sections string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, after, found := bytes.Cut(text, []byte("\n.SH SEE ALSO"))
	if !found {
		return errors.New(page + ": has no section SEE ALSO")
	}
	return os.WriteFile(page, slices.Concat(before, []byte("\n"+sections+".SH SEE ALSO"), after), 0o644)
}
