-- The yardstick of an import in any mode: like reference_import.sql, with the deeds of the mode as psql variables
-- `creates`, `joins`, `updates`, `removes` and `empties` (true or false) beside `file`, `group_id` and `slice`.
\ir reference_stage.sql

CREATE OR REPLACE PROCEDURE reference_merge(
    target bigint, size int, creates bool, joins bool, updates bool, removes bool, empties bool
) LANGUAGE plpgsql AS $$
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
        ), served AS MATERIALIZED (
            SELECT * FROM known k WHERE id IS NOT NULL AND NOT removes
              AND (joins OR EXISTS (SELECT 1 FROM memberships m
                                    WHERE m.group_id = target AND m.contact_id = k.id OFFSET 0))
        ), created AS (
            INSERT INTO contacts (email, language, attributes, created_at, updated_at)
            SELECT email, language, attributes, now(), now() FROM known WHERE creates AND id IS NULL ORDER BY n
            ON CONFLICT DO NOTHING RETURNING id
        ), changed AS (
            UPDATE contacts c SET attributes = c.attributes || k.attributes, language = k.language, updated_at = now()
            FROM served k WHERE updates AND c.id = k.id AND NOT k.same RETURNING c.id
        ), removed AS (
            DELETE FROM memberships WHERE removes AND group_id = target
               AND contact_id = ANY (ARRAY(SELECT id FROM known WHERE id IS NOT NULL)) RETURNING contact_id
        )
        INSERT INTO memberships (group_id, contact_id, state, source, joined_at)
        SELECT target, id, 'active', 'import', now() FROM (
            SELECT id FROM created UNION ALL SELECT id FROM served WHERE joins) AS members
        ORDER BY id ON CONFLICT DO NOTHING;
        COMMIT;
        low := low + size;
    END LOOP;
    IF empties THEN
        DELETE FROM memberships m USING contacts c
        WHERE m.group_id = target AND c.id = m.contact_id
          AND NOT EXISTS (SELECT 1 FROM reference_work w WHERE w.email = c.email);
    END IF;
END $$;
CALL reference_merge(:group_id, :slice, :creates, :joins, :updates, :removes, :empties);
DROP TABLE reference_stage, reference_work;
