package journal_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"planwatch/internal/journal"
)

type entry struct {
	Text string `json:"text"`
}

func texts(entries []entry) string {
	all := make([]string, len(entries))
	for i, e := range entries {
		all[i] = e.Text
	}
	return strings.Join(all, ",")
}

func open(t *testing.T, path string) (*journal.Journal[entry], journal.Opened[entry]) {
	t.Helper()
	j, found, err := journal.Open[entry](path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j, found
}

// What a kill leaves of a line is cut off, and what is whole stays.
func TestOpen(t *testing.T) {
	long := `{"text":"` + strings.Repeat("x", 70_000) + `"}`
	tests := []struct {
		name, content, entries string
		faults                 []string
		cut                    int64
	}{
		{"empty", "", "", nil, 0},
		{"whole lines", `{"text":"a"}` + "\n" + `{"text":"b"}` + "\n", "a,b", nil, 0},
		{"a torn line", `{"text":"a"}` + "\n" + `{"text":"b`, "a", nil, 10},
		{"a line that lacks its end alone", `{"text":"a"}` + "\n" + `{"text":"b"}`, "a", nil, 12},
		{"nothing but a torn line", `{"te`, "", nil, 4},
		{"a torn line that is long", `{"text":"a"}` + "\n" + long, "a", nil, int64(len(long))},
		{"lines that are no entries", "{}x\n\x00\n" + `{"text":"a"}` + "\n" + `{"text":"` + "\xff" + `"}` + "\n" + long + "\n" + `{"text":"b"}` + "\n", "a,b", []string{
			"line 1: more than one entry", "line 2: not an entry in JSON", "line 4: not UTF-8", "line 5: longer than 65536 bytes",
		}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "entries.jsonl")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			read, faults, err := journal.Read[entry](path)
			if err != nil || texts(read) != tt.entries || len(faults) != len(tt.faults) {
				t.Errorf("read %q, %v, %v", texts(read), faults, err)
			}
			j, found := open(t, path)
			if texts(found.Entries) != tt.entries || found.Cut != tt.cut {
				t.Errorf("found %q, cut %d", texts(found.Entries), found.Cut)
			}
			if got := fmt.Sprint(found.Faults); got != fmt.Sprint(tt.faults) {
				t.Errorf("faults %s", got)
			}
			if err := j.Append(entry{"new"}); err != nil {
				t.Fatal(err)
			}
			_, again := open(t, path)
			if want := strings.TrimPrefix(tt.entries+",new", ","); texts(again.Entries) != want || again.Cut != 0 {
				t.Errorf("after one more: %q, want %q", texts(again.Entries), want)
			}
		})
	}
}

func TestMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entries.jsonl")
	open(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// Many write at once, and every line is whole.
func TestConcurrentWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entries.jsonl")
	j, _ := open(t, path)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if err := j.Append(entry{strings.Repeat("x", 100*i)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	entries, faults, err := journal.Read[entry](path)
	if err != nil || len(faults) > 0 || len(entries) != 50 {
		t.Errorf("%d entries, %v, %v", len(entries), faults, err)
	}
}

// What cannot be kept leaves nothing behind, and the next entry can be.
func TestAppendThatFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entries.jsonl")
	j, _ := open(t, path)
	if err := j.Append(entry{"a"}); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(entry{strings.Repeat("x", 70_000)}); err == nil || !strings.Contains(err.Error(), "at most 65536 are kept") {
		t.Errorf("a long entry: %v", err)
	}
	if err := j.Append(entry{"b"}); err != nil {
		t.Fatal(err)
	}
	if entries, faults, err := journal.Read[entry](path); err != nil || len(faults) > 0 || texts(entries) != "a,b" {
		t.Errorf("%q, %v, %v", texts(entries), faults, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() != j.Size() {
		t.Errorf("size %d, %v", j.Size(), err)
	}
}

func TestWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := journal.Open[entry](pipe); err == nil || !strings.Contains(err.Error(), "a pipe, not a regular file") {
		t.Errorf("a pipe: %v", err)
	}
	if _, _, err := journal.Open[entry](filepath.Join(dir, "none", "file")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	if _, _, err := journal.Read[entry](filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// A file that was moved away or removed while it is open has a new one in its place: what
// is said to be kept is there.
func TestMoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entries.jsonl")
	j, _ := open(t, path)
	add := func(text string) {
		t.Helper()
		if err := j.Append(entry{text}); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(path string) string {
		t.Helper()
		entries, _, err := journal.Read[entry](path)
		if err != nil {
			t.Fatal(err)
		}
		return texts(entries)
	}
	add("a")
	if j.Moved() {
		t.Error("moved before it is")
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if !j.Moved() {
		t.Error("not moved")
	}
	add("b")
	add("c")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	add("d")
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	add("e")
	if info, err := os.Stat(path); err != nil || j.Size() != info.Size() {
		t.Errorf("%v, and a size of %d", err, j.Size())
	}
	if err := errors.Join(os.Remove(path), os.Symlink("entries.jsonl", path)); err != nil { // a circle
		t.Fatal(err)
	}
	if err := j.Append(entry{"nowhere"}); err == nil {
		t.Error("kept in a file that is not there")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	add("d")
	if got := kept(path+".1") + " " + kept(path); got != "a d" {
		t.Errorf("got %s", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 || j.Size() != info.Size() {
		t.Errorf("%v, %v, and a size of %d", info, err, j.Size())
	}
}
