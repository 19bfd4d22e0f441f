-- psql's \d family, which reads the catalog.
CREATE TABLE kvstore (key VARCHAR, value VARCHAR, PRIMARY KEY(key));
CREATE TABLE orders (
  customer int NOT NULL, number bigserial, total numeric(10,2) DEFAULT 0 CHECK (total >= 0),
  placed timestamptz NOT NULL DEFAULT now(), tags text[], details jsonb, PRIMARY KEY (customer, number));
CREATE INDEX orders_placed ON orders (placed DESC);
CREATE UNIQUE INDEX orders_total ON orders (customer, total);
CREATE SEQUENCE tickets;
\d
\dt
\di
\ds
\d kvstore
\d orders
\d orders_placed
\d tickets
\d nowhere
\dn
\du
\dt public.*
\dt kv*
