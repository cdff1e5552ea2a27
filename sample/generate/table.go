package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
)

// table is one table of the warehouse: its columns are those of the
// reporting schema, in the same order.
type table struct {
	name    string
	columns []string
	rows    [][]string
}

// write writes the table as CSV with a header.
func (t table) write(path string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(t.columns); err != nil {
		return fmt.Errorf("table %s: %w", t.name, err)
	}
	if err := w.WriteAll(t.rows); err != nil {
		return fmt.Errorf("table %s: %w", t.name, err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("table %s: %w", t.name, err)
	}
	return nil
}
