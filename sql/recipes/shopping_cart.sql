-- A shopping cart: one document per customer, read and written as a whole under its key.

CREATE TABLE carts (
  customer text PRIMARY KEY,
  items    jsonb NOT NULL DEFAULT '{}',
  version  int NOT NULL DEFAULT 1
);

-- Put something in. The document has one member per article, so the same statement adds an article and changes its number.
INSERT INTO carts (customer, items) VALUES ('ann', '{"tea": {"n": 2, "price": 3.50}}')
ON CONFLICT (customer) DO UPDATE SET items = carts.items || EXCLUDED.items, version = carts.version + 1
RETURNING *;
INSERT INTO carts (customer, items) VALUES ('ann', '{"cup": {"n": 1, "price": 7.25}}')
ON CONFLICT (customer) DO UPDATE SET items = carts.items || EXCLUDED.items, version = carts.version + 1
RETURNING *;
INSERT INTO carts (customer, items) VALUES ('ann', '{"tea": {"n": 3, "price": 3.50}}')
ON CONFLICT (customer) DO UPDATE SET items = carts.items || EXCLUDED.items, version = carts.version + 1
RETURNING items;

-- Read the cart, or a part of it.
SELECT items FROM carts WHERE customer = 'ann';
SELECT items -> 'tea' ->> 'n' AS tea FROM carts WHERE customer = 'ann';
SELECT (items #>> '{tea,n}')::int * (items #>> '{tea,price}')::numeric AS tea_total FROM carts WHERE customer = 'ann';

-- Is there a cup in it? Are both there?
SELECT items ? 'cup' AS has_cup, items ?& '{cup,tea}' AS has_both, items ? 'pot' AS has_pot FROM carts WHERE customer = 'ann';

-- Change it only if nobody else did since it was read: the version is what was read.
UPDATE carts SET items = '{"cup": {"n": 1, "price": 7.25}}', version = version + 1 WHERE customer = 'ann' AND version = 3 RETURNING version;
UPDATE carts SET items = '{"pot": {"n": 1, "price": 20}}', version = version + 1 WHERE customer = 'ann' AND version = 3 RETURNING version;

-- Who has a cup in the cart? This looks at every cart.
INSERT INTO carts (customer, items) VALUES ('bob', '{"cup": {"n": 4, "price": 7.25}}'), ('cyd', '{}');
SELECT customer FROM carts WHERE items ? 'cup' ORDER BY customer;
SELECT customer FROM carts WHERE items @> '{"cup": {"n": 4}}';

-- Check out: the cart goes, and comes back for the last time.
DELETE FROM carts WHERE customer = 'ann' RETURNING items;
SELECT count(*) FROM carts WHERE customer = 'ann';
