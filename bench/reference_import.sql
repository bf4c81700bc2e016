-- The yardstick of an import: `psql \copy` and the merge by hand, with the same tables, keys, indexes, durability and
-- slices as Tidings, but without checking an address, reporting a row or surviving a crash. psql variables: `file`,
-- `group_id`, `slice`.
\ir reference_stage.sql

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
