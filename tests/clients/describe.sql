-- psql's \d family reads the system catalogs, which this server does not have yet.
CREATE TABLE kvstore (key VARCHAR, value VARCHAR, PRIMARY KEY(key));
\d
\dt
\di
\ds
\d kvstore
\d nowhere
\dn
\du
\l
\df
\dt kv*
SELECT count(*) FROM kvstore;
