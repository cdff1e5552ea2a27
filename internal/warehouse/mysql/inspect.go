package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"planwatch/internal/warehouse/backend"
)

// Inspect implements backend.Backend. The session is configured.
func (b *Backend) Inspect(ctx context.Context, s backend.Session, options backend.SessionOptions) ([]string, error) {
	var warnings []string
	named, err := hasNamedZone(ctx, s, options.Location)
	if err != nil {
		return nil, err
	}
	if !named && changesOffset(options.AsOf, options.Location) {
		warnings = append(warnings, fmt.Sprintf("the server does not know the time zone %s, so YEAR() and DATE() of a TIMESTAMP in the other half of the year are an hour off: "+
			"load its time zone tables (mariadb-tzinfo-to-sql, mysql_tzinfo_to_sql)", options.Location))
	}
	grants, err := readGrants(ctx, s)
	if err != nil {
		return nil, err
	}
	if more := beyondSelect(grants); len(more) > 0 {
		warnings = append(warnings, fmt.Sprintf("user %q may do more than SELECT: %s; planwatch needs SELECT and nothing else", b.user, strings.Join(more, "; ")))
	}
	return warnings, nil
}

// grant is one line of SHOW GRANTS: the privileges on an object.
type grant struct {
	privileges []string
	object     string
}

var (
	// What stands behind TO is not read: a password's hash may.
	grantLine  = regexp.MustCompile(`^GRANT (.+?) ON (.+?) TO `)
	roleLine   = regexp.MustCompile("^GRANT (`[^`]+`(?:@`[^`]+`)?) TO ")
	columnList = regexp.MustCompile(`\s*\([^)]*\)`)
)

// readGrants gives the user's privileges, and those of the roles that the user
// may take.
func readGrants(ctx context.Context, s backend.Session) ([]grant, error) {
	lines, err := showGrants(ctx, s, "SHOW GRANTS FOR CURRENT_USER()")
	if err != nil {
		return nil, err
	}
	var grants []grant
	var roles []string
	for i := 0; i < len(lines); i++ {
		if role := roleOf(lines[i]); role != "" && !slices.Contains(roles, role) {
			roles = append(roles, role)
			more, err := roleGrants(ctx, s, role)
			if err != nil {
				// As for a role of a role, which the user may not take.
				grants = append(grants, grant{privileges: []string{"what the role " + role + " may"}})
			}
			lines = append(lines, more...)
		}
		if g, ok := parseGrant(lines[i]); ok {
			grants = append(grants, g)
		}
	}
	return grants, nil
}

// roleOf is the role that a line gives the user, as the server writes it, or "".
func roleOf(line string) string {
	if found := roleLine.FindStringSubmatch(line); len(found) == 2 {
		return found[1]
	}
	return ""
}

// roleGrants gives the lines of a role, as the server wrote its name. MariaDB
// tells them of the session's own role only.
func roleGrants(ctx context.Context, s backend.Session, role string) (lines []string, err error) {
	if !isMariaDB(s) {
		return showGrants(ctx, s, "SHOW GRANTS FOR CURRENT_USER() USING "+role)
	}
	var before sql.NullString
	if err := s.Conn.QueryRowContext(ctx, "SELECT CURRENT_ROLE()").Scan(&before); err != nil {
		return nil, err
	}
	if _, err := s.Conn.ExecContext(ctx, "SET ROLE "+role); err != nil {
		return nil, err
	}
	lines, err = showGrants(ctx, s, "SHOW GRANTS FOR CURRENT_ROLE()")
	restore := "SET ROLE NONE"
	if before.Valid {
		restore = "SET ROLE `" + strings.ReplaceAll(before.String, "`", "``") + "`"
	}
	_, restoreErr := s.Conn.ExecContext(ctx, restore)
	return lines, errors.Join(err, restoreErr)
}

func showGrants(ctx context.Context, s backend.Session, statement string) ([]string, error) {
	rows, err := s.Conn.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}

func parseGrant(line string) (grant, bool) {
	parts := grantLine.FindStringSubmatch(line)
	if parts == nil {
		return grant{}, false
	}
	g := grant{object: parts[2]}
	for privilege := range strings.SplitSeq(columnList.ReplaceAllString(parts[1], ""), ",") {
		g.privileges = append(g.privileges, strings.TrimSpace(privilege))
	}
	if strings.HasSuffix(line, " WITH GRANT OPTION") {
		g.privileges = append(g.privileges, "GRANT OPTION")
	}
	return g, true
}

// maxPrivileges is how many privileges on one object are named.
const maxPrivileges = 6

// beyondSelect lists the privileges that are not SELECT, with their objects.
func beyondSelect(grants []grant) []string {
	var more []string
	for _, g := range grants {
		g.privileges = slices.DeleteFunc(g.privileges, func(p string) bool { return p == "SELECT" || p == "USAGE" })
		if len(g.privileges) == 0 {
			continue
		}
		words := strings.Join(g.privileges, ", ")
		// MySQL lists what ALL PRIVILEGES are: some eighty.
		if rest := len(g.privileges) - maxPrivileges; rest > 1 {
			words = fmt.Sprintf("%s and %d more", strings.Join(g.privileges[:maxPrivileges], ", "), rest)
		}
		if g.object != "" {
			words += " on " + g.object
		}
		more = append(more, words)
	}
	return more
}
