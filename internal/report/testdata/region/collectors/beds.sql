SELECT hospital, ward, measured_at, available, occupied FROM bed
