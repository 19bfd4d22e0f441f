-- Feature flags: switches that are read on every request and changed by hand now and then.

CREATE TABLE flags (
  name    text PRIMARY KEY,
  enabled boolean NOT NULL DEFAULT false,
  percent smallint NOT NULL DEFAULT 100,
  rules   jsonb,
  note    text
);
INSERT INTO flags (name, enabled, percent, note) VALUES
  ('new-search', true, 25, 'a quarter of the users'),
  ('dark-mode', true, 100, NULL),
  ('beta-checkout', false, 100, 'waits for review');
INSERT INTO flags (name) VALUES ('empty') RETURNING *;

-- Is it on? A flag that is not there is off: there is no row, or with an aggregate there is always one.
SELECT enabled FROM flags WHERE name = 'dark-mode';
SELECT enabled FROM flags WHERE name = 'no-such-flag';
SELECT coalesce(bool_or(enabled), false) AS enabled FROM flags WHERE name = 'no-such-flag';

-- Is it on for a user, who has a number from 0 to 99?
SELECT name FROM flags WHERE name = 'new-search' AND enabled AND 12 < percent;
SELECT name FROM flags WHERE name = 'new-search' AND enabled AND 73 < percent;

-- All flags at once, as an application reads them when it starts.
SELECT name, enabled, percent FROM flags ORDER BY name;
SELECT name FROM flags WHERE enabled ORDER BY name;
SELECT name FROM flags WHERE name = ANY ('{dark-mode,beta-checkout,gone}') AND NOT enabled;

-- Switch it. RETURNING shows what is true now.
UPDATE flags SET enabled = NOT enabled WHERE name = 'beta-checkout' RETURNING name, enabled;
UPDATE flags SET percent = least(percent * 2, 100) WHERE name = 'new-search' RETURNING percent;
UPDATE flags SET percent = least(percent * 2, 100) WHERE name = 'new-search' RETURNING percent;
UPDATE flags SET percent = least(percent * 2, 100) WHERE name = 'new-search' RETURNING percent;

-- Rules for some: a document, and its questions.
UPDATE flags SET rules = '{"countries": ["DE", "AT"], "staff": true}' WHERE name = 'new-search';
SELECT rules -> 'countries' ? 'DE' AS here, rules -> 'countries' ? 'FR' AS there, (rules -> 'staff')::boolean AS staff FROM flags WHERE name = 'new-search';

-- Several switches that must change together.
BEGIN;
UPDATE flags SET enabled = false WHERE name = 'new-search';
UPDATE flags SET enabled = true WHERE name = 'empty';
COMMIT;
SELECT name, enabled FROM flags ORDER BY name;

-- Back to what a new flag has.
UPDATE flags SET enabled = DEFAULT, percent = DEFAULT, rules = DEFAULT WHERE name = 'new-search' RETURNING *;
DELETE FROM flags WHERE name = 'empty';
