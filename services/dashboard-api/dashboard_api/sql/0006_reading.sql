-- Whether a run read everything or only what changed, and why everything where changes would have done.
ALTER TABLE run ADD reading text, ADD reading_reason text;
