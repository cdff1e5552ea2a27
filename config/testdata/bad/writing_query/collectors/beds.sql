UPDATE bed_measurement SET available = 0
