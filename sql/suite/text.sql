-- text, varchar(n) and name: literals and quoting, comparison by byte, concatenation, the string functions.
-- Guards against bytes where characters are meant, and against a length limit that cuts where it should refuse.

-- literals
SELECT 'a', '', 'it''s', '''', 'a"b', 'back\slash', 'percent%', 'ünïcödé', '日本語', '🙂', ' spaces ';
SELECT E'tab\there', E'new\nline', E'quote\'s', E'back\\slash', E'\x41\x42', E'\101', E'\u00e9', E'\U0001F642', E'\q', e'lower\tcase', E'';
SELECT $$dollar 'quoted'$$, $tag$with $$ inside$tag$, $$$$, $$back\slash$$;
SELECT 'joined '
       'over lines', 'and' -- a comment between
       ' commented';
SELECT U&'d\0061t\+000061', U&'\0041';
SELECT U&'!0041' UESCAPE '!';
SELECT 'a' 'b';
SELECT E'\u00';
SELECT E'\u0000';
SELECT E'\xff';

-- types and lengths
SELECT 'a'::text, 'a'::varchar, 'a'::varchar(5), 'abcdef'::varchar(3), 'abcdef'::character varying(2), CAST('abcdef' AS varchar(4)), varchar 'x', text 'y', name 'z', varchar(2) 'xyz', 'ab   '::varchar(3), '日本語'::varchar(2);
SELECT 'a'::varchar(0);
SELECT 'a'::varchar(x);
SELECT 'abc'::name, 'abc'::name = 'abc', 'abc'::name || 'd', length('abc'::name), 'a'::name < 'b'::name, 'x'::text::name, 'y'::name::text;
SELECT length('0123456789012345678901234567890123456789012345678901234567890123456789'::name), '0123456789012345678901234567890123456789012345678901234567890123456789'::text::name;
SELECT 'a'::text = 'a'::varchar, 'a'::varchar = 'a '::varchar, 'a' < 'b', 'a' < 'B', 'a' < 'ab', '' < 'a', 'Z' < 'a', 'é' > 'z', '10' < '9', 'a'::text < 'b'::varchar, 'a'::text = 'a'::name;
SELECT 'a' = 1;
SELECT 'a'::text = 1;
SELECT 'a'::text < 1.5;
SELECT 'a'::text = true;

-- concatenation
SELECT 'a' || 'b', 'a' || 1, 1 || 'a', 'a' || 1.50, 'a' || true, 'a'::text || NULL, 'a'::varchar || 'b'::text, 'a' || '' || 'b', 'x' || 1 || 2, 'at ' || '2024-01-01 00:00:00+00'::timestamptz, 'n' || NULL::int, 'u' || '00000000-0000-0000-0000-000000000000'::uuid;
SELECT 1 || 2;
SELECT true || false;
SELECT 1 || NULL;
SELECT 'a'::text || '{"a":1}'::jsonb;
SELECT concat('a', 1, NULL, true, 2.50, '2024-01-01 00:00:00+00'::timestamptz), concat(NULL), concat('x'), concat('', NULL, ''), concat(1::bigint, 'a'::varchar);
SELECT concat();

-- functions
SELECT lower('ABC'), upper('abc'), lower(''), upper(NULL), lower('MiXeD 1.5'), upper('a'::varchar), lower('ABC'::name);
SELECT upper('é'), lower('É'), lower('Ω');
SELECT length('abc'), length(''), length('日本語'), char_length('日本語'), character_length('é'), octet_length('日本語'), octet_length('é'), length(NULL), length('🙂'), octet_length('🙂'), length('a '::varchar);
SELECT substr('abcdef', 2), substr('abcdef', 2, 3), substr('abcdef', 0), substr('abcdef', -1, 3), substr('abcdef', 10), substr('abcdef', 2, 0), substr('日本語', 2, 1), substr('abcdef', 3, 2147483647);
SELECT substring('abcdef' FROM 2), substring('abcdef' FROM 2 FOR 3), substring('abcdef' FOR 2), substring('abcdef', 2, 2), substring('abcdef', 0, 2), substring('abc' FROM -1 FOR 4), substring(NULL FROM 1);
SELECT substr('abc', 1, -1);
SELECT substring('abc' FROM 2 FOR -1);
SELECT replace('banana', 'an', 'AN'), replace('banana', 'x', 'y'), replace('banana', '', 'y'), replace('banana', 'a', ''), replace('', 'a', 'b'), replace('aaa', 'aa', 'b'), replace(NULL, 'a', 'b');
SELECT trim('  a b  '), trim(both FROM '  a  '), trim(leading FROM '  a  '), trim(trailing FROM '  a  '), trim('x' FROM 'xxaxx'), trim(both 'xy' FROM 'xyxaxyx'), trim(leading 'x' FROM 'xxa'), trim(trailing 'x' FROM 'axx'), trim(E'\t a');
SELECT btrim('  a  '), btrim('xyaxy', 'yx'), ltrim('  a '), ltrim('zzya', 'zy'), rtrim(' a  '), rtrim('axyx', 'xy'), btrim(''), btrim('aaa', 'a'), ltrim('日本', '日'), btrim('abc', '');
SELECT left('abcdef', 2), left('abcdef', -2), left('abc', 0), left('abc', 10), left('abc', -5), right('abcdef', 2), right('abcdef', -2), right('abc', 0), right('日本語', 1), left('日本語', 2);
SELECT position('c' IN 'abc'), position('' IN 'abc'), position('x' IN 'abc'), position('本' IN '日本語'), strpos('abc', 'bc'), strpos('abc', ''), strpos('', 'a'), position('c' IN NULL);
SELECT md5('abc'), md5(''), md5('日本'), md5(NULL::text), repeat('ab', 3), repeat('a', 0), repeat('a', -1), repeat('', 5), starts_with('abc', 'ab'), starts_with('abc', ''), starts_with('abc', 'b'), reverse('abc'), reverse('日本'), reverse('');
SELECT split_part('a,b,c', ',', 1), split_part('a,b,c', ',', 3), split_part('a,b,c', ',', 4), split_part('a,b,c', ',', -1), split_part('abc', ',', 1), split_part('a--b', '--', 2), split_part('', ',', 1), split_part('a,b', '', 1), split_part('a,b', '', 2);
SELECT split_part('a,b', ',', 0);
SELECT upper(1);
SELECT upper();
SELECT upper('a', 'b');
SELECT length(1);
SELECT length(true);
SELECT left('abc', 'x');
SELECT left('abc');
SELECT repeat('a', 1.5);
SELECT repeat('a', '2'), left('abc', '1'), substr('abcdef', '2', '3');
SELECT replace('a', 'b');
SELECT md5(1);
SELECT reverse(12);
SELECT starts_with('abc', 1);
SELECT strpos('abc', 1);
SELECT position(1 IN 'abc');
SELECT trim(1);
SELECT nosuchfunction('a');
SELECT lower('"a"'::jsonb);
SELECT greatest('a', 'b', 'B'), least('b', 'a'), coalesce(NULL, 'a'), nullif('a', 'a'), nullif('a', 'b'), greatest('a'::varchar, 'b'::text), CASE WHEN 'a' < 'b' THEN 'yes' ELSE 'no' END;

-- columns with a limit
CREATE TABLE tx (k varchar(8) PRIMARY KEY, v varchar(3), t text, n name);
INSERT INTO tx VALUES ('a', 'abc', 'abc', 'abc'), ('b', 'ab ', 'ab ', 'ab '), ('c', '', '', ''), ('d', NULL, NULL, NULL), ('é', '日本語', '日本語', '日本語'), ('12345678', 'x', 'y', 'z');
INSERT INTO tx VALUES ('123456789', 'x', 'y', 'z');
INSERT INTO tx VALUES ('e', 'abcd', 'y', 'z');
INSERT INTO tx VALUES ('e', 'abc  ', 'y', 'z') RETURNING v, length(v);
INSERT INTO tx VALUES ('f', 'abcd'::varchar(3), 'y', 'z') RETURNING v;
INSERT INTO tx VALUES ('g', 1234, 1234, 'x');
INSERT INTO tx VALUES ('g', 123, 123, '123') RETURNING *;
INSERT INTO tx VALUES ('h', true, false, 'n');
INSERT INTO tx (k, v) VALUES ('h', 'a' || 'bcd');
INSERT INTO tx (k, n) VALUES ('h', '0123456789012345678901234567890123456789012345678901234567890123456789') RETURNING length(n);
UPDATE tx SET v = 'toolong' WHERE k = 'a';
UPDATE tx SET v = t WHERE k = 'a' RETURNING v;
UPDATE tx SET v = upper(t) || 'x' WHERE k = 'a';
UPDATE tx SET t = v || t || n WHERE k = 'a' RETURNING t;
SELECT k, v, length(v), octet_length(v) FROM tx ORDER BY k;
SELECT k FROM tx WHERE v = 'ab' ORDER BY k;
SELECT k FROM tx WHERE v = 'ab ' ORDER BY k;
SELECT k FROM tx WHERE v = t ORDER BY k;
SELECT k FROM tx WHERE n = t ORDER BY k;
SELECT k FROM tx WHERE v IN ('abc', 'x') ORDER BY k;
SELECT k FROM tx WHERE k = 'longer than any key';
SELECT k FROM tx WHERE v > '' ORDER BY v DESC, k;
SELECT v || n, upper(v), v || 1, coalesce(v, n), coalesce(n, t) FROM tx WHERE k = 'a';
SELECT min(v), max(n), min(t), count(DISTINCT v) FROM tx;
SELECT k FROM tx WHERE v = 1;
SELECT k FROM tx WHERE substr(t, 1, 1) = 'a' AND length(t) > 3 ORDER BY k;
--@bind ["a"]
SELECT v, n FROM tx WHERE k = $1;
--@bind ["abc", "c"]
SELECT k FROM tx WHERE v || $2 = $1 || $2 ORDER BY k;
--@bind ["é"]
SELECT upper($1), length($1), $1 || '!';
--@bind ["toolong4"]
UPDATE tx SET v = $1 WHERE k = 'a';
--@bind ["abc", "2"]
SELECT left($1, $2), substr($1, $2), repeat($1, $2);
