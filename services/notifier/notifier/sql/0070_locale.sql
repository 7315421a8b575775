-- The language in which somebody wants to be told; null: the district's.
ALTER TABLE notice ADD locale text;
