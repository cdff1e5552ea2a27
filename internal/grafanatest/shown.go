package grafanatest

import "encoding/json"

// Shown is what a reader sees of a panel.
type Shown struct {
	Frames []Frame `json:"frames"` // after transformations and field options
	Values []Value `json:"values"` // of a stat, gauge or bar gauge; none for other panels
	Error  string  `json:"error"`  // why Grafana could not show the panel; empty if it could
}

// Frame is a table, or a series.
type Frame struct {
	RefID  string  `json:"refId"`
	Name   string  `json:"name"`
	Fields []Field `json:"fields"`
}

// Field is a column, or the times or values of a series.
type Field struct {
	Name   string          `json:"name"`   // as it is displayed
	Type   string          `json:"type"`   // "time", "number", "string", …
	Unit   string          `json:"unit"`   // Grafana's name of it
	Hidden bool            `json:"hidden"` // not shown: custom.hidden, or custom.hideFrom.viz
	Width  float64         `json:"width"`  // of a table's column in pixels; 0 if it follows from the others
	Config json.RawMessage `json:"config"` // all options that hold for the field
	Cells  []Cell          `json:"cells"`
}

// Cell is one value of a field.
type Cell struct {
	// Value is a string, a float64, a bool or nil. A time is in milliseconds. What
	// JSON cannot write is a string: "NaN", "Infinity", "-Infinity".
	Value any    `json:"value"`
	Text  string `json:"text"`  // with prefix and suffix
	Color string `json:"color"` // such as "#73BF69"; where it is used depends on the panel
	Links []Link `json:"links"`
}

// Link is where a click leads.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Value is a single value of a panel, such as the one of a stat.
type Value struct {
	Title  string `json:"title"`
	Text   string `json:"text"` // without prefix and suffix
	Prefix string `json:"prefix"`
	Suffix string `json:"suffix"`
	Color  string `json:"color"`
	Links  []Link `json:"links"`
}

// Field finds a field by its displayed name, in the first frame that has it;
// nil if none has.
func (s Shown) Field(name string) *Field {
	for i := range s.Frames {
		for j := range s.Frames[i].Fields {
			if s.Frames[i].Fields[j].Name == name {
				return &s.Frames[i].Fields[j]
			}
		}
	}
	return nil
}
