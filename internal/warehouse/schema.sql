-- The reporting schema: what planwatch's shipped queries read.
--
-- A star: dimension tables (ward, investment) say what a row is about, fact
-- tables (bed_measurement, investment_entry) what was measured or booked, and
-- when. It is written in what MySQL 8, MariaDB 10.6 and the embedded engine
-- have in common. Use a database whose character set is utf8mb4.
--
-- Moments are local wall-clock time in the configuration's time zone. Money is
-- in SEK. A text that does not apply is empty, never NULL. Texts that become
-- labels are spelled alike in every table.
--
-- planwatch itself needs SELECT on these tables and nothing else.

-- Wards and other units with beds, one row each.
CREATE TABLE ward (
  ward_id INTEGER NOT NULL,          -- key of this schema, not of any source system
  division VARCHAR(64) NOT NULL,     -- division that the ward belongs to, without the word division
  hospital VARCHAR(64) NOT NULL,     -- hospital by its place
  ward VARCHAR(64) NOT NULL,         -- ward by its specialty; unique within division and hospital
  kind VARCHAR(32) NOT NULL,         -- ordinary, intensive (neonatal care too) or rehabilitation
  PRIMARY KEY (ward_id),
  UNIQUE KEY ward_name (division, hospital, ward)
);

-- Beds and patients of a ward at a moment, one row a ward and measurement.
CREATE TABLE bed_measurement (
  measured_at DATETIME NOT NULL,     -- moment that the row speaks of
  ward_id INTEGER NOT NULL,          -- ward.ward_id
  available INTEGER NOT NULL,        -- available beds (disponibla vårdplatser): equipped and staffed
  occupied INTEGER NOT NULL,         -- inpatients who are on the ward, whoever is responsible for them
  overcrowded INTEGER NOT NULL,      -- of these, patients without an available bed (överbeläggningar)
  outlying INTEGER NOT NULL,         -- the ward's own patients who are placed on another ward (utlokaliserade)
  PRIMARY KEY (measured_at, ward_id),
  KEY bed_measurement_ward (ward_id, measured_at)
);

-- Planned investments, one row for each row of the plan's lists.
CREATE TABLE investment (
  investment_id INTEGER NOT NULL,    -- key of this schema
  year INTEGER NOT NULL,             -- budget year
  list VARCHAR(32) NOT NULL,         -- list of the plan: inventarier or fastigheter
  division VARCHAR(64) NOT NULL,     -- division, for inventarier
  district VARCHAR(64) NOT NULL,     -- property district, for fastigheter; empty where the list names none
  area VARCHAR(64) NOT NULL,         -- verksamhetsområde, for inventarier
  kind VARCHAR(64) NOT NULL,         -- ramtyp, or new investment or reinvestment
  source_id VARCHAR(16) NOT NULL,    -- the row's id in the list, or its number where the list has no ids
  name VARCHAR(128) NOT NULL,        -- what is bought or built
  budget_sek DECIMAL(16,2) NOT NULL, -- amount in the plan, SEK
  PRIMARY KEY (investment_id),
  KEY investment_year (year)
);

-- Decisions on investments and money spent on them, one row an entry in the accounts.
CREATE TABLE investment_entry (
  entry_id INTEGER NOT NULL,         -- key of this schema
  booked_on DATE NOT NULL,           -- day of the entry
  investment_id INTEGER NOT NULL,    -- investment.investment_id
  stage VARCHAR(16) NOT NULL,        -- decided (released by a decision) or spent (booked as cost)
  amount_sek DECIMAL(16,2) NOT NULL, -- change, SEK; negative for a correction
  PRIMARY KEY (entry_id),
  KEY investment_entry_booked (booked_on),
  KEY investment_entry_investment (investment_id, booked_on)
);

-- Frames within which investments are decided, one row a level and category.
CREATE TABLE investment_frame (
  year INTEGER NOT NULL,             -- budget year
  level VARCHAR(64) NOT NULL,        -- who decides within the frame (beslutsnivå)
  category VARCHAR(64) NOT NULL,     -- what the frame is for
  amount_sek DECIMAL(16,2) NOT NULL, -- frame, SEK
  PRIMARY KEY (year, level, category)
);

