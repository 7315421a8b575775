-- An order is asked for by its id alone.
CREATE INDEX run_by_order ON run (order_id) WHERE order_id IS NOT NULL;
