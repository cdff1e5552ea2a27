package citation

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// faults collects what is wrong with the file.
type faults []error

// add adds a fault of a document or a citation. key is its place in it,
// such as ".title", or "" for the whole.
func (f *faults) add(kind, id, key, format string, args ...any) {
	// In quotation marks, since an id that is not valid may hold what paths are made of.
	path := fmt.Sprintf("$.%ss.'%s'%s", kind, id, key)
	*f = append(*f, yamlfile.Faultf(path, kind+" %s: "+format, append([]any{id}, args...)...))
}

func (f File) validate() error {
	var wrong faults
	for _, id := range slices.Sorted(maps.Keys(f.Documents)) {
		if !naming.ValidID(id) {
			wrong.add("document", id, "", "the id is not lower-case words joined by hyphens, such as annual-report")
		}
		if f.Documents[id].Title == "" {
			wrong.add("document", id, ".title", "title: missing; give the title with which citations of the document begin")
		}
		if err := yamlfile.CheckLine(f.Documents[id].Title); err != nil {
			wrong.add("document", id, ".title", "title: %w", err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.Citations)) {
		if !naming.ValidID(id) {
			wrong.add("citation", id, "", "the id is not lower-case words joined by hyphens, such as beds-surgery")
		}
		f.validateCitation(id, &wrong)
	}
	return errors.Join(wrong...)
}

func (f File) validateCitation(id string, wrong *faults) {
	c := f.Citations[id]
	_, known := f.Documents[c.Document]
	switch {
	case c.Document == "":
		wrong.add("citation", id, ".document", "document: missing; give the id of one of the documents above")
	case !known:
		wrong.add("citation", id, ".document", "document: there is no document %q%s", c.Document, yamlfile.Suggestion(c.Document, slices.Sorted(maps.Keys(f.Documents))))
	}
	if c.Quote != "" && len(c.Quotes) > 0 {
		wrong.add("citation", id, ".quotes", "give either quote or quotes, not both")
	}
	for i, part := range c.Quotes {
		if !naming.ValidID(part) {
			continue
		}
		key := fmt.Sprintf(".quotes[%d]", i)
		switch other, found := f.Citations[part]; {
		case !found:
			wrong.add("citation", id, key, "quotes: there is no citation %q%s", part, yamlfile.Suggestion(part, slices.Sorted(maps.Keys(f.Citations))))
		case other.Quote == "":
			wrong.add("citation", id, key, "quotes: %s has no quote of its own to repeat", part)
		}
	}
}

// unused finds the citations that are neither among those resolved nor
// repeated by another, and the documents that no citation is of.
func (f File) unused(resolved map[string]bool) error {
	var wrong faults
	documents, repeated := map[string]bool{}, map[string]bool{}
	for _, c := range f.Citations {
		documents[c.Document] = true
		for _, part := range c.Quotes {
			repeated[part] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.Documents)) {
		if !documents[id] {
			wrong.add("document", id, "", "no citation is of it; delete it")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.Citations)) {
		if !resolved[id] && !repeated[id] {
			wrong.add("citation", id, "", "no definition gives it under cite; delete it")
		}
	}
	return errors.Join(wrong...)
}
