package comment_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"planwatch/internal/comment"
	"planwatch/internal/format"
)

var (
	moment = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	kalix  = comment.Subject{Event: map[string]string{"owner": "surgery", "hospital": "Kalix"}}
)

func open(t *testing.T, dir string) (*comment.Log, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	l, err := comment.Open(dir, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, &log
}

// What was said to be kept is kept once, also where the file was moved away meanwhile, cut,
// or replaced, as by an editor.
func TestMoved(t *testing.T) {
	for name, test := range map[string]struct {
		put  func(path string) error
		want string
	}{
		"moved":   {func(path string) error { return os.Rename(path, path+".1") }, "one two three"},
		"removed": {os.Remove, "one two three"},
		"edited": {func(path string) error {
			text, err := os.ReadFile(path)
			first, _, _ := bytes.Cut(text, []byte("\n"))
			return errors.Join(err, os.WriteFile(path+".new", append(first, '\n'), 0o600), os.Rename(path+".new", path))
		}, "one two three"},
		"replaced by a link to nothing": {func(path string) error {
			return errors.Join(os.Remove(path), os.Symlink(path+".gone", path))
		}, "one two three"},
		"cut": {func(path string) error { return os.Truncate(path, 0) }, "one two three"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l, _ := open(t, dir)
			for i, text := range []string{"one", "two", "three"} {
				if i == 2 {
					if err := test.put(filepath.Join(dir, comment.FileName)); err != nil {
						t.Fatal(err)
					}
				}
				if err := l.Add(comment.Comment{Time: moment, Author: "anna", About: kalix, Text: text}); err != nil {
					t.Fatal(err)
				}
			}
			read, faults, err := comment.Read(dir)
			var texts []string
			for _, c := range read {
				texts = append(texts, c.Text)
			}
			if got := strings.Join(texts, " "); err != nil || len(faults) > 0 || got != test.want {
				t.Errorf("read %s, %v, %v", got, faults, err)
			}
		})
	}
}

