package databasetest

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Load creates the database again from the schema's statements and fills each
// table from the CSV file of its name. Header cells name columns. An empty
// field is NULL where the column can be NULL and an empty text where not, and
// a column that is not in the file has its default. The server runs in strict
// mode, so that it refuses values of the wrong type.
func (s *Server) Load(schemaSQL string, files fs.FS) {
	s.t.Helper()
	if err := s.load(s.t.Context(), schemaSQL, files); err != nil {
		s.t.Fatalf("databasetest: %v", err)
	}
}

func (s *Server) load(ctx context.Context, schemaSQL string, files fs.FS) error {
	conn, err := s.root.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + Database,
		"CREATE DATABASE " + Database + " CHARACTER SET utf8mb4",
		"USE " + Database,
		"SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO', foreign_key_checks=0",
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if _, err := conn.ExecContext(ctx, schemaSQL); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if files == nil {
		return nil
	}
	names, err := fs.Glob(files, "*.csv")
	if err != nil {
		return err
	}
	for _, name := range names {
		table := strings.TrimSuffix(name, ".csv")
		nullable := map[string]bool{}
		rows, err := conn.QueryContext(ctx, `SELECT LOWER(column_name), is_nullable = 'YES'
			FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?`, table)
		if err != nil {
			return err
		}
		for rows.Next() {
			var column string
			var null bool
			if err := rows.Scan(&column, &null); err != nil {
				return errors.Join(err, rows.Close())
			}
			nullable[column] = null
		}
		if err := rows.Err(); err != nil {
			return err
		}
		if len(nullable) == 0 {
			return fmt.Errorf("%s: the schema has no table %s", name, table)
		}
		source, err := files.Open(name)
		if err != nil {
			return err
		}
		path := filepath.Join(s.dir, table+".tsv")
		columns, err := rewrite(path, source, nullable)
		if closeErr := source.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("LOAD DATA INFILE '%s' INTO TABLE `%s` CHARACTER SET utf8mb4 (%s)",
			path, table, "`"+strings.Join(columns, "`,`")+"`")); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// rewrite turns a CSV file into the default form of LOAD DATA, which unlike CSV
// tells NULL from the empty text, and gives the columns' names.
func rewrite(path string, source io.Reader, nullable map[string]bool) ([]string, error) {
	reader := csv.NewReader(source)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	columns := make([]string, len(header))
	for i, name := range header {
		columns[i] = strings.Clone(strings.TrimPrefix(name, "\ufeff"))
		if _, ok := nullable[strings.ToLower(columns[i])]; !ok {
			return nil, fmt.Errorf("the table has no column %q", columns[i])
		}
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	escape := strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\x00", `\0`)
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		for i, field := range record {
			if i > 0 {
				out.WriteByte('\t')
			}
			if field == "" && nullable[strings.ToLower(columns[i])] {
				out.WriteString(`\N`)
				continue
			}
			escape.WriteString(out, field)
		}
		out.WriteByte('\n')
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	return columns, file.Close()
}

// CreateReader makes a user that may SELECT from the database and nothing
// else, from everywhere.
func (s *Server) CreateReader(user, password string) {
	s.t.Helper()
	account := fmt.Sprintf("'%s'@'%%'", user)
	for _, statement := range []string{
		fmt.Sprintf("CREATE USER %s IDENTIFIED BY '%s'", account, password),
		fmt.Sprintf("GRANT SELECT ON %s.* TO %s", Database, account),
	} {
		if _, err := s.root.ExecContext(s.t.Context(), statement); err != nil {
			s.t.Fatalf("databasetest: user %s: %v", user, err)
		}
	}
}

// LoadTimeZone gives the server a time zone of that name, with the clock
// changes that Go knows from 2000 to 2040, as mariadb-tzinfo-to-sql would. A new
// server has none.
func (s *Server) LoadTimeZone(name string) {
	s.t.Helper()
	location, err := time.LoadLocation(name)
	if err != nil {
		s.t.Fatalf("databasetest: %v", err)
	}
	statements := []string{"INSERT INTO mysql.time_zone (Use_leap_seconds) VALUES ('N')", "SET @zone = LAST_INSERT_ID()",
		fmt.Sprintf("INSERT INTO mysql.time_zone_name VALUES ('%s', @zone)", name)}
	types := map[int]int{} // by offset
	add := func(from time.Time) {
		_, offset := from.In(location).Zone()
		if _, ok := types[offset]; !ok {
			types[offset] = len(types)
			statements = append(statements, fmt.Sprintf("INSERT INTO mysql.time_zone_transition_type VALUES (@zone, %d, %d, 0, '')", types[offset], offset))
		}
		statements = append(statements, fmt.Sprintf("INSERT INTO mysql.time_zone_transition VALUES (@zone, %d, %d)", from.Unix(), types[offset]))
	}
	end := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC); at.Before(end); {
		add(at)
		if _, at = at.In(location).ZoneBounds(); at.IsZero() {
			break
		}
	}
	if _, err := s.root.ExecContext(s.t.Context(), strings.Join(statements, ";\n")); err != nil {
		s.t.Fatalf("databasetest: time zone %s: %v", name, err)
	}
}