-- What is spent of the frames that no list of the plan divides, one row an entry in the accounts.
CREATE TABLE reserve_entry (
  entry_id INTEGER NOT NULL,         -- key of this schema
  booked_on DATE NOT NULL,           -- day of the entry
  level VARCHAR(64) NOT NULL,        -- investment_frame.level
  category VARCHAR(64) NOT NULL,     -- investment_frame.category
  amount_sek DECIMAL(16,2) NOT NULL, -- cost, SEK; negative for a correction
  PRIMARY KEY (entry_id),
  KEY reserve_entry_booked (booked_on)
);

-- Time worked on a ward, one row a ward and day. A night shift counts on the day that it began.
CREATE TABLE ward_worked_time (
  worked_on DATE NOT NULL,           -- day
  ward_id INTEGER NOT NULL,          -- ward.ward_id
  worked_minutes INTEGER NOT NULL,   -- time worked by care staff, own and agency, minutes
  PRIMARY KEY (worked_on, ward_id)
);

-- Adults who spend the night on a children's ward, one row a ward and night.
CREATE TABLE adult_night (
  counted_at DATETIME NOT NULL,      -- moment of the count, towards midnight
  ward_id INTEGER NOT NULL,          -- ward.ward_id
  adults INTEGER NOT NULL,           -- inpatients aged 18 or more
  PRIMARY KEY (counted_at, ward_id)
);

-- Staff as payroll and ledger have them, one row a month, division and profession.
CREATE TABLE staff_month (
  month_begins DATE NOT NULL,             -- first day of the month
  division VARCHAR(64) NOT NULL,          -- division, without the word division
  profession VARCHAR(64) NOT NULL,        -- group of professions
  booked_on DATE NOT NULL,                -- day on which the month was closed in the books
  staff_cost_sek DECIMAL(16,2) NOT NULL,  -- own staff: pay and social contributions, SEK
  agency_cost_sek DECIMAL(16,2) NOT NULL, -- agency staff as invoiced, SEK
  own_fte DECIMAL(8,2) NOT NULL,          -- time worked by own staff, full-time equivalents
  agency_fte DECIMAL(8,2) NOT NULL,       -- time worked by agency staff, full-time equivalents
  scheduled_hours INTEGER NOT NULL,       -- own staff's ordinary working time
  sick_leave_hours INTEGER NOT NULL,      -- of these, absent through illness
  overtime_hours INTEGER NOT NULL,        -- overtime and additional time of own staff
  PRIMARY KEY (month_begins, division, profession)
);

-- The same staff by sex, one row a month, division and sex: its sums over the sexes are those
-- of staff_month over the professions.
CREATE TABLE staff_sex_month (
  month_begins DATE NOT NULL,        -- first day of the month
  division VARCHAR(64) NOT NULL,     -- division, without the word division
  sex VARCHAR(16) NOT NULL,          -- kvinna or man, as registered (juridiskt kön)
  booked_on DATE NOT NULL,           -- day on which the month was closed in the books
  own_fte DECIMAL(8,2) NOT NULL,     -- time worked by own staff, full-time equivalents
  scheduled_hours INTEGER NOT NULL,  -- own staff's ordinary working time
  sick_leave_hours INTEGER NOT NULL, -- of these, absent through illness
  PRIMARY KEY (month_begins, division, sex)
);

-- Permanent employees at a month's end, one row a month and division.
CREATE TABLE employment_month (
  month_begins DATE NOT NULL,        -- first day of the month
  division VARCHAR(64) NOT NULL,     -- division, without the word division
  reported_on DATE NOT NULL,         -- day on which the month was reported
  employees INTEGER NOT NULL,        -- permanent employees at the month's end
  full_time INTEGER NOT NULL,        -- of these, working full time
  leavers INTEGER NOT NULL,          -- who left the division in the month
  PRIMARY KEY (month_begins, division)
);

-- Patients listed in primary care and its general practitioners, one row an area and count.
CREATE TABLE primary_care_listing (
  counted_on DATE NOT NULL,          -- day of the count
  area VARCHAR(64) NOT NULL,         -- verksamhetsområde of primary care
  listed_patients INTEGER NOT NULL,  -- patients listed at the area's health centres
  gp_fte DECIMAL(8,2) NOT NULL,      -- employed specialists in general practice, full-time equivalents
  PRIMARY KEY (counted_on, area)
);

