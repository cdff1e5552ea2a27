package collectors

import (
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"planwatch/internal/warehouse"
)

// maxLabelLength is the longest value of a label, in bytes.
const maxLabelLength = 256

// labelValue is the text of a value in a label's column.
func labelValue(value *warehouse.Value) (string, error) {
	switch value.Type {
	case warehouse.Text:
		if !utf8.ValidString(value.Text) {
			return "", errors.New("the text is not UTF-8")
		}
		if len(value.Text) > maxLabelLength {
			return "", fmt.Errorf("the text has %d bytes; a label has at most %d", len(value.Text), maxLabelLength)
		}
		return value.Text, nil
	case warehouse.Number:
		return strconv.FormatFloat(value.Number, 'f', -1, 64), nil
	case warehouse.Time:
		return value.Time.Format(time.DateOnly), nil
	}
	return "", errors.New("a label must be a text, a number or a date")
}
