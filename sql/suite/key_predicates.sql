-- Predicates on keys: equality, IN, ANY, ranges, BETWEEN, row comparison, keys of several columns, keyset pages.
-- Guards the promise that a predicate on the key finds exactly the rows a look at every row would find.

CREATE TABLE one (k int PRIMARY KEY, v text);
INSERT INTO one VALUES (-5, 'minus five'), (0, 'zero'), (1, 'one'), (2, 'two'), (3, 'three'), (10, 'ten'), (2147483647, 'max'), (-2147483648, 'min');

-- equality
SELECT v FROM one WHERE k = 1;
SELECT v FROM one WHERE 1 = k;
SELECT v FROM one WHERE k = '1';
SELECT v FROM one WHERE k = 1 + 1;
SELECT v FROM one WHERE k = 4;
SELECT v FROM one WHERE k = NULL;
SELECT v FROM one WHERE k IS NULL;
SELECT v FROM one WHERE k IS NOT DISTINCT FROM 1;
SELECT v FROM one WHERE k = 1 AND k = 2;
SELECT v FROM one WHERE k = 1 AND k = 1;
SELECT v FROM one WHERE k = 1 AND v = 'two';
SELECT v FROM one WHERE k = 1 OR k = 2 ORDER BY k;
SELECT v FROM one WHERE k = 1 OR v = 'two' ORDER BY k;
SELECT v FROM one WHERE NOT k = 1 ORDER BY k;
SELECT v FROM one WHERE k = 1.0;
SELECT v FROM one WHERE k = 1.5;
SELECT v FROM one WHERE k = 1e0::double precision;
SELECT v FROM one WHERE k = 99999999999;
SELECT v FROM one WHERE k = 1::smallint;
SELECT v FROM one WHERE k = 1::bigint;
SELECT v FROM one WHERE k::text = '1';
SELECT v FROM one WHERE k + 0 = 1;
SELECT v FROM one WHERE k = k AND k < 1 ORDER BY k;
SELECT v FROM one WHERE k = '1.5';
SELECT v FROM one WHERE k = '99999999999';
SELECT v FROM one WHERE k = 'one';
SELECT v FROM one WHERE k = true;
SELECT v FROM one WHERE k = '1'::text;
SELECT v FROM one WHERE k == 1;
SELECT v FROM one WHERE k <> 1 AND k != 2 ORDER BY k;

-- IN and ANY
SELECT k FROM one WHERE k IN (1, 2, 3) ORDER BY k;
SELECT k FROM one WHERE k IN (3, 1, 3, 99, 1) ORDER BY k DESC;
SELECT k FROM one WHERE k IN (1);
SELECT k FROM one WHERE k IN ('1', 2) ORDER BY k;
SELECT k FROM one WHERE k IN (1, NULL);
SELECT k FROM one WHERE k IN (NULL);
SELECT k FROM one WHERE k IN (1, 2.0, 2.5) ORDER BY k;
SELECT k FROM one WHERE k IN (1 + 1, k) ORDER BY k LIMIT 2;
SELECT k FROM one WHERE k NOT IN (1, 2, 3) ORDER BY k;
SELECT k FROM one WHERE k NOT IN (1, NULL);
SELECT k FROM one WHERE NOT (k IN (1, NULL));
SELECT k FROM one WHERE k IN ();
SELECT k FROM one WHERE k IN (1, 'x');
SELECT k FROM one WHERE k IN (1, true);
SELECT k FROM one WHERE k IN 1;
SELECT k FROM one WHERE k = ANY (ARRAY[1, 2, 99]) ORDER BY k;
SELECT k FROM one WHERE k = ANY ('{3,2,NULL,3}') ORDER BY k;
SELECT k FROM one WHERE k = ANY ('{1,2}'::int[]) ORDER BY k;
SELECT k FROM one WHERE k = SOME (ARRAY[1]);
SELECT k FROM one WHERE k = ANY (ARRAY[1::bigint, 10]) ORDER BY k;
SELECT k FROM one WHERE k = ANY ('{}');
SELECT k FROM one WHERE k = ANY (ARRAY[]::int[]);
SELECT k FROM one WHERE k = ANY (NULL::int[]);
SELECT k FROM one WHERE k = ANY (NULL);
SELECT k FROM one WHERE k < ANY (ARRAY[0, -100]) ORDER BY k;
SELECT k FROM one WHERE k <> ALL (ARRAY[1, 2, 3]) ORDER BY k;
SELECT k FROM one WHERE k <> ALL ('{1,NULL}');
SELECT count(*) FROM one WHERE k <> ALL ('{}');
SELECT k FROM one WHERE k > ALL (ARRAY[1, 3]) ORDER BY k;
SELECT k FROM one WHERE k <> ANY (ARRAY[1]) ORDER BY k LIMIT 2;
SELECT k FROM one WHERE NOT k = ANY (ARRAY[1, 2]) ORDER BY k DESC LIMIT 2;
SELECT k FROM one WHERE k = ANY ('{1,x}');
SELECT k FROM one WHERE k = ANY ('1,2');
SELECT k FROM one WHERE k = ANY (1);
SELECT k FROM one WHERE k = ANY (ARRAY['a', 'b']);
SELECT k FROM one WHERE k = ANY (ARRAY[1, 2.5]) ORDER BY k;
SELECT k FROM one WHERE k = ANY (ARRAY[]);
--@bind ["{1,2,77}"]
SELECT k FROM one WHERE k = ANY ($1) ORDER BY k;
--@bind ["{}"]
SELECT k FROM one WHERE k = ANY ($1);
--@bind [null]
SELECT k FROM one WHERE k = ANY ($1);
--@bind ["{1,NULL}"]
SELECT k FROM one WHERE k <> ALL ($1::int[]);
--@bind ["3", "1"]
SELECT k FROM one WHERE k IN ($1, $2) ORDER BY k;
--@bind ["3", null]
SELECT k FROM one WHERE k IN ($1, $2) ORDER BY k;
--@bind ["3"]
SELECT k FROM one WHERE k = $1;
--@bind [null]
SELECT k FROM one WHERE k = $1;

