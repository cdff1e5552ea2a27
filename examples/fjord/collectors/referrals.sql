-- Patients waiting at the latest count, by how long.
SELECT trust, counted_on, waited_days * 86400 AS waited_seconds, patients
FROM referral
WHERE counted_on = (SELECT MAX(counted_on) FROM referral WHERE counted_on <= :as_of)
