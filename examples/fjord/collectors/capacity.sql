-- Beds at the latest count.
SELECT trust, clinic, counted_at, staffed, occupied
FROM bed_count
WHERE counted_at = (SELECT MAX(counted_at) FROM bed_count WHERE counted_at <= :as_of)
