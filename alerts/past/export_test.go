package past

import (
	"log/slog"
	"time"
)

// OpenAt is Open with a clock.
func OpenAt(directory string, logger *slog.Logger, now func() time.Time) (*Log, error) {
	return open(directory, logger, now)
}

// Most is how many alerts are kept, and Slack how many more the file may have.
const (
	Most  = most
	Slack = slack
)