-- Health centres at a month's end, one row a month and health centre.
CREATE TABLE health_centre_month (
  month_begins DATE NOT NULL,            -- first day of the month
  health_centre VARCHAR(64) NOT NULL,    -- health centre (hälsocentral) by its place
  area VARCHAR(64) NOT NULL,             -- verksamhetsområde of primary care
  reported_on DATE NOT NULL,             -- day on which the month was reported
  listed_patients INTEGER NOT NULL,      -- patients listed at the health centre
  named_doctor INTEGER NOT NULL,         -- of these, with a named doctor (fast läkarkontakt)
  gp_fte DECIMAL(8,2) NOT NULL,          -- employed specialists in general practice, full-time equivalents
  doctor_contacts INTEGER NOT NULL,      -- contacts with a doctor in the month
  same_doctor_contacts INTEGER NOT NULL, -- of these, with the doctor whom the patient has met most in the last year
  PRIMARY KEY (month_begins, health_centre)
);

-- Posts without a holder, one row a count, hospital, area and profession; 0 where all are held.
CREATE TABLE vacancy (
  counted_on DATE NOT NULL,          -- day of the count
  hospital VARCHAR(64) NOT NULL,     -- hospital by its place
  area VARCHAR(64) NOT NULL,         -- department
  profession VARCHAR(64) NOT NULL,   -- profession that the posts are for
  vacant_posts INTEGER NOT NULL,     -- established posts that no one holds
  PRIMARY KEY (counted_on, hospital, area, profession)
);

-- Recruitment for the summer so far, one row a count.
CREATE TABLE summer_recruitment (
  counted_on DATE NOT NULL,          -- day through which it is counted
  season INTEGER NOT NULL,           -- year of the summer
  applicants INTEGER NOT NULL,       -- applicants so far
  contacted INTEGER NOT NULL,        -- of these, interviewed by telephone
  PRIMARY KEY (counted_on, season)
);

-- Trainings in the agreement on cooperation with the unions, one row an occasion, held or planned.
CREATE TABLE agreement_training (
  training_id INTEGER NOT NULL,      -- key of this schema
  begins_at DATETIME NOT NULL,       -- when it begins; one that is called off has no row
  place VARCHAR(64) NOT NULL,        -- hospital by its place, or Regionhuset
  PRIMARY KEY (training_id)
);

-- What the region has said that it will hold by a day, such as consultations and trainings, one
-- row an occasion.
CREATE TABLE planned_activity (
  activity_id INTEGER NOT NULL,      -- key of this schema
  activity VARCHAR(64) NOT NULL,     -- what is held
  due_on DATE NOT NULL,              -- last day to hold it
  held_on DATE,                      -- day that it was held; NULL until then
  PRIMARY KEY (activity_id)
);

-- Hospitals, one row each.
CREATE TABLE hospital (
  hospital_id INTEGER NOT NULL,      -- key of this schema
  hospital VARCHAR(64) NOT NULL,     -- hospital by its place
  PRIMARY KEY (hospital_id),
  UNIQUE KEY hospital_name (hospital)
);

-- Specialties by hospital, one row each: where patients wait and are operated on.
CREATE TABLE clinic (
  clinic_id INTEGER NOT NULL,        -- key of this schema
  hospital VARCHAR(64) NOT NULL,     -- hospital by its place
  specialty VARCHAR(64) NOT NULL,    -- medical specialty; unique within the hospital
  PRIMARY KEY (clinic_id),
  UNIQUE KEY clinic_name (hospital, specialty)
);

-- The stages of the care guarantee (vårdgarantin), one row each.
CREATE TABLE guarantee_stage (
  stage_id INTEGER NOT NULL,         -- key of this schema, in the patient's order
  stage VARCHAR(32) NOT NULL,        -- kontakt, bedömning, första besök or behandling
  limit_days INTEGER NOT NULL,       -- days within which the law promises the stage; 0 is the same day
  PRIMARY KEY (stage_id)
);

-- Patients on waiting lists of specialised care, counted on a day, one row a
-- clinic, stage, choice and time waited.
CREATE TABLE waiting_list (
  measured_on DATE NOT NULL,         -- day of the count, at its beginning
  clinic_id INTEGER NOT NULL,        -- clinic.clinic_id
  stage_id INTEGER NOT NULL,         -- guarantee_stage.stage_id: första besök or behandling
  self_chosen INTEGER NOT NULL,      -- 1 where the patient chose to wait or has to for medical reasons, else 0
  waited_days INTEGER NOT NULL,      -- days since the referral, or the decision to treat
  patients INTEGER NOT NULL,         -- how many have waited so long
  PRIMARY KEY (measured_on, clinic_id, stage_id, self_chosen, waited_days)
);

