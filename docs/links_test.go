package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.+)$`)
	anchorTag    = regexp.MustCompile(`<a id="([^"]+)">`)
	fenced       = regexp.MustCompile("(?ms)^```.*?\n```$")
)

// Every link from one document to another leads to a file that is there, and
// to a heading or an anchor in it.
func TestLinksBetweenDocuments(t *testing.T) {
	links := 0
	found := map[string][]string{} // the anchors of each document
	for _, document := range documents(t) {
		found[document] = anchors(prose(t, document))
	}
	for document := range found {
		for _, match := range markdownLink.FindAllStringSubmatch(prose(t, document), -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			links++
			file := document
			if target != "" {
				file = filepath.Join(filepath.Dir(document), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: the link %s leads nowhere", document, match[1])
				continue
			}
			if anchor != "" && !slices.Contains(found[file], anchor) {
				t.Errorf("%s: the link %s leads to no heading or anchor", document, match[1])
			}
		}
	}
	if links == 0 {
		t.Fatal("no links found")
	}
}

// documents are all Markdown files but runbooks, which stand alone.
func documents(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", "bin", "testdata", "runbooks", "node_modules"}, entry.Name()):
			return fs.SkipDir
		case !entry.IsDir() && filepath.Ext(path) == ".md":
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// prose is a document without its blocks of code.
func prose(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return fenced.ReplaceAllString(string(text), "")
}

// anchors are those that GitHub gives the headings, and those written out.
func anchors(text string) []string {
	var all []string
	for _, match := range anchorTag.FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, match[1])
		for base, n := anchor, 1; slices.Contains(all, anchor); n++ {
			anchor = fmt.Sprintf("%s-%d", base, n)
		}
		all = append(all, anchor)
	}
	return all
}