-- ranges
SELECT k FROM one WHERE k > 1 ORDER BY k;
SELECT k FROM one WHERE k >= 1 AND k < 10 ORDER BY k;
SELECT k FROM one WHERE k > 1 AND k > 2 AND k <= 10 ORDER BY k DESC;
SELECT k FROM one WHERE 3 > k AND 0 <= k ORDER BY k;
SELECT k FROM one WHERE k > 3 AND k < 3;
SELECT k FROM one WHERE k >= 3 AND k <= 3;
SELECT k FROM one WHERE k > 3 AND k <= 3;
SELECT k FROM one WHERE k > 2147483647;
SELECT k FROM one WHERE k >= 2147483647;
SELECT k FROM one WHERE k > 99999999999;
SELECT count(*) FROM one WHERE k < 99999999999;
SELECT k FROM one WHERE k > 0.5 AND k < 2.5 ORDER BY k;
SELECT k FROM one WHERE k > NULL;
SELECT k FROM one WHERE k < -5;
SELECT k FROM one WHERE k BETWEEN 1 AND 3 ORDER BY k;
SELECT k FROM one WHERE k BETWEEN 3 AND 1;
SELECT k FROM one WHERE k BETWEEN SYMMETRIC 3 AND 1 ORDER BY k;
SELECT k FROM one WHERE k BETWEEN ASYMMETRIC 1 AND 2 ORDER BY k;
SELECT k FROM one WHERE k NOT BETWEEN 0 AND 10 ORDER BY k;
SELECT k FROM one WHERE k NOT BETWEEN SYMMETRIC 10 AND 0 ORDER BY k;
SELECT k FROM one WHERE k BETWEEN NULL AND 3;
SELECT k FROM one WHERE k NOT BETWEEN NULL AND 3 ORDER BY k;
SELECT k FROM one WHERE k BETWEEN 1 AND 2 OR k BETWEEN 3 AND 10 ORDER BY k;
SELECT k FROM one WHERE k BETWEEN '1' AND 2.5 ORDER BY k;
SELECT k FROM one WHERE k BETWEEN 1;
SELECT k FROM one WHERE (k < 0 OR k > 5) AND v LIKE 'm%' ORDER BY k;
SELECT k FROM one WHERE k > 0 ORDER BY k LIMIT 2;
SELECT k FROM one WHERE k < 10 ORDER BY k DESC LIMIT 3;
--@bind ["1", "3"]
SELECT k FROM one WHERE k BETWEEN $1 AND $2 ORDER BY k;
--@bind ["2"]
SELECT k FROM one WHERE k > $1 ORDER BY k LIMIT 2;