-- The same patients by age and sex for all clinics together, one row a count, stage, age group
-- and sex; those who chose to wait, or have to, are left out.
CREATE TABLE waiting_group (
  measured_on DATE NOT NULL,         -- day of the count, at its beginning
  stage_id INTEGER NOT NULL,         -- guarantee_stage.stage_id: första besök or behandling
  age_group VARCHAR(16) NOT NULL,    -- years of age: 0–17, 18–64, 65–79 or 80+
  sex VARCHAR(16) NOT NULL,          -- kvinna or man, as registered (juridiskt kön)
  patients INTEGER NOT NULL,         -- patients who wait
  in_time INTEGER NOT NULL,          -- of these, within the guarantee's limit
  PRIMARY KEY (measured_on, stage_id, age_group, sex)
);

-- Completed contacts with primary care, one row a day, stage and time waited.
CREATE TABLE primary_care_contact (
  contacted_on DATE NOT NULL,        -- day of the contact or the assessment
  stage_id INTEGER NOT NULL,         -- guarantee_stage.stage_id: kontakt or bedömning
  waited_days INTEGER NOT NULL,      -- days since care was sought
  contacts INTEGER NOT NULL,         -- how many came about that day after so long
  PRIMARY KEY (contacted_on, stage_id, waited_days)
);

-- The public dental service (folktandvård) at a month's end, one row a month and area.
CREATE TABLE dental_month (
  month_begins DATE NOT NULL,            -- first day of the month
  area VARCHAR(64) NOT NULL,             -- where the clinics lie
  reported_on DATE NOT NULL,             -- day on which the month was reported
  adults_due INTEGER NOT NULL,           -- adults whose time for an examination has come at the month's end
  adults_overdue INTEGER NOT NULL,       -- of these, late by more than six months
  children_examined INTEGER NOT NULL,    -- children and young people examined in the month
  children_caries_free INTEGER NOT NULL, -- of these, without caries
  PRIMARY KEY (month_begins, area)
);

-- Examinations waited for in imaging, counted on a day, one row a hospital,
-- modality and time waited.
CREATE TABLE exam_waiting (
  measured_on DATE NOT NULL,         -- day of the count, at its beginning
  hospital_id INTEGER NOT NULL,      -- hospital.hospital_id
  modality VARCHAR(16) NOT NULL,     -- DT (computed tomography) or MR (magnetic resonance)
  waited_days INTEGER NOT NULL,      -- days since the referral
  exams INTEGER NOT NULL,            -- how many have waited so long
  PRIMARY KEY (measured_on, hospital_id, modality, waited_days)
);

-- Examinations that are followed one by one since they are new, one row a day,
-- hospital and kind; a day without any has a row of 0.
CREATE TABLE followed_exam (
  performed_on DATE NOT NULL,        -- day of the examination
  hospital_id INTEGER NOT NULL,      -- hospital.hospital_id
  kind VARCHAR(32) NOT NULL,         -- dt kranskärl, angiografi (after dt kranskärl) or mobil mr
  exams INTEGER NOT NULL,            -- examinations performed
  PRIMARY KEY (performed_on, hospital_id, kind)
);

-- New CT scanners, one row for each that has replaced an old one.
CREATE TABLE ct_scanner (
  scanner_id INTEGER NOT NULL,       -- key of this schema
  hospital_id INTEGER NOT NULL,      -- hospital.hospital_id
  installed_on DATE NOT NULL,        -- day of the installation
  PRIMARY KEY (scanner_id)
);

-- Emergency departments, one row a hospital and measurement. The three
-- groups of visits that ended and stays_longer add up to all that ended.
CREATE TABLE ed_measurement (
  measured_at DATETIME NOT NULL,     -- moment that the row speaks of
  hospital_id INTEGER NOT NULL,      -- hospital.hospital_id
  arrivals INTEGER NOT NULL,         -- patients who have come since the measurement before
  present INTEGER NOT NULL,          -- patients in the department at the moment
  stays_brief INTEGER NOT NULL,      -- visits ended since the measurement before, of at most 2 hours
  stays_short INTEGER NOT NULL,      -- the same, of more than 2 and at most 4 hours
  stays_long INTEGER NOT NULL,       -- the same, of more than 4 and at most 8 hours
  stays_longer INTEGER NOT NULL,     -- the same, of more than 8 hours
  PRIMARY KEY (measured_at, hospital_id),
  KEY ed_measurement_hospital (hospital_id, measured_at)
);

