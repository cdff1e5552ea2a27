package comment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Version changes when there are more comments.
func (l *Log) Version() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return uint64(len(l.all))
}

// Encode is all comments as lines of JSON.
func (l *Log) Encode() ([]byte, error) {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, c := range l.All() {
		if err := encoder.Encode(c); err != nil {
			return nil, fmt.Errorf("comments: %w", err)
		}
	}
	return lines.Bytes(), nil
}

// Merge keeps those of another's comments that are not here, at their time among the rest.
func (l *Log) Merge(lines []byte) error {
	var missing []Comment
	has := l.All()
	for decoder := json.NewDecoder(bytes.NewReader(lines)); ; {
		var c Comment
		err := decoder.Decode(&c)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = c.validate()
		}
		if err != nil {
			return fmt.Errorf("comments: %w", err)
		}
		if !slices.ContainsFunc(has, c.equal) {
			missing = append(missing, c)
		}
	}
	for _, c := range missing {
		if err := l.Add(c); err != nil {
			return err
		}
	}
	return nil
}
