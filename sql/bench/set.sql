-- Write one row by its key. The two values alternate, so that no write leaves a row as it was.
\set i random(1, :keys)
\if random(0, 1)
INSERT INTO kvstore (key, value) VALUES (:i, :value1) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value;
\else
INSERT INTO kvstore (key, value) VALUES (:i, :value2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value;
\endif
