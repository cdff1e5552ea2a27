package yamlfile

import (
	"errors"
	"fmt"
	"strings"
)

// Faults collects what is wrong with a part of a document: a mapping, an
// entry of a list, or the whole. Make one with NewFaults.
type Faults struct {
	path    string   // of the part, such as "$.kpis[0]"
	subject string   // in front of each message, such as "kpi beds: "
	all     *[]error // shared by all parts of one document
}

// NewFaults is for a whole document: its path is "$", and messages have no
// subject.
func NewFaults() *Faults {
	return &Faults{path: "$", all: new([]error)}
}

// Add adds a fault at path, which is relative to the part: ".timeout", "[3]",
// or "" for the part itself. The verbs of format are those of fmt.Errorf.
func (f *Faults) Add(path, format string, args ...any) {
	f.add(path, fmt.Errorf(format, args...))
}

// In is for a part within this one, at a relative path as in Add. Its faults
// go to the same list, with "subject: " in front of each message unless
// subject is "".
func (f *Faults) In(path, subject string) *Faults {
	if subject != "" {
		subject += ": "
	}
	return &Faults{path: f.path + path, subject: f.subject + subject, all: f.all}
}

// Append adds the faults of a part that was checked by itself: paths that
// begin at "$" are moved to this part, and messages get its subject. err may be
// a Fault, another error, which is then about the whole part, an errors.Join
// of such, or nil.
func (f *Faults) Append(err error) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			f.Append(one)
		}
		return
	}
	path := ""
	if fault, ok := errors.AsType[*Fault](err); ok {
		path = strings.TrimPrefix(fault.Path, "$")
	}
	if fault, ok := err.(*Fault); ok { //nolint:errorlint // one that is wrapped keeps the wrapping's words
		err = fault.Err
	}
	f.add(path, err)
}

func (f *Faults) add(path string, err error) {
	if f.subject != "" {
		err = fmt.Errorf("%s%w", f.subject, err)
	}
	*f.all = append(*f.all, &Fault{Path: f.path + path, Err: err})
}

// Any reports whether there is a fault, in this part or any other of the
// document.
func (f *Faults) Any() bool { return len(*f.all) > 0 }

// Err is the errors.Join of all faults of the document, each a *Fault, in the
// order in which they were added; nil if there is none.
func (f *Faults) Err() error { return errors.Join(*f.all...) }
