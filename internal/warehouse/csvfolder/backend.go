//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"planwatch/internal/warehouse/backend"
	"planwatch/internal/warehouse/mysql"
	"planwatch/internal/warehouse/result"
	"planwatch/internal/warehouse/settings"
)

// maxList is how long GROUP_CONCAT may become, in bytes. The engine cuts off the
// rest without a warning.
const maxList = 16 << 20

// Embedded reports whether this binary has the engine that reads CSV folders.
const Embedded = true

// Backend is an embedded engine over a folder of CSV files. It is reached with
// MySQL's protocol, over connections that never leave the process.
type Backend struct {
	mysql.Client
	engine *engine
	folder *folder
}

var _ backend.Backend = (*Backend)(nil)

// Open reads the schema and the files, and starts the engine. Files with a fault
// are no error of it: Reload gives that until they are valid.
func Open(ctx context.Context, cfg settings.Config, o Options) (backend.Backend, error) {
	if err := configureEngine(); err != nil {
		return nil, fmt.Errorf("embedded engine: %w", err)
	}
	tables, err := readSchema(ctx, o.SchemaFile, o.SchemaSQL)
	if err != nil {
		return nil, err
	}
	if o.Files == nil {
		return nil, fmt.Errorf("folder %s: no files to read", cfg.Folder)
	}
	b := &Backend{folder: newFolder(filepath.ToSlash(strings.TrimPrefix(cfg.Folder, "builtin:")), o.Files, tables, o.Logger)}
	_ = b.folder.reload(ctx) // Reload gives it again
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if b.engine, err = startEngine(b.folder, cfg.MaxConnections); err != nil {
		return nil, fmt.Errorf("embedded engine: %w", err)
	}
	if b.Client, err = b.engine.client(time.Duration(cfg.ConnectTimeout), o.Logger); err != nil {
		b.engine.close()
		return nil, fmt.Errorf("embedded engine: %w", err)
	}
	return b, nil
}

// Reload implements backend.Backend: it reads the files if they changed. Files
// that are not valid are ErrUnavailable.
func (b *Backend) Reload(ctx context.Context) error { return b.folder.reload(ctx) }

// Configure implements backend.Backend. It sets no limit, since the engine has
// none, and only those of the server's settings that a query can see.
func (b *Backend) Configure(ctx context.Context, s backend.Session, options backend.SessionOptions) (result.TimeZones, error) {
	// The engine knows the zones that this process knows, by name.
	zone := options.Location.String()
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" || zone == "" {
		zone, _ = mysql.OffsetAt(options.AsOf, options.Location)
	}
	_, err := s.Conn.ExecContext(ctx, fmt.Sprintf("SET SESSION time_zone='%s', group_concat_max_len=%d", zone, maxList))
	// In the engine a TIMESTAMP is wall-clock time, like a DATETIME.
	return result.TimeZones{Local: options.Location, Timestamp: options.Location, AsOf: options.AsOf}, err
}

// Inspect implements backend.Backend. There is no server.
func (b *Backend) Inspect(context.Context, backend.Session, backend.SessionOptions) ([]string, error) {
	return nil, nil
}

// TimeoutMargin implements backend.Backend. The engine ignores
// MAX_EXECUTION_TIME, so the client's limit is the only one.
func (b *Backend) TimeoutMargin() time.Duration { return 0 }

// Classify implements backend.Backend.
func (b *Backend) Classify(err error) (backend.ErrorKind, error) {
	if kind, words := b.ClassifyAnswer(err); kind.FromServer() {
		return kind, words
	}
	return backend.ConnectionFailed, backend.Unavailable(err, "the embedded engine does not answer: %v", err)
}

// Close implements backend.Backend: it ends the engine.
func (b *Backend) Close() error {
	b.engine.close()
	return nil
}
