package packages

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	fenced       = regexp.MustCompile("(?ms)^```.*?\n```$")
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// elsewhere are the kinds of links that lead out of a package, to the repository.
var elsewhere = map[string]*regexp.Regexp{
	"pictures of the dashboards, which are larger than all the rest": regexp.MustCompile(`^docs/dashboards/[a-z]+\.png$`),
	"how planwatch itself is changed":                                regexp.MustCompile(`^(CONTRIBUTING\.md|tools/.*|.*\.go)$`),
}

// Whoever has a package only can follow the links of its documents.
func TestLinksLeadToFilesOfThePackage(t *testing.T) {
	const documents = "/usr/share/doc/planwatch"
	for _, test := range []struct {
		pattern string
		files   func(t *testing.T, file string) map[string]bool
	}{
		{"planwatch_*_linux_amd64.tar.gz", filesOfArchive},
		{"planwatch-sample_*_linux_amd64.tar.gz", filesOfArchive},
		{"planwatch_*_amd64.deb", func(t *testing.T, file string) map[string]bool {
			t.Helper()
			return filesOfTar(t, bytes.NewReader(output(t, "dpkg-deb", "--fsys-tarfile", file)), "."+documents)
		}},
		{"planwatch-*.x86_64.rpm", func(t *testing.T, file string) map[string]bool {
			t.Helper()
			files := map[string]bool{}
			for name := range strings.Lines(string(output(t, "rpm", "--query", "--package", "--list", file))) {
				if below, ok := strings.CutPrefix(strings.TrimSpace(name), documents+"/"); ok {
					files[below] = true
				}
			}
			return files
		}},
	} {
		t.Run(test.pattern, func(t *testing.T) {
			files := test.files(t, filepath.Join(repository(t), "dist", one(t, test.pattern)))
			followed, used := 0, map[string]bool{}
			for document := range files {
				if path.Ext(document) != ".md" {
					continue
				}
				for _, target := range links(t, document) {
					if files[target] {
						followed++
						continue
					}
					kind := ""
					for name, pattern := range elsewhere {
						if pattern.MatchString(target) {
							kind = name
						}
					}
					used[kind] = true
					if kind == "" {
						t.Errorf("%s leads to %s, which the package has not", document, target)
					}
				}
			}
			for kind := range elsewhere {
				if !used[kind] {
					t.Errorf("no link is of the kind %q", kind)
				}
			}
			if followed == 0 {
				t.Error("no link leads to a file of the package")
			}
			for _, file := range []string{"docs/schema/targets.schema.json", "internal/warehouse/schema.sql", "LICENSE", "alerts/norrbotten/runbooks/en/SourceDown.md", "deploy/kubernetes/base/statefulset.yaml"} {
				if !files[file] {
					t.Errorf("no %s", file)
				}
			}
		})
	}
}

// links are the files of the repository that a document links to.
func links(t *testing.T, document string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository(t), document))
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, match := range markdownLink.FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1) {
		target, _, _ := strings.Cut(match[1], "#")
		if target != "" && !strings.Contains(target, "://") {
			targets = append(targets, path.Join(path.Dir(document), target))
		}
	}
	slices.Sort(targets)
	return slices.Compact(targets)
}

func filesOfArchive(t *testing.T, file string) map[string]bool {
	t.Helper()
	data, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = data.Close() }()
	compressed, err := gzip.NewReader(data)
	if err != nil {
		t.Fatal(err)
	}
	return filesOfTar(t, compressed, strings.TrimSuffix(filepath.Base(file), ".tar.gz"))
}

// filesOfTar are the files and links below a directory.
func filesOfTar(t *testing.T, data io.Reader, directory string) map[string]bool {
	t.Helper()
	files := map[string]bool{}
	for reader := tar.NewReader(data); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if below, ok := strings.CutPrefix(header.Name, directory+"/"); ok && header.Typeflag != tar.TypeDir {
			files[below] = true
		}
	}
}

func output(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return out
}
