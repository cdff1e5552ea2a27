package mysql

import (
	"log/slog"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// Whatever a DSN says, no statement brings a second one with it, and no server is given a
// file of this machine.
func TestClientTakesNoStatementsAndNoFiles(t *testing.T) {
	cfg, err := mysql.ParseDSN("planwatch:secret@tcp(127.0.0.1:3306)/warehouse?multiStatements=true&allowAllFiles=true&parseTime=true")
	if err != nil {
		t.Fatal(err)
	}
	if !cfg.MultiStatements || !cfg.AllowAllFiles || !cfg.ParseTime {
		t.Fatalf("the DSN asks for nothing: %+v", cfg)
	}
	if _, err := NewClient(cfg, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if cfg.MultiStatements || cfg.AllowAllFiles || cfg.ParseTime {
		t.Errorf("several statements %t, any file %t, times %t", cfg.MultiStatements, cfg.AllowAllFiles, cfg.ParseTime)
	}
}
