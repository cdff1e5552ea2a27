-- The tables that the collectors read.
CREATE TABLE bed_count (
  trust VARCHAR(40) NOT NULL,
  clinic VARCHAR(40) NOT NULL,
  counted_at DATETIME NOT NULL,
  staffed INT NOT NULL,
  occupied INT NOT NULL,
  PRIMARY KEY (trust, clinic, counted_at)
);
CREATE TABLE ledger (
  month DATE NOT NULL,
  trust VARCHAR(40) NOT NULL,
  amount_nok DECIMAL(14,2) NOT NULL,
  PRIMARY KEY (month, trust)
);
CREATE TABLE referral (
  trust VARCHAR(40) NOT NULL,
  counted_on DATE NOT NULL,
  waited_days INT NOT NULL,
  patients INT NOT NULL,
  PRIMARY KEY (trust, counted_on, waited_days)
);
