package language

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"golang.org/x/text/feature/plural"
	xlanguage "golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"

	"planwatch/internal/yamlfile"
)

// shipped are planwatch's own messages: a directory for each language, with a
// file for each part of planwatch that has messages.
//
//go:embed */*.yaml
var shipped embed.FS

// Directory holds a region's own messages, in a directory for each language.
const Directory = "texts"

// Messages is one file of messages in a language: texts/CODE/*.yaml.
type Messages struct {
	// What the language is called in itself. One of a language's files says it.
	Name string `yaml:"name,omitempty"`
	// Messages by their English text. One with a number may be a mapping of plural forms: one, few, many, other.
	Messages map[string]Message `yaml:"messages"`
}

// Message is one message: a text, or a text for each plural form.
type Message struct {
	text    string
	plurals map[Form]string
}

// UnmarshalYAML reads a text or a mapping of plural forms.
func (m *Message) UnmarshalYAML(node ast.Node) error {
	if !yamlfile.IsMapping(node) {
		return yaml.NodeToValue(node, &m.text)
	}
	if err := yaml.NodeToValue(node, &m.plurals, yaml.Strict()); err != nil {
		return err
	}
	for form := range m.plurals {
		if !form.Known() {
			return yamlfile.At(node, fmt.Errorf("%q is not a plural form: zero, one, two, few, many or other", form))
		}
	}
	if m.plurals[Other] == "" {
		return yamlfile.At(node, errors.New("other: missing; it is the form of every number that no other form is for"))
	}
	return nil
}

func (m Message) equal(other Message) bool {
	return m.text == other.text && maps.Equal(m.plurals, other.plurals)
}

// catalogMessage is the message as x/text has it.
func (m Message) catalogMessage() catalog.Message {
	if m.plurals == nil {
		return catalog.String(m.text)
	}
	var cases []any
	for _, form := range Forms() {
		if text, ok := m.plurals[form]; ok {
			cases = append(cases, string(form), text)
		}
	}
	return plural.Selectf(1, "%d", cases...)
}

// load reads the messages of one language: those that planwatch ships, and
// over them the region's.
func load(files fs.FS, code string) (*Language, error) {
	tag, err := xlanguage.Parse(code)
	if err != nil || tag.String() != code {
		return nil, fmt.Errorf("%q is not the code of a language such as sv or en", code)
	}
	base, err := readShipped(code)
	if err != nil {
		return nil, err
	}
	directory := path.Join(Directory, code)
	own, err := read(files, directory)
	if err != nil {
		return nil, err
	}
	ships := base.name != ""
	if !ships && len(own.messages) == 0 {
		return nil, fmt.Errorf("planwatch has no messages in %s: the region must have them in %s", code, path.Join(directory, "*.yaml"))
	}
	known, err := shippedKeys()
	if err != nil {
		return nil, err
	}
	if err := own.checkKeys(known); err != nil {
		return nil, err
	}
	all := texts{name: cmp.Or(own.name, base.name), messages: maps.Clone(base.messages)}
	maps.Copy(all.messages, own.messages)
	if all.name == "" {
		return nil, fmt.Errorf("%s: name: missing in every file; say what the language is called in itself", directory)
	}
	if missing := all.missing(known); !ships && len(missing) > 0 {
		return nil, fmt.Errorf("%s: %d of %d messages are missing, the first of them %q", directory, len(missing), len(known), missing[0])
	}
	return all.language(tag, code)
}

// texts are all messages of one language.
type texts struct {
	name     string
	messages map[string]Message
	// places are the files of the messages.
	places map[string]*yamlfile.Document
}

// shippedTexts are the messages of each shipped language by its code. They are
// compiled in, so that they are read once, when they are first asked for, however
// many regions are loaded; nobody changes them.
var shippedTexts = func() map[string]func() (texts, error) {
	all := map[string]func() (texts, error){}
	for _, code := range Shipped() {
		all[code] = sync.OnceValues(func() (texts, error) { return read(shipped, code) })
	}
	return all
}()

