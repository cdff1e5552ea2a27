SELECT 1;
DELETE FROM bed_measurement
