package mysql

import (
	"fmt"
	"regexp"
	"time"
)

// OffsetAt is the location's offset from UTC at the moment, as a value of the
// server's variable time_zone, and as a zone.
func OffsetAt(moment time.Time, location *time.Location) (string, *time.Location) {
	local := moment.In(location)
	_, seconds := local.Zone()
	return local.Format("-07:00"), time.FixedZone("", seconds/60*60)
}

// zoneName is what the name of a zone in the server's tables looks like.
var zoneName = regexp.MustCompile(`^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$`)

// zoneExpression is SQL for a session's time_zone: the location's name, if the
// server knows that zone as we do, at the moment and half a year before it, and
// else its offset at the moment. With an offset, YEAR and DATE of a TIMESTAMP in
// the other half of the year are those of an hour too early or too late.
func zoneExpression(moment time.Time, location *time.Location) string {
	offset, _ := OffsetAt(moment, location)
	name := location.String()
	if !zoneName.MatchString(name) {
		return "'" + offset + "'"
	}
	agrees := func(at time.Time) string {
		return fmt.Sprintf("CONVERT_TZ('%s', '+00:00', '%s') <=> CAST('%s' AS DATETIME)",
			at.UTC().Format(time.DateTime), name, at.In(location).Format(time.DateTime))
	}
	return fmt.Sprintf("IF(%s AND %s, '%s', '%s')", agrees(moment), agrees(moment.AddDate(0, -6, 0)), name, offset)
}

// changesOffset reports whether the location's clocks are changed in the year
// before the moment.
func changesOffset(moment time.Time, location *time.Location) bool {
	_, now := moment.In(location).Zone()
	for month := range 12 {
		if _, then := moment.AddDate(0, -month, 0).In(location).Zone(); then != now {
			return true
		}
	}
	return false
}