-- keys of several columns
CREATE TABLE two (a int, b text, v int, PRIMARY KEY (a, b));
INSERT INTO two VALUES (1, 'a', 1), (1, 'b', 2), (1, 'c', 3), (2, 'a', 4), (2, 'b', 5), (3, '', 6), (3, 'c', 7), (-1, 'z', 8);
SELECT v FROM two WHERE a = 1 AND b = 'b';
SELECT v FROM two WHERE b = 'b' AND a = 1;
SELECT v FROM two WHERE a = 1 ORDER BY v;
SELECT v FROM two WHERE b = 'a' ORDER BY v;
SELECT v FROM two WHERE a = 1 AND b > 'a' ORDER BY v;
SELECT v FROM two WHERE a = 1 AND b BETWEEN 'a' AND 'b' ORDER BY b DESC;
SELECT v FROM two WHERE a > 1 AND b = 'c';
SELECT v FROM two WHERE a IN (1, 3) AND b = 'c' ORDER BY v;
SELECT v FROM two WHERE a IN (1, 2) AND b IN ('a', 'b') ORDER BY v;
SELECT v FROM two WHERE a = ANY (ARRAY[2, 3]) AND b >= 'b' ORDER BY v;
SELECT v FROM two WHERE (a = 1 AND b = 'a') OR (a = 2 AND b = 'b') ORDER BY v;
SELECT v FROM two WHERE a = 1 AND b LIKE 'b%';
SELECT v FROM two WHERE (a, b) = (1, 'b');
SELECT v FROM two WHERE (b, a) = ('b', 1);
SELECT v FROM two WHERE ROW (a, b) = ROW (1, 'b');
SELECT v FROM two WHERE (a, b) <> (1, 'b') ORDER BY v;
SELECT v FROM two WHERE (a, b) IN ((1, 'a'), (3, ''), (9, 'x')) ORDER BY v;
SELECT v FROM two WHERE (a, b) NOT IN ((1, 'a'), (3, '')) ORDER BY v;
SELECT v FROM two WHERE (a, b) IN ((1, NULL), (2, 'a'));
SELECT v FROM two WHERE (a, b) NOT IN ((1, NULL), (2, 'a')) ORDER BY v;
SELECT v FROM two WHERE (a, b) > (1, 'b') ORDER BY a, b;
SELECT v FROM two WHERE (a, b) >= (1, 'b') ORDER BY a, b;
SELECT v FROM two WHERE (a, b) < (2, 'a') ORDER BY a, b;
SELECT v FROM two WHERE (a, b) <= (2, 'a') ORDER BY a, b;
SELECT v FROM two WHERE (a, b) > (1, 'a') AND (a, b) < (2, 'b') ORDER BY a, b;
SELECT v FROM two WHERE (a, b) BETWEEN (1, 'c') AND (2, 'b') ORDER BY a, b;
SELECT v FROM two WHERE (1, 'b') < (a, b) ORDER BY a, b;
SELECT v FROM two WHERE (a, b) > (1, NULL) ORDER BY a, b;
SELECT v FROM two WHERE (a, b) = (1, NULL);
SELECT v FROM two WHERE (a) = (1) ORDER BY v;
SELECT v FROM two WHERE (b, a) > ('b', 1) ORDER BY b, a;
SELECT v FROM two WHERE (a, b, v) > (1, 'b', 2) ORDER BY a, b;
SELECT v FROM two WHERE (a, b) = (1, 'b', 2);
SELECT v FROM two WHERE (a, b) > (1);
SELECT v FROM two WHERE (a, b) IN ((1, 'a'), (2));
SELECT v FROM two WHERE (a, b) IN (1, 2);
SELECT v FROM two WHERE (a, b) = 1;
SELECT v FROM two WHERE (a, b) > ('x', 'y');
SELECT v FROM two WHERE (a, b) = (true, 'y');
SELECT v FROM two WHERE (a, b) IS NULL;
SELECT count(*) FROM two WHERE (a, b) IS NOT NULL;
SELECT (1, 2) < (1, 3), (1, 2) = (1, 2), (1, NULL) < (2, 0), (1, NULL) = (2, 0), (1, NULL) = (1, 2), (NULL, 1) < (1, 2), (2, NULL) > (1, 1);

