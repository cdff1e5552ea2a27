package mysql

import "time"

// OffsetAt is the location's offset from UTC at the moment, as a value of the
// server's variable time_zone, and as a zone. Zones are not set by name: many
// servers have no time zone tables.
func OffsetAt(moment time.Time, location *time.Location) (string, *time.Location) {
	local := moment.In(location)
	_, seconds := local.Zone()
	return local.Format("-07:00"), time.FixedZone("", seconds/60*60)
}
