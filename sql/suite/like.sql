-- LIKE, NOT LIKE and ILIKE: prefixes, wildcards anywhere, escapes, nulls.
-- Guards the prefix search of a key-value store, whose range must be exactly the keys that match.

CREATE TABLE p (k text PRIMARY KEY, v int);
INSERT INTO p VALUES ('user1.name', 1), ('user1.country', 2), ('user10.name', 3), ('user2.name', 4), ('User1.name', 5), ('user', 6), ('user%', 7), ('user_', 8), ('', 9), (E'us\\er', 10), ('userÿ', 11), ('userz', 12), ('user~', 13), ('usf', 14), (E'user\nline', 15), ('ünï', 16), ('a_b', 17), ('axb', 18);
SELECT k FROM p WHERE k LIKE 'user1.%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user' ORDER BY k;
SELECT k FROM p WHERE k LIKE '%' ORDER BY k LIMIT 3;
SELECT k FROM p WHERE k LIKE '' ORDER BY k;
SELECT k FROM p WHERE k LIKE '%name' ORDER BY k;
SELECT k FROM p WHERE k LIKE '%.%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user1%name' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user_' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user_.name' ORDER BY k;
SELECT k FROM p WHERE k LIKE '____' ORDER BY k;
SELECT k FROM p WHERE k LIKE '___' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user\%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user\_%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'us\\%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'us\er' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'us\\er' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user!%' ESCAPE '!' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'a!_b' ESCAPE '!' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'a_b' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'us\er' ESCAPE '' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user%line' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'ün_' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'üni%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'USER1.%' ORDER BY k;
SELECT k FROM p WHERE k LIKE '%%1%%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user1._%' AND k NOT LIKE '%name' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user1.%' OR k LIKE 'user2.%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user1.' || '%' ORDER BY k;
SELECT k FROM p WHERE k LIKE 'user%' ORDER BY k DESC LIMIT 2;
SELECT k FROM p WHERE k LIKE 'user%' AND k > 'user1.name' AND k < 'user3' ORDER BY k;
SELECT count(*) FROM p WHERE k LIKE NULL;
SELECT count(*) FROM p WHERE k NOT LIKE NULL;
SELECT k FROM p WHERE k NOT LIKE 'us%' ORDER BY k;
SELECT k FROM p WHERE NOT k LIKE 'us%' ORDER BY k;
SELECT k FROM p WHERE k NOT LIKE '%_%' ORDER BY k;
SELECT k FROM p WHERE k ILIKE 'USER1.NAME' ORDER BY k;
SELECT k FROM p WHERE k ILIKE 'uSeR1.%' ORDER BY k;
SELECT k FROM p WHERE k NOT ILIKE 'user%' ORDER BY k;
SELECT k FROM p WHERE k ILIKE '%NAME' ORDER BY k;
SELECT k FROM p WHERE k ILIKE 'A\_B' ORDER BY k;
SELECT k FROM p WHERE k ~~ 'user1.%' ORDER BY k;
SELECT k FROM p WHERE k !~~ 'u%' ORDER BY k;
SELECT k FROM p WHERE k ~~* 'USER2%' ORDER BY k;
SELECT 'ab' LIKE 'a\';
SELECT k FROM p WHERE k LIKE 'x\';
SELECT k FROM p WHERE k LIKE 'user1.name\';
SELECT k FROM p WHERE k LIKE 'user%' ESCAPE '!!';
SELECT k FROM p WHERE k LIKE 'user!' ESCAPE '!';
SELECT k FROM p WHERE k LIKE;
SELECT k FROM p WHERE k LIKE 1;
SELECT k FROM p WHERE v LIKE '1%';
SELECT k FROM p WHERE v::text LIKE '1%' ORDER BY v;
SELECT 'abc' LIKE 'a%', 'abc' LIKE 'b', 'abc' LIKE '_b_', 'a' LIKE 'a%%', '' LIKE '%', '' LIKE '_', NULL LIKE 'a', 'a' LIKE NULL;
SELECT 'abc' NOT LIKE 'a%', 'ABC' ILIKE 'abc', 'ABC' NOT ILIKE 'a%', 'a%c' LIKE 'a\%c', 'abc' LIKE 'a\%c', 'é' LIKE '_', 'É' ILIKE 'é';
SELECT 'aab' LIKE '%ab', 'aaab' LIKE 'a%a%b', 'mississippi' LIKE 'm%iss%ip%i', 'mississippi' LIKE 'm%iss%x%i', 'a' LIKE '%a%a%';
SELECT 'abc'::varchar LIKE 'a%'::varchar, 'abc'::name LIKE 'a%', '\x6162'::bytea LIKE '\x6125'::bytea;
--@bind ["user1.%"]
SELECT k FROM p WHERE k LIKE $1 ORDER BY k;
--@bind ["user1."]
SELECT k FROM p WHERE k LIKE $1 || '%' ORDER BY k;
--@bind ["%NAME", "user1%"]
SELECT k FROM p WHERE k ILIKE $1 AND k LIKE $2 ORDER BY k;
--@bind [null]
SELECT k FROM p WHERE k LIKE $1;
DELETE FROM p WHERE k LIKE 'user1.%' RETURNING k;
UPDATE p SET v = 0 WHERE k LIKE 'user_' RETURNING k;
SELECT count(*) FROM p;
CREATE TABLE q (tenant int, path varchar(40), PRIMARY KEY (tenant, path));
INSERT INTO q VALUES (1, '/a'), (1, '/a/b'), (1, '/a/b/c'), (1, '/b'), (2, '/a/b');
SELECT path FROM q WHERE tenant = 1 AND path LIKE '/a/%' ORDER BY path;
SELECT tenant FROM q WHERE path LIKE '/a/%' ORDER BY tenant, path;
SELECT path FROM q WHERE tenant = 1 AND path LIKE '/a/%' AND path NOT LIKE '/a/%/%';
