-- No two active appointments may overlap in one bay. Half-open: 10:00-10:30 and 10:30-11:00 do not overlap.
ALTER TABLE "appointments" ADD CONSTRAINT "appointments_bay_no_overlap"
  EXCLUDE USING gist ("bay" WITH =, tstzrange("scheduled_at", "ends_at", '[)') WITH &&)
  WHERE ("status" IN ('scheduled', 'confirmed', 'checked_in', 'in_progress'));
