-- One bay is held for one caller at a time; expired holds are deleted before new ones are taken.
ALTER TABLE "slot_holds" ADD CONSTRAINT "slot_holds_no_overlap"
  EXCLUDE USING gist ("bay" WITH =, tstzrange("starts_at", "ends_at", '[)') WITH &&);
