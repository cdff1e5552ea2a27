SELECT ward FROM bed_measurement WHERE measured_at <= :now
