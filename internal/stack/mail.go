package stack

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"planwatch/internal/sink"
)

// catch receives the mail and webhook calls that Alertmanager sends, and keeps
// them as files in the directory.
func catch(ctx context.Context, directory string) (*sink.Sink, error) {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return nil, err
	}
	kept := 0
	return sink.Listen(ctx, func(m sink.Message) {
		kept++
		kind, data := "eml", m.Data
		if !m.Mail {
			kind, data = "json", append([]byte(m.To[0]+"\n"), m.Data...)
		}
		if err := os.WriteFile(filepath.Join(directory, fmt.Sprintf("%04d.%s", kept, kind)), data, 0o600); err != nil {
			fmt.Fprintf(os.Stderr, "catcher: %v\n", err)
		}
	})
}
