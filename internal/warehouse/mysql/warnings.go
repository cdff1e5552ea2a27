package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"planwatch/internal/warehouse/backend"
)

// maxWarnings is how many warnings of a statement MariaDB keeps. Its own
// setting may be to keep none.
const maxWarnings = 64

// harmlessWarnings are the numbers of warnings and notes that say nothing of a
// value: that of syntax that will go, of an index that is not used, and of how a
// query was read. To divide by zero gives NULL, by definition. What is not here
// fails the run, notes too: MariaDB only notes that -1 became
// 18446744073709551615.
var harmlessWarnings = []int{1003, 1249, 1276, 1287, 1365, 1681, 1739, 3719, 3778}

// CheckWarnings implements backend.Backend. MySQL keeps as many warnings as its
// own setting says, and counts all.
func (b *Backend) CheckWarnings(ctx context.Context, s backend.Session) error {
	if isMariaDB(s) {
		return b.Client.CheckWarnings(ctx, s)
	}
	// SHOW WARNINGS, which comes second, does not change the count.
	var all int
	if err := s.Conn.QueryRowContext(ctx, "SHOW COUNT(*) WARNINGS").Scan(&all); err != nil || all == 0 {
		return err
	}
	if err := b.Client.CheckWarnings(ctx, s); err != nil {
		return err
	}
	warnings, err := readWarnings(ctx, s.Conn)
	if err == nil && len(warnings) < all {
		return &backend.WarningError{Words: fmt.Sprintf("%d warnings, of which the server keeps %d (max_error_count)", all, len(warnings))}
	}
	return err
}

// CheckWarnings does what CheckWarnings of backend.Backend does, for a server
// that keeps maxWarnings of them or more.
func (c Client) CheckWarnings(ctx context.Context, s backend.Session) error {
	warnings, err := readWarnings(ctx, s.Conn)
	if err != nil {
		return err
	}
	var numbers []int
	for _, number := range warnings {
		if !slices.Contains(harmlessWarnings, number) && !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	if len(numbers) == 0 {
		if len(warnings) >= maxWarnings {
			return &backend.WarningError{Words: fmt.Sprintf("%d warnings or more", maxWarnings)}
		}
		return nil
	}
	slices.Sort(numbers)
	words := make([]string, len(numbers))
	for i, number := range numbers {
		words[i] = fmt.Sprintf("warning %d", number)
		if meaning, ok := meanings[uint16(number)]; ok {
			words[i] += ", " + meaning
		}
	}
	return &backend.WarningError{Words: strings.Join(words, "; ")}
}

// readWarnings gives the numbers of the warnings of the statement that was run
// last, one for each time that it came. Their words quote values.
func readWarnings(ctx context.Context, conn *sql.Conn) ([]int, error) {
	rows, err := conn.QueryContext(ctx, "SHOW WARNINGS")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var numbers []int
	for rows.Next() {
		var level, words sql.RawBytes
		var number int
		if err := rows.Scan(&level, &number, &words); err != nil {
			return nil, err
		}
		numbers = append(numbers, number)
	}
	return numbers, rows.Err()
}
