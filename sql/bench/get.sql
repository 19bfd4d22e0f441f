-- One row by its key.
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
