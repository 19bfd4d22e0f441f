-- What is refused on purpose: these statements are PostgreSQL's and not (yet) ours. They run but are not counted, since the
-- answer that is wanted here is 0A000, with a message that names the clause, and PostgreSQL's is another.
-- Guards the promise that nothing is accepted and ignored: each statement is followed by one that shows what it must not
-- have done, and that the session goes on.

CREATE TABLE a (k int PRIMARY KEY, v text);
CREATE TABLE b (k int PRIMARY KEY, a_k int, v text);
INSERT INTO a VALUES (1, 'one'), (2, 'two');
INSERT INTO b VALUES (1, 1, 'x'), (2, 1, 'y');

--@count off
-- two tables in one query come with joins
SELECT a.v, b.v FROM a JOIN b ON b.a_k = a.k;
SELECT a.v, b.v FROM a, b;
SELECT a.v FROM a LEFT JOIN b USING (k);
--@count on
SELECT v FROM a ORDER BY k;

--@count off
-- a query within a query
SELECT v FROM a WHERE k IN (SELECT a_k FROM b);
SELECT v FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.a_k = a.k);
SELECT (SELECT max(k) FROM b);
SELECT * FROM (SELECT k FROM a) AS q;
WITH q AS (SELECT k FROM a) SELECT * FROM q;
--@count on
SELECT count(*) FROM a;

--@count off
-- queries put together
SELECT k FROM a UNION SELECT k FROM b;
SELECT k FROM a EXCEPT SELECT k FROM b;
--@count on
SELECT k FROM a ORDER BY k;

--@count off
-- windows
SELECT k, row_number() OVER (ORDER BY k) FROM a;
--@count on
SELECT k FROM a ORDER BY k;

--@count off
-- writes that read another table
UPDATE b SET v = a.v FROM a WHERE a.k = b.a_k AND b.k > 100;
DELETE FROM b USING a WHERE a.k = b.a_k AND b.k > 100;
--@count on
SELECT * FROM b ORDER BY k;

--@count off
-- locking clauses of SELECT
SELECT v FROM a WHERE k = 1 FOR UPDATE;
--@count on
SELECT v FROM a WHERE k = 1;

--@count off
-- objects other than tables and schemas
CREATE VIEW refused_view AS SELECT k FROM a;
CREATE INDEX refused_index ON a (v);
CREATE UNIQUE INDEX refused_unique ON a (v);
CREATE SEQUENCE refused_sequence;
CREATE TYPE refused_type AS ENUM ('x');
CREATE FUNCTION refused_function() RETURNS int LANGUAGE sql AS 'SELECT 1';
--@count on
SELECT count(*) FROM b;

--@count off
-- constraints other than PRIMARY KEY and NOT NULL, and columns that number or compute themselves
CREATE TABLE refused_1 (k int PRIMARY KEY, a_k int REFERENCES a (k));
CREATE TABLE refused_2 (k int PRIMARY KEY, v int CHECK (v > 0));
CREATE TABLE refused_3 (k int PRIMARY KEY, v int UNIQUE);
CREATE TABLE refused_4 (k serial PRIMARY KEY);
CREATE TABLE refused_5 (k int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
CREATE TABLE refused_6 (k int PRIMARY KEY, v int GENERATED ALWAYS AS (k + 1) STORED);
--@count on
SELECT * FROM a ORDER BY k;

--@count off
-- changes of a table's form
ALTER TABLE b ADD COLUMN added int;
--@count on
SELECT k FROM b ORDER BY k;

--@count off
-- bulk transfer
COPY a TO STDOUT;
--@count on
SELECT count(*) FROM a;

--@count off
-- cursors
DECLARE refused_cursor CURSOR WITH HOLD FOR SELECT k FROM a;
FETCH 1 FROM refused_cursor;
--@count on
SELECT 1;

--@count off
-- notifications
LISTEN refused_channel;
NOTIFY refused_channel;
--@count on
SELECT 2;

--@count off
-- roles and rights
GRANT SELECT ON a TO public;
--@count on
SELECT 3;

--@count off
-- table locks
LOCK TABLE a;
--@count on
DROP TABLE a CASCADE;
SELECT * FROM a;
