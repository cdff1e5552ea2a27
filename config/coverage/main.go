// Coverage writes docs/coverage.md: what holds each paragraph of the sources of the
// built-in region, from the judgements beside them.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"planwatch/config"
	"planwatch/internal/genfiles"
)

// documents is the directory of the sources, relative to the repository's root.
const documents = "config/testdata/documents"

func main() {
	root := flag.String("root", ".", "planwatch's source directory")
	flag.Parse()
	if err := write(*root); err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

func write(root string) error {
	made, err := generate(root)
	if err != nil {
		return err
	}
	return genfiles.Write(root, []genfiles.File{made})
}

// generate makes the document; it is an error if the judgements do not hold.
func generate(root string) (genfiles.File, error) {
	region, err := config.Load("", nil)
	if err != nil {
		return genfiles.File{}, err
	}
	c, err := load(os.DirFS(filepath.Join(root, filepath.FromSlash(documents))), region)
	if err != nil {
		return genfiles.File{}, err
	}
	return genfiles.File{Path: file, Data: c.markdown(region)}, nil
}