// What was added is there after a kill, but for the line that was being written.
func TestKept(t *testing.T) {
	dir := t.TempDir()
	l, _ := open(t, dir)
	for _, c := range []comment.Comment{
		{moment, "anna", kalix, "Ward 5 is closed.\nBack on Monday."},
		{moment.Add(time.Hour), "bo", comment.Subject{KPI: "beds_available"}, "Counted anew."},
		{moment.Add(2 * time.Hour), "anna", comment.Subject{Target: "beds-2025"}, "<script>alert(1)</script>"},
	} {
		if err := l.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, comment.FileName)
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("{\"time\":\"0001-01-01T00:00:00Z\",\"author\":\"\",\"about\":{},\"text\":\"nobody\"}\n{\"au"); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	again, log := open(t, dir)
	if all := again.All(); len(all) != 3 || all[0].Text != "Ward 5 is closed.\nBack on Monday." {
		t.Errorf("got %+v", all)
	}
	for _, want := range []string{"an unfinished line was cut off", "bytes=4", "lines were not read; they stay in the file", "no author"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %q in %s", want, log)
		}
	}
	if about := again.About(comment.Subject{Event: map[string]string{"hospital": "Kalix", "owner": "surgery", "ward": ""}}); len(about) != 1 || about[0].Author != "anna" {
		t.Errorf("about the event: %+v", about)
	}
	if about := again.About(comment.Subject{KPI: "beds_available"}); len(about) != 1 || about[0].Author != "bo" {
		t.Errorf("about the KPI: %+v", about)
	}
	read, faults, err := comment.Read(dir)
	if err != nil || len(read) != 3 || len(faults) != 1 {
		t.Errorf("read %d, %v, %v", len(read), faults, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestRefusedComments(t *testing.T) {
	l, _ := open(t, t.TempDir())
	good := comment.Comment{Time: moment, Author: "anna", About: kalix, Text: "x"}
	tests := []struct {
		name   string
		change func(*comment.Comment)
		want   string
	}{
		{"no text", func(c *comment.Comment) { c.Text = "" }, "comment: no text"},
		{"too long", func(c *comment.Comment) { c.Text = strings.Repeat("å", 2001) }, "comment: 2001 characters; at most 2000"},
		{"NUL", func(c *comment.Comment) { c.Text = "a\x00b" }, "comment: the control character U+0000; leave it out"},
		{"an escape", func(c *comment.Comment) { c.Text = "a\x1bb" }, "comment: the control character U+001B; leave it out"},
		{"not UTF-8", func(c *comment.Comment) { c.Text = "a\xff" }, "comment: not UTF-8"},
		{"space around it", func(c *comment.Comment) { c.Text = " a" }, "comment: space around it, or lines that do not end in a newline alone"},
		{"no author", func(c *comment.Comment) { c.Author = "" }, "comment: no author"},
		{"an author of two lines", func(c *comment.Comment) { c.Author = "a\nb" }, "comment: author: the control character U+000A; leave it out"},
		{"a long author", func(c *comment.Comment) { c.Author = strings.Repeat("a", 101) }, "comment: author: 101 characters; at most 100"},
		{"about nothing", func(c *comment.Comment) { c.About = comment.Subject{} }, "comment: about 0 of a KPI, a target and an event; a comment is about one"},
		{"about two things", func(c *comment.Comment) { c.About.KPI = "beds" }, "comment: about 2 of a KPI, a target and an event; a comment is about one"},
		{"about a long label", func(c *comment.Comment) {
			c.About = comment.Subject{Event: map[string]string{"owner": strings.Repeat("a", 301)}}
		}, `comment: about "` + strings.Repeat("a", 40) + `": 301 characters; at most 300`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := good
			tt.change(&c)
			if err := l.Add(c); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	if err := l.Add(comment.Comment{Author: "a", About: kalix}); !errors.Is(err, comment.ErrEmpty) {
		t.Errorf("got %v", err)
	}
	if all := l.All(); len(all) > 0 {
		t.Errorf("kept all the same: %+v", all)
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		" a\r\nb \n": "a\nb", "": "", " \r\n ": "", "\u202eabc": "\u202eabc", "<b>": "<b>",
	} {
		if got, err := comment.Clean(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"a\rb", "a\tb", "\xff", strings.Repeat("x", 10_000)} {
		if got, err := comment.Clean(text); err == nil {
			t.Errorf("%.20q: %.20q", text, got)
		}
	}
}

// Many comment at once while another process reads, which sees whole comments
// only.
func TestConcurrentWriters(t *testing.T) {
	dir := t.TempDir()
	l, _ := open(t, dir)
	done := make(chan struct{})
	var reader, writers sync.WaitGroup
	reader.Go(func() {
		for {
			if _, faults, err := comment.Read(dir); err != nil || len(faults) > 0 {
				t.Errorf("while it is written: %v, %v", faults, err)
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	for range 8 {
		writers.Go(func() {
			for range 10 {
				if err := l.Add(comment.Comment{Time: moment, Author: "anna", About: kalix, Text: strings.Repeat("å", 1999)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	reader.Wait()
	if read, _, err := comment.Read(dir); err != nil || len(read) != 80 || len(l.All()) != 80 {
		t.Errorf("%d comments, %v", len(read), err)
	}
}

func TestWrite(t *testing.T) {
	all := []comment.Comment{
		{moment, "=HYPERLINK(1)", kalix, "@a,\"b\"\nc\x1b"},
		{moment, "bo", comment.Subject{KPI: "beds"}, "-1"},
	}
	var out strings.Builder
	if err := comment.Write(&out, all, format.CSV, time.UTC); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v in %q", err, out.String())
	}
	want := [][]string{
		{"time", "author", "kpi", "target", "event", "text"},
		{"2026-01-02T03:04:05Z", "'=HYPERLINK(1)", "", "", `hospital="Kalix", owner="surgery"`, "'@a,\"b\"\nc\x1b"},
		{"2026-01-02T03:04:05Z", "bo", "beds", "", "", "'-1"},
	}
	for i := range want {
		for j := range want[i] {
			if rows[i][j] != want[i][j] {
				t.Errorf("row %d: %q, want %q", i, rows[i][j], want[i][j])
			}
		}
	}
	for f, text := range map[format.Format]string{format.Table: "event hospital=\"Kalix\", owner=\"surgery\"  @a,\"b\" / c␛", format.JSON: `"author": "=HYPERLINK(1)"`} {
		out.Reset()
		if err := comment.Write(&out, all, f, time.UTC); err != nil || !strings.Contains(out.String(), text) {
			t.Errorf("%s: %v\n%s", f, err, out.String())
		}
		out.Reset()
		if err := comment.Write(&out, nil, f, time.UTC); err != nil || f == format.JSON && out.String() != "[]\n" {
			t.Errorf("%s of nothing: %v\n%s", f, err, out.String())
		}
	}
}

// FuzzRead reads anything: it never fails for what is in the file, and what it
// gives could be added again.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "{}\n", `{"time":"2026-01-02T03:04:05Z","author":"anna","about":{"event":{"owner":"surgery"}},"text":"x"}` + "\n", `{"author":"a`, "\x00\n\xff\n",
		`{"author":"a","about":{"kpi":"k","target":"t"},"text":"x"}` + "\n", `{"author":"a","about":{"kpi":"k"},"text":"` + "\u202e" + `"}` + "\nnull\n[]\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, comment.FileName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		read, _, err := comment.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		l, err := comment.Open(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		if len(l.All()) != len(read) {
			t.Errorf("opened with %d, read with %d", len(l.All()), len(read))
		}
		for _, c := range read {
			if err := l.Add(c); err != nil {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if again, _, err := comment.Read(dir); err != nil || len(again) != 2*len(read) {
			t.Errorf("%d after as many were added to %d: %v", len(again), len(read), err)
		}
	})
}