-- Operations, one row a day and clinic.
CREATE TABLE operation_day (
  operated_on DATE NOT NULL,         -- day of the operations
  clinic_id INTEGER NOT NULL,        -- clinic.clinic_id
  operations INTEGER NOT NULL,       -- operations performed, planned and acute
  planned INTEGER NOT NULL,          -- of these, planned ones
  PRIMARY KEY (operated_on, clinic_id)
);

-- Operating theatres with planned operations, one row a day, hospital and kind.
CREATE TABLE theatre_day (
  opened_on DATE NOT NULL,           -- day that the theatres were open
  hospital_id INTEGER NOT NULL,      -- hospital.hospital_id
  kind VARCHAR(32) NOT NULL,         -- operation (the surgical unit's theatres) or katarakt (the eye clinic's)
  theatres INTEGER NOT NULL,         -- theatres open for planned operations that day
  PRIMARY KEY (opened_on, hospital_id, kind)
);

-- Planned care bought from other providers, one row a day of booking and specialty.
CREATE TABLE purchased_care (
  booked_on DATE NOT NULL,           -- day that the invoices were booked
  specialty VARCHAR(64) NOT NULL,    -- medical specialty
  division VARCHAR(64) NOT NULL,     -- division that pays, without the word division
  cases INTEGER NOT NULL,            -- treatments invoiced
  cost_sek DECIMAL(16,2) NOT NULL,   -- what they cost, SEK
  PRIMARY KEY (booked_on, specialty)
);

-- Inpatient care that other providers give for a division, one row a month and division.
CREATE TABLE purchased_inpatient_month (
  month_begins DATE NOT NULL,        -- first day of the month
  division VARCHAR(64) NOT NULL,     -- division that pays, without the word division
  booked_on DATE NOT NULL,           -- day on which the month was closed in the books
  patient_days INTEGER NOT NULL,     -- patient-days (vårddygn) invoiced
  cost_sek DECIMAL(16,2) NOT NULL,   -- what they cost, SEK
  PRIMARY KEY (month_begins, division)
);

-- What the frames set aside for buying guaranteed care beyond the divisions'
-- own budgets, one row a budget year.
CREATE TABLE purchased_care_fund (
  year INTEGER NOT NULL,             -- budget year
  amount_sek DECIMAL(16,2) NOT NULL, -- amount, SEK
  PRIMARY KEY (year)
);

-- Visits in outpatient care (besök), one row a day and division.
CREATE TABLE visit_day (
  day DATE NOT NULL,                 -- day of the visits
  division VARCHAR(64) NOT NULL,     -- division that was visited
  visits INTEGER NOT NULL,           -- visits carried out, at a clinic or in the patient's home
  digital_visits INTEGER NOT NULL,   -- beside these, meetings with a patient by video or chat that replace a visit
  PRIMARY KEY (day, division)
);

-- Deliveries (förlossningar), one row a day and hospital, also for a day without any.
CREATE TABLE delivery_day (
  day DATE NOT NULL,                 -- day of the delivery
  hospital VARCHAR(64) NOT NULL,     -- hospital by its place
  deliveries INTEGER NOT NULL,       -- women who gave birth; twins are one delivery
  inductions INTEGER NOT NULL,       -- of these, deliveries that were induced
  PRIMARY KEY (day, hospital)
);

-- Inpatients by ward and day. The sample holds the wards of psychiatry.
CREATE TABLE inpatient_day (
  day DATE NOT NULL,                 -- day
  ward_id INTEGER NOT NULL,          -- ward.ward_id
  patients INTEGER NOT NULL,         -- inpatients at the day's evening measurement: its patient-days (vårddygn)
  PRIMARY KEY (day, ward_id),
  KEY inpatient_day_ward (ward_id, day)
);

-- Patients of the SPOT teams, one row a day and hospital.
CREATE TABLE spot_day (
  day DATE NOT NULL,                 -- day, at its end
  hospital VARCHAR(64) NOT NULL,     -- place of the team, as hospitals are named
  active INTEGER NOT NULL,           -- patients in contact with the team
  completed INTEGER NOT NULL,        -- patients whose contact has ended, since the team began
  PRIMARY KEY (day, hospital)
);

