// Package builtintest gives tests the built-in region over another source than
// its own.
package builtintest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"planwatch/config"
	"planwatch/internal/databasetest"
	"planwatch/internal/warehouse"
	"planwatch/sample"
)

// OverMariaDB is the built-in region's directory, over the sample in a MariaDB
// that ends with the test.
func OverMariaDB(tb testing.TB) string {
	tb.Helper()
	server := databasetest.Start(tb)
	server.Load(warehouse.Schema, sample.Files)
	server.CreateReader("planwatch", "secret")
	secret := filepath.Join(tb.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		tb.Fatal(err)
	}
	dir := filepath.Join(tb.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		tb.Fatal(err)
	}
	settings := fmt.Sprintf(`region: Region Norrbotten
languages: [sv, en]
time_zone: Europe/Stockholm
sources: {warehouse: {driver: mysql, address: %s, database: %s, user: planwatch, password_file: %s}}
`, server.Socket(), databasetest.Database, secret)
	if err := os.WriteFile(filepath.Join(dir, "planwatch.yaml"), []byte(settings), 0o600); err != nil {
		tb.Fatal(err)
	}
	return dir
}
