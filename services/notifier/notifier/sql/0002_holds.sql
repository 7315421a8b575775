-- A run may be told of twice: that operations wait for a decision, and how it ended.
ALTER TABLE notice ADD about text NOT NULL DEFAULT 'end' CHECK (about IN ('end', 'hold'));
ALTER TABLE notice DROP CONSTRAINT notice_pkey;
ALTER TABLE notice ADD PRIMARY KEY (district_id, run_id, about, channel, recipient);
