SELECT ward, measured_at, available, occupied
FROM bed_measurement
WHERE measured_at <= :as_of