// readShipped is the messages that planwatch ships in the language of that code:
// none, if it does not ship the language.
func readShipped(code string) (texts, error) {
	if once, ok := shippedTexts[code]; ok {
		return once()
	}
	return texts{messages: map[string]Message{}}, nil
}

// read reads all files of messages in a directory; none is no error.
func read(files fs.FS, directory string) (texts, error) {
	t := texts{messages: map[string]Message{}, places: map[string]*yamlfile.Document{}}
	names, err := fs.Glob(files, path.Join(directory, "*.yaml"))
	if err != nil {
		return t, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return t, fmt.Errorf("%s: %w", name, err)
		}
		document, err := yamlfile.Parse(name, data)
		if err != nil {
			return t, err
		}
		var m Messages
		if err := document.Decode(&m); err != nil {
			return t, err
		}
		t.name = cmp.Or(t.name, m.Name)
		if err := t.add(m.Messages, document); err != nil {
			return t, err
		}
	}
	return t, nil
}

// add takes the messages of one file in, or reports what is wrong with them.
func (t texts) add(messages map[string]Message, document *yamlfile.Document) error {
	faults := yamlfile.NewFaults()
	for _, key := range slices.Sorted(maps.Keys(messages)) {
		m := messages[key]
		f := faults.In(pathOf(key), fmt.Sprintf("message %q", key))
		if err := m.check(key); err != nil {
			f.Add("", "%w", err)
		}
		if other, twice := t.messages[key]; twice && !other.equal(m) {
			f.Add("", "%s has another text for it", t.places[key].Name())
		}
		t.messages[key], t.places[key] = m, document
	}
	return document.Locate(faults.Err())
}

// pathOf is the place of the message of that key in its file.
func pathOf(key string) string { return ".messages.'" + strings.ReplaceAll(key, "'", `\'`) + "'" }

// checkKeys reports messages that planwatch does not have.
func (t texts) checkKeys(known []string) error {
	var faults []error
	for _, key := range slices.Sorted(maps.Keys(t.messages)) {
		if _, found := slices.BinarySearch(known, key); !found {
			faults = append(faults, t.places[key].Locate(yamlfile.Faultf("$"+pathOf(key), "planwatch has no message %q", key)))
		}
	}
	return errors.Join(faults...)
}

func (t texts) missing(known []string) []string {
	return slices.DeleteFunc(slices.Clone(known), func(key string) bool {
		_, ok := t.messages[key]
		return ok
	})
}

func (t texts) language(tag xlanguage.Tag, code string) (*Language, error) {
	builder := catalog.NewBuilder(catalog.Fallback(tag))
	l := &Language{tag: tag, code: code, name: t.name, messages: map[string]string{}}
	for key, m := range t.messages {
		if err := builder.Set(tag, key, m.catalogMessage()); err != nil {
			return nil, fmt.Errorf("message %q in %s: %w", key, code, err)
		}
		if m.plurals == nil {
			l.messages[key] = m.text
		}
	}
	l.printer = message.NewPrinter(tag, message.Catalog(builder))
	return l, nil
}

// Keys are the keys of all of planwatch's messages, in order: every message
// that a shipped language has.
func Keys() ([]string, error) {
	known, err := shippedKeys()
	return slices.Clone(known), err
}

// shippedKeys is Keys, for those who do not change what they get.
var shippedKeys = sync.OnceValues(func() ([]string, error) {
	all := map[string]bool{}
	for _, code := range Shipped() {
		t, err := readShipped(code)
		if err != nil {
			return nil, err
		}
		for key := range t.messages {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all)), nil
})

// Untranslated are the keys of messages that a shipped language lacks.
func Untranslated(code string) ([]string, error) {
	known, err := shippedKeys()
	if err != nil {
		return nil, err
	}
	t, err := readShipped(code)
	return t.missing(known), err
}

// Shipped are the codes of the languages that planwatch has messages in.
func Shipped() []string {
	entries, err := shipped.ReadDir(".")
	if err != nil {
		panic(err) // it is compiled in
	}
	codes := make([]string, len(entries))
	for i, entry := range entries {
		codes[i] = entry.Name()
	}
	return codes
}