-- Deviations (avvikelser) and lex Maria reports, one row a day and division.
CREATE TABLE deviation_day (
  day DATE NOT NULL,                 -- day of the report
  division VARCHAR(64) NOT NULL,     -- division where it happened
  reported INTEGER NOT NULL,         -- deviations reported that day
  unresolved INTEGER NOT NULL,       -- deviations that are not closed, whenever reported, at the day's end
  privacy INTEGER NOT NULL,          -- of those reported, deviations with a personal data incident
  lex_maria INTEGER NOT NULL,        -- lex Maria cases sent to the inspectorate, supplements not counted
  lex_maria_supplements INTEGER NOT NULL, -- supplements to earlier lex Maria cases sent to the inspectorate
  injuries INTEGER NOT NULL,         -- of those reported, deviations in which a patient was injured (vårdskada)
  PRIMARY KEY (day, division)
);

-- Infections reported to the county's infection control unit, one row a day and disease.
CREATE TABLE infection_day (
  day DATE NOT NULL,                 -- day of the report
  disease VARCHAR(64) NOT NULL,      -- disease
  cases INTEGER NOT NULL,            -- cases reported
  admitted INTEGER NOT NULL,         -- of the patients with the disease, admitted to a hospital that day
  PRIMARY KEY (day, disease)
);

-- Disease prevention in primary care, one row a day and area.
CREATE TABLE prevention_day (
  day DATE NOT NULL,                 -- day
  area VARCHAR(64) NOT NULL,         -- verksamhetsområde, as in investment
  health_dialogues INTEGER NOT NULL, -- health dialogues held (Norrbottens hälsosamtal)
  activity_prescriptions INTEGER NOT NULL, -- prescriptions of physical activity (FaR)
  PRIMARY KEY (day, area)
);

-- The same health dialogues by age and sex for all areas together, one row a day, age and sex.
CREATE TABLE health_dialogue_day (
  day DATE NOT NULL,                 -- day
  age_group VARCHAR(16) NOT NULL,    -- age at which people are called: 40, 50 or 60
  sex VARCHAR(16) NOT NULL,          -- kvinna or man, as registered (juridiskt kön)
  health_dialogues INTEGER NOT NULL, -- health dialogues held (Norrbottens hälsosamtal)
  PRIMARY KEY (day, age_group, sex)
);

-- Net cost as booked, one row a closed month and a division or part of one.
CREATE TABLE ledger_month (
  month DATE NOT NULL,               -- first day of the month
  closed_on DATE NOT NULL,           -- day that the month's accounts were closed
  division VARCHAR(64) NOT NULL,     -- division, Regiongemensamt, or Finans
  part VARCHAR(64) NOT NULL,         -- part of Regiongemensamt as the plan names it, or Övrigt; empty elsewhere
  net_cost_sek DECIMAL(16,2) NOT NULL, -- costs less income in the month, SEK; negative for Finans
  PRIMARY KEY (month, division, part),
  KEY ledger_month_closed (closed_on)
);

-- Economic frames, one row a year and a division or part of one.
CREATE TABLE economic_frame (
  year INTEGER NOT NULL,             -- budget year
  division VARCHAR(64) NOT NULL,     -- as in ledger_month
  part VARCHAR(64) NOT NULL,         -- as in ledger_month
  net_cost_sek DECIMAL(16,2) NOT NULL, -- frame for the net cost, SEK; negative for Finans
  PRIMARY KEY (year, division, part)
);

-- Insurance contracts, one row a contract.
CREATE TABLE insurance_contract (
  contract_id INTEGER NOT NULL,      -- key of this schema
  contract_group VARCHAR(32) NOT NULL, -- Större avtal or Mindre avtal
  category VARCHAR(64) NOT NULL,     -- what is insured
  valid_from DATE NOT NULL,          -- first day
  valid_to DATE NOT NULL,            -- last day, option years included
  annual_premium_sek DECIMAL(16,2) NOT NULL, -- premium a year, SEK
  PRIMARY KEY (contract_id)
);

