-- name: create_incoming
-- What the file holds, for the time of the transaction that reads it.
DROP TABLE IF EXISTS pg_temp.incoming, pg_temp.wanted;
CREATE TEMPORARY TABLE incoming (line bigint NOT NULL, kind text NOT NULL, pattern text COLLATE "C" NOT NULL,
                                 reason text NOT NULL) ON COMMIT DROP

-- name: create_wanted
-- Each entry once, in the order in which the unique index is filled cheapest; of several the last one counts.
CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
SELECT DISTINCT ON (pattern) kind, pattern, reason FROM incoming ORDER BY pattern, line DESC

-- name: add_wanted
-- Puts what isn't there yet on the list.
INSERT INTO blacklist_entries (scope, kind, pattern, reason, source, added_by_id, added_at)
SELECT %(scope)s, kind, pattern, reason, 'import', %(by)s, clock_timestamp() FROM wanted ORDER BY pattern
ON CONFLICT DO NOTHING

-- name: delete_wanted
-- Takes what the file names off the list.
DELETE FROM blacklist_entries e USING wanted w WHERE e.scope = %(scope)s AND e.pattern = w.pattern

-- name: delete_others
-- Takes off the list what the file doesn't name, but for what was added since the import was asked for.
DELETE FROM blacklist_entries e
WHERE e.scope = %(scope)s AND e.added_at < %(since)s
  AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.pattern = e.pattern)

-- name: rejects
-- A page of an import's rejected values behind the row with this id, in the order of the file. Rides the index on
-- blacklist_rejects.run_id.
SELECT id, line, value, reason FROM blacklist_rejects WHERE run_id = %(run)s AND id > %(id)s ORDER BY id LIMIT %(rows)s
