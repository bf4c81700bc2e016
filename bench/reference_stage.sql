-- The first half of both yardsticks of imports: `psql \copy`, and one row per person in the order of addresses.
\set ON_ERROR_STOP on
\timing off
SET client_min_messages TO warning;
DROP TABLE IF EXISTS reference_stage, reference_work;
CREATE UNLOGGED TABLE reference_stage (
    line bigint GENERATED ALWAYS AS IDENTITY, email text COLLATE "C", first_name text, last_name text, city text,
    language text, date_of_birth text
);
\set copy '\\copy reference_stage (email, first_name, last_name, city, language, date_of_birth) FROM ' :'file' ' CSV HEADER'
:copy

CREATE UNLOGGED TABLE reference_work AS
SELECT row_number() OVER (ORDER BY email)::int AS n, email, language,
       jsonb_build_object('first_name', first_name, 'last_name', last_name, 'city', city,
                          'date_of_birth', date_of_birth) AS attributes
FROM (SELECT DISTINCT ON (email) * FROM reference_stage ORDER BY email, line DESC) AS last_rows;
CREATE UNIQUE INDEX ON reference_work (n);
ANALYZE reference_work;
