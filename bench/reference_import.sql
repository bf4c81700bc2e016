-- The yardstick of an import: `psql \copy` and the merge by hand, with the same tables, keys, indexes, durability and
-- slices as Tidings, but without checking an address, reporting a row or surviving a crash. psql variables: `file`,
-- `group_id`, `slice`.
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

CREATE OR REPLACE PROCEDURE reference_merge(target bigint, size int) LANGUAGE plpgsql AS $$
DECLARE
    low int := 1;
    people int := (SELECT count(*) FROM reference_work);
BEGIN
    WHILE low <= people LOOP
        SET LOCAL enable_nestloop TO off;
        WITH picked AS MATERIALIZED (
            SELECT * FROM reference_work WHERE n BETWEEN low AND low + size - 1
        ), bounds AS (SELECT min(email) AS first, max(email) AS last FROM picked
        ), known AS MATERIALIZED (
            SELECT p.*, c.id, c.attributes @> p.attributes AND c.language = p.language AS same
            FROM picked p LEFT JOIN contacts c
              ON c.email = p.email AND c.email BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds)
        ), created AS (
            INSERT INTO contacts (email, language, attributes, created_at, updated_at)
            SELECT email, language, attributes, now(), now() FROM known WHERE id IS NULL ORDER BY n
            ON CONFLICT DO NOTHING RETURNING id
        ), changed AS (
            UPDATE contacts c SET attributes = c.attributes || k.attributes, language = k.language, updated_at = now()
            FROM known k WHERE c.id = k.id AND NOT k.same RETURNING c.id
        )
        INSERT INTO memberships (group_id, contact_id, state, source, joined_at)
        SELECT target, id, 'active', 'import', now() FROM (
            SELECT id FROM created UNION ALL SELECT id FROM known WHERE id IS NOT NULL) AS members
        ORDER BY id ON CONFLICT DO NOTHING;
        COMMIT;
        low := low + size;
    END LOOP;
END $$;
CALL reference_merge(:group_id, :slice);
DROP TABLE reference_stage, reference_work;
