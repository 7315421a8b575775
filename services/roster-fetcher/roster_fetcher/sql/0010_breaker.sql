-- A breaker has a subject, whatever that is: here, a source.
ALTER TABLE breaker RENAME COLUMN source_id TO subject;
