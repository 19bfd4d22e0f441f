-- Sixteen reads by key in one round trip.
\startpipeline
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\set i random(1, :keys)
SELECT value FROM kvstore WHERE key = :i;
\endpipeline
