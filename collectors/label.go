package collectors

import (
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"planwatch/internal/warehouse"
)

// maxLabelLength bounds a label's value in bytes. What is longer is prose.
const maxLabelLength = 256

// labelValue is the text of a value that stands in a label's column.
func labelValue(value warehouse.Value) (string, error) {
	switch value.Type {
	case warehouse.Text:
		if !utf8.ValidString(value.Text) {
			return "", errors.New("the text is not UTF-8")
		}
		if len(value.Text) > maxLabelLength {
			return "", fmt.Errorf("the text has %d bytes, more than %d; a label is a name", len(value.Text), maxLabelLength)
		}
		return value.Text, nil
	case warehouse.Number:
		return strconv.FormatFloat(value.Number, 'f', -1, 64), nil
	case warehouse.Time:
		return value.Time.Format(time.DateOnly), nil
	}
	return "", errors.New("neither a text, a number nor a date, so no label")
}