-- The pension portfolio and what it is to cover, one row a valuation.
CREATE TABLE portfolio_valuation (
  valued_on DATE NOT NULL,           -- last day of a month
  market_value_sek DECIMAL(16,2) NOT NULL, -- all of the portfolio, SEK
  equity_sek DECIMAL(16,2) NOT NULL, -- of this, shares and equity funds, SEK
  pension_commitment_sek DECIMAL(16,2) NOT NULL, -- calculated pension commitment, SEK
  PRIMARY KEY (valued_on)
);

-- New building and extensive conversion or extension with the region as developer, one row a project.
CREATE TABLE building_project (
  project_id INTEGER NOT NULL,       -- key of this schema
  district VARCHAR(64) NOT NULL,     -- property district
  decided_on DATE NOT NULL,          -- day of the decision to build
  finished_on DATE,                  -- day of completion; NULL until then
  building_cost_sek DECIMAL(16,2) NOT NULL, -- decided total building cost, SEK
  art_sek DECIMAL(16,2) NOT NULL,    -- set aside for art, SEK
  PRIMARY KEY (project_id)
);

-- Risks of the regional board's risk analysis, one row a risk.
CREATE TABLE risk (
  risk_id INTEGER NOT NULL,          -- the risk's number in the analysis
  goal_type VARCHAR(64) NOT NULL,    -- kind of goal that it threatens
  goal_area VARCHAR(64) NOT NULL,    -- area of the goal, without the goal's sentence
  risk VARCHAR(512) NOT NULL,        -- the risk and its causes; its first sentence is its name
  response VARCHAR(64) NOT NULL,     -- what is to be done about it (riskrespons); empty where the analysis gives none
  closed_on DATE,                    -- day that it was struck from the register; NULL while open
  PRIMARY KEY (risk_id)
);

-- Assessments of risks, one row a risk and day.
CREATE TABLE risk_assessment (
  risk_id INTEGER NOT NULL,          -- risk.risk_id
  assessed_on DATE NOT NULL,         -- day of the assessment
  likelihood INTEGER NOT NULL,       -- 1 to 4
  consequence INTEGER NOT NULL,      -- 1 to 4
  PRIMARY KEY (risk_id, assessed_on)
);

-- Studies and projects of the IT portfolio, one row each.
CREATE TABLE it_undertaking (
  undertaking_id INTEGER NOT NULL,   -- key of this schema
  kind VARCHAR(16) NOT NULL,         -- förstudie or projekt
  name VARCHAR(128) NOT NULL,        -- what it is called
  registered_on DATE NOT NULL,       -- day that it came into the portfolio
  planned_start DATE,                -- last day to start; NULL where none is planned
  started_on DATE,                   -- day of the start; NULL until then
  planned_end DATE,                  -- last day to end; NULL where none is planned
  ended_on DATE,                     -- day of the end; NULL until then
  PRIMARY KEY (undertaking_id)
);

-- Stocktakings of what care cannot do without, one row a category and day.
CREATE TABLE supply_stock (
  counted_on DATE NOT NULL,          -- day of the count
  category VARCHAR(64) NOT NULL,     -- kind of supply
  stock INTEGER NOT NULL,            -- in stock, in the category's own measure
  daily_need INTEGER NOT NULL,       -- need a day during a crisis, in the same measure; above zero
  PRIMARY KEY (counted_on, category),
  KEY supply_stock_category (category, counted_on)
);

-- Energy, water, waste, transport and reuse, one row a property district and month.
CREATE TABLE resource_use (
  month DATE NOT NULL,               -- first day of the month
  reported_on DATE NOT NULL,         -- day that the month's figures came in
  district VARCHAR(64) NOT NULL,     -- property district
  electricity_kwh INTEGER NOT NULL,  -- electricity used
  heat_kwh INTEGER NOT NULL,         -- heat used
  combustible_waste_kg INTEGER NOT NULL, -- combustible waste collected
  transport_km INTEGER NOT NULL,     -- distance driven for goods and people
  fossil_transport_km INTEGER NOT NULL, -- of this, on fossil fuel
  water_m3 INTEGER NOT NULL,         -- water used
  food_waste_kg INTEGER NOT NULL,    -- food thrown away, from kitchens and wards (matsvinn)
  textiles_kg INTEGER NOT NULL,      -- textiles bought or hired, washed ones by their weight
  hazardous_waste_kg INTEGER NOT NULL, -- hazardous waste collected
  reused_kg INTEGER NOT NULL,        -- furniture, technology and building material given a new use (återbruk)
  PRIMARY KEY (month, district),
  KEY resource_use_reported (reported_on)
);