-- pages by key, forward, backward, and in an order that mixes directions
SELECT a, b FROM two ORDER BY a, b LIMIT 3;
SELECT a, b FROM two WHERE (a, b) > (1, 'b') ORDER BY a, b LIMIT 3;
SELECT a, b FROM two WHERE (a, b) > (2, 'b') ORDER BY a, b LIMIT 3;
SELECT a, b FROM two WHERE (a, b) > (3, 'c') ORDER BY a, b LIMIT 3;
SELECT a, b FROM two ORDER BY a DESC, b DESC LIMIT 3;
SELECT a, b FROM two WHERE (a, b) < (2, 'b') ORDER BY a DESC, b DESC LIMIT 3;
SELECT a, b FROM two ORDER BY a, b DESC LIMIT 4;
SELECT a, b FROM two WHERE a > 1 OR (a = 1 AND b < 'c') ORDER BY a, b DESC LIMIT 4;
SELECT a, b FROM two ORDER BY b, a LIMIT 3;
SELECT a, b FROM two WHERE a = 1 ORDER BY b DESC LIMIT 2;
SELECT a, b FROM two WHERE a = 1 AND b < 'c' ORDER BY b DESC LIMIT 1;
SELECT b FROM two WHERE a = 1 ORDER BY a, b OFFSET 1 LIMIT 1;
--@bind ["1", "b"]
SELECT a, b FROM two WHERE (a, b) > ($1, $2) ORDER BY a, b LIMIT 2;
--@bind ["1", "b", "2"]
SELECT a, b FROM two WHERE (a, b) > ($1, $2) ORDER BY a, b LIMIT $3;
--@bind ["1", "b"]
SELECT v FROM two WHERE a = $1 AND b = $2;
--@bind ["1", "a", "2", "b"]
SELECT v FROM two WHERE (a, b) IN (($1, $2), ($3, $4)) ORDER BY v;

-- keys of other types, written in several ways
CREATE TABLE by_text (k text PRIMARY KEY, v int);
INSERT INTO by_text VALUES ('a', 1), ('A', 2), ('', 3), ('é', 4), ('a ', 5), ('10', 6), ('9', 7), (E'tab\t', 8), ('日本', 9), ('~', 10);
SELECT k, v FROM by_text ORDER BY k;
SELECT v FROM by_text WHERE k = 'a';
SELECT v FROM by_text WHERE k = 'a'::varchar;
SELECT v FROM by_text WHERE k = 'a'::name;
SELECT v FROM by_text WHERE k = '';
SELECT v FROM by_text WHERE k = E'\u00e9';
SELECT v FROM by_text WHERE k > 'a' ORDER BY k;
SELECT v FROM by_text WHERE k < 'a' ORDER BY k DESC;
SELECT v FROM by_text WHERE k >= '1' AND k < ':' ORDER BY k;
SELECT v FROM by_text WHERE lower(k) = 'a' ORDER BY v;
SELECT v FROM by_text WHERE k = 10;
SELECT v FROM by_text WHERE k = 'a' || '';
SELECT v FROM by_text WHERE k IN ('a', 'A', 'b') ORDER BY v;
SELECT v FROM by_text WHERE k = ANY ('{a,"a ",""}') ORDER BY v;
SELECT v FROM by_text WHERE k = ANY (ARRAY['a', 'é']) ORDER BY v;
--@bind ["{a,A}"]
SELECT v FROM by_text WHERE k = ANY ($1) ORDER BY v;
CREATE TABLE by_uuid (k uuid PRIMARY KEY, v int);
INSERT INTO by_uuid VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 1), ('00000000-0000-0000-0000-000000000000', 2);
SELECT v FROM by_uuid WHERE k = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11';
SELECT v FROM by_uuid WHERE k = '{a0eebc999c0b4ef8bb6d6bb9bd380a11}';
SELECT v FROM by_uuid WHERE k IN ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000') ORDER BY k;
SELECT v FROM by_uuid WHERE k > '00000000-0000-0000-0000-000000000000';
SELECT v FROM by_uuid WHERE k = 'x';
SELECT v FROM by_uuid WHERE k = 1;
SELECT v FROM by_uuid WHERE k = '00000000-0000-0000-0000-000000000000'::text;
--@bind ["00000000-0000-0000-0000-000000000000"]
SELECT v FROM by_uuid WHERE k = $1;
CREATE TABLE by_time (device text, at timestamptz, v double precision, PRIMARY KEY (device, at));
INSERT INTO by_time VALUES ('d1', '2024-03-31 00:59:59+00', 1), ('d1', '2024-03-31 01:00:00+00', 2), ('d2', '2024-03-31 01:00:00+00', 3), ('d1', '2024-04-01 00:00:00+02', 4);
SELECT v FROM by_time WHERE device = 'd1' AND at = '2024-03-31 03:00:00+02';
SELECT v FROM by_time WHERE device = 'd1' AND at >= '2024-03-31 01:00:00+00' AND at < '2024-04-01 00:00:00+00' ORDER BY at;
SELECT v FROM by_time WHERE device = 'd1' ORDER BY at DESC LIMIT 1;
SELECT device, max(at), count(*) FROM by_time GROUP BY device ORDER BY device;
SELECT v FROM by_time WHERE at < 'infinity' AND at > '-infinity' ORDER BY device DESC, at;
SELECT v FROM by_time WHERE at = 1;
