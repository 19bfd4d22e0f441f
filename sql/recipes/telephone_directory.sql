-- A telephone directory: names in order, and a search by how a name begins.
--
-- Rows lie in the order of the key. A prefix is therefore one short walk, not a look at every row.

CREATE TABLE directory (
  name   text,
  city   text,
  number text NOT NULL,
  PRIMARY KEY (name, city)
);
INSERT INTO directory (name, city, number) VALUES
  ('Meier, Anna', 'Bonn', '+49 228 1001'),
  ('Meier, Anna', 'Ulm', '+49 731 1002'),
  ('Meier, Bernd', 'Bonn', '+49 228 1003'),
  ('Meierhof, Carl', 'Jena', '+49 3641 1004'),
  ('Maier, Dora', 'Bonn', '+49 228 1005'),
  ('Meyer, Emil', 'Kiel', '+49 431 1006');

-- The number of one entry: both parts of the key.
SELECT number FROM directory WHERE name = 'Meier, Anna' AND city = 'Ulm';

-- Everybody whose name begins like this.
SELECT name, city, number FROM directory WHERE name LIKE 'Meier%' ORDER BY name, city;
SELECT name, city FROM directory WHERE name LIKE 'Meier, A%' ORDER BY name, city;

-- The same, in a city; and without regard to case, which has to look at every row.
SELECT name FROM directory WHERE name LIKE 'Me%' AND city = 'Bonn' ORDER BY name;
SELECT name, city FROM directory WHERE name ILIKE 'meier,%' ORDER BY name, city;

-- A search box that completes what is typed wants the first few only.
SELECT DISTINCT name FROM directory WHERE name LIKE 'M%' ORDER BY name LIMIT 3;

-- Turn the pages of the book: the next page begins after the last entry of this one.
SELECT name, city FROM directory ORDER BY name, city LIMIT 2;
SELECT name, city FROM directory WHERE (name, city) > ('Meier, Anna', 'Bonn') ORDER BY name, city LIMIT 2;
SELECT name, city FROM directory WHERE (name, city) > ('Meier, Bernd', 'Bonn') ORDER BY name, city LIMIT 2;

-- And back.
SELECT name, city FROM directory WHERE (name, city) < ('Meier, Bernd', 'Bonn') ORDER BY name DESC, city DESC LIMIT 2;

-- From one letter to another.
SELECT name FROM directory WHERE name >= 'Ma' AND name < 'Mb' ORDER BY name;

-- A name is marked with % or _ if these are part of it.
INSERT INTO directory VALUES ('100% Pizza', 'Bonn', '+49 228 1007');
SELECT name FROM directory WHERE name LIKE '100\% %';

-- Somebody moves: the key changes.
UPDATE directory SET city = 'Köln' WHERE name = 'Maier, Dora' AND city = 'Bonn' RETURNING *;

-- How many entries does each city have?
SELECT city, count(*) AS entries FROM directory GROUP BY city ORDER BY entries DESC, city;
