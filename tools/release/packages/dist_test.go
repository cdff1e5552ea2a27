// Package packages tries what `make package` has made in dist.
package packages

import (
	"archive/tar"
	"compress/gzip"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// An archive has the binary that its name says, and what belongs to it.
func TestArchives(t *testing.T) {
	for _, test := range []struct {
		name, arch string
		engine     bool
	}{
		{"planwatch", "amd64", false},
		{"planwatch", "arm64", false},
		{"planwatch-sample", "amd64", true},
		{"planwatch-sample", "arm64", true},
	} {
		t.Run(test.name+" "+test.arch, func(t *testing.T) {
			archive := one(t, test.name+"_*_linux_"+test.arch+".tar.gz")
			base := strings.TrimSuffix(archive, ".tar.gz")
			dir := t.TempDir()
			names := unpack(t, filepath.Join(repository(t), "dist", archive), dir, commitTime(t))
			for _, want := range []string{
				"planwatch", "LICENSE", "NOTICE", "README.md", "docs/operations.md", "man/planwatch.1.gz", "man/planwatch-serve.1.gz",
				"completions/planwatch.bash", "completions/planwatch.zsh", "completions/planwatch.fish", "systemd/planwatch.service",
			} {
				if !slices.Contains(names, base+"/"+want) {
					t.Errorf("no %s among %q", want, names)
				}
			}
			binary := filepath.Join(dir, base, "planwatch")
			checkBinary(t, binary, test.arch, test.engine)
			if test.arch != "amd64" {
				return
			}
			out, err := exec.Command(binary, "version").CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			_, version, _ := strings.Cut(strings.TrimSuffix(base, "_linux_amd64"), "_")
			if !strings.HasPrefix(string(out), "planwatch, version "+version+" ") {
				t.Errorf("the version is not %s but\n%s", version, out)
			}
		})
	}
}

// checkBinary holds a binary to how it should have been built.
func checkBinary(t *testing.T, path, arch string, engine bool) {
	t.Helper()
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	for key, want := range map[string]string{"GOOS": "linux", "GOARCH": arch, "CGO_ENABLED": "0", "-trimpath": "true"} {
		same(t, key, settings[key], want)
	}
	linked := false
	for _, module := range info.Deps {
		linked = linked || module.Path == "github.com/dolthub/go-mysql-server"
	}
	if linked != engine {
		t.Errorf("the embedded engine is linked: %t, want %t", linked, engine)
	}
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for _, section := range []string{".symtab", ".debug_info", ".interp"} {
		if file.Section(section) != nil {
			t.Errorf("section %s: not stripped, or not static", section)
		}
	}
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MB", float64(stat.Size())/1e6)
}

// unpack extracts an archive, and lists its files. All belong to root and have
// the time given.
func unpack(t *testing.T, archive, dir string, made time.Time) (names []string) {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	compressed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	for reader := tar.NewReader(compressed); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uname != "root" || header.Gname != "root" || !header.ModTime.Equal(made) {
			t.Errorf("%s: %s:%s, %s; want root:root, %s", header.Name, header.Uname, header.Gname, header.ModTime.UTC(), made.UTC())
		}
		if header.Typeflag != tar.TypeReg {
			t.Errorf("%s is no file", header.Name)
			continue
		}
		want := os.FileMode(0o644)
		if filepath.Base(header.Name) == "planwatch" {
			want = 0o755
		}
		same(t, "mode of "+header.Name, fmt.Sprint(header.FileInfo().Mode()), want.String())
		names = append(names, header.Name)
		if err := root.MkdirAll(filepath.Dir(header.Name), 0o755); err != nil {
			t.Fatal(err)
		}
		out, err := root.OpenFile(header.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, want)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(out, reader); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// commitTime is the time of what is checked out.
func commitTime(t *testing.T) time.Time {
	t.Helper()
	var seconds int64
	if _, err := fmt.Sscan(git(t, "log", "-1", "--format=%ct"), &seconds); err != nil {
		t.Fatal(err)
	}
	return time.Unix(seconds, 0)
}

func git(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.Command("git", args...)
	command.Dir = repository(t)
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return strings.TrimSpace(string(out))
}

// Whoever builds the same commit elsewhere gets the same bytes.
func TestReproducible(t *testing.T) {
	if changes := git(t, "status", "--porcelain"); changes != "" {
		t.Fatalf("only a commit can be built again; these are not committed:\n%s", changes)
	}
	elsewhere := filepath.Join(t.TempDir(), "a directory of another name")
	git(t, "clone", "--quiet", "--no-hardlinks", ".", elsewhere)
	again := exec.Command("bash", "-c", "umask 077; exec tools/release/package")
	again.Dir = elsewhere
	again.Env = append(os.Environ(), "TZ=Pacific/Auckland", "LC_ALL=C")
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	first := checksums(t, filepath.Join(repository(t), "dist"))
	second := checksums(t, filepath.Join(elsewhere, "dist"))
	if len(first) != 12 {
		t.Errorf("%d files, want 4 archives, 4 packages and 4 SBOMs: %q", len(first), first)
	}
	for name, sum := range first {
		same(t, name, second[name], sum)
	}
	for name := range second {
		if first[name] == "" {
			t.Errorf("%s was made the second time only", name)
		}
	}
}

// checksums are those of SHA256SUMS, which must be right.
func checksums(t *testing.T, dist string) map[string]string {
	t.Helper()
	check := exec.Command("sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS")
	check.Dir = dist
	if out, err := check.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dist, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) != 2 {
			t.Fatalf("SHA256SUMS: %q", line)
		}
		sums[fields[1]] = fields[0]
	}
	return sums
}
