-- name: create_stage
-- The tables of one reading of one file. Unlogged: after a crash of the database they are empty, and the file is read
-- again. They lie in a schema of their own, found through search_path, so that statements name them plainly.
CREATE UNLOGGED TABLE stage (
    line bigint NOT NULL, email text COLLATE "C", mobile text COLLATE "C", external_id text COLLATE "C",
    language text, attributes jsonb NOT NULL, member_attributes jsonb, push_endpoint text COLLATE "C", push_app text
);
CREATE UNLOGGED TABLE stage_rejects (
    line bigint NOT NULL, reason text, "column" text, value text, mentions text[] NOT NULL
)

-- name: create_work
-- One row per person, numbered in the order of the identity `{key}`; of several rows the last one wins. In this order the
-- unique index of contacts is filled from left to right, which is eight times cheaper than at random.
CREATE UNLOGGED TABLE work AS
SELECT row_number() OVER (ORDER BY {key})::int AS n, line, email, mobile, external_id, language, attributes,
       member_attributes, push_endpoint, push_app
FROM (SELECT DISTINCT ON ({key}) * FROM stage ORDER BY {key}, line DESC) AS last_rows

-- name: reject_shared
-- Within one file an identity belongs to one person: of several rows with one e-mail address, mobile number, external id
-- or push endpoint the first stays. Returns nothing.
WITH twins AS (
    SELECT line FROM (
        SELECT line, email, nullif(mobile, '') AS mobile, nullif(external_id, '') AS external_id,
               row_number() OVER (PARTITION BY email ORDER BY line) AS of_email,
               row_number() OVER (PARTITION BY mobile ORDER BY line) AS of_mobile,
               row_number() OVER (PARTITION BY external_id ORDER BY line) AS of_external_id,
               push_endpoint, {of_endpoint} AS of_endpoint
        FROM work
    ) AS numbered
    WHERE (email IS NOT NULL AND of_email > 1) OR (mobile IS NOT NULL AND of_mobile > 1)
       OR (external_id IS NOT NULL AND of_external_id > 1) OR (push_endpoint IS NOT NULL AND of_endpoint > 1)
), gone AS (
    DELETE FROM work w USING twins t WHERE w.line = t.line RETURNING w.line, w.{key} AS key
)
INSERT INTO stage_rejects (line, reason, "column", value, mentions)
SELECT line, 'identity_conflict', '', key, ARRAY[key] FROM gone

-- name: finish_work
-- The key by which slices are cut, and statistics for the planner: coarse ones of the columns that slices are cut and
-- joined by are enough, and cost a fiftieth of all.
CREATE UNIQUE INDEX ON work (n);
DROP TABLE stage;
SET LOCAL default_statistics_target TO 10;
ANALYZE work (n, {key})

-- name: create_absent
-- Which members of the group aren't in the file: neither as a person nor anywhere in a row that was rejected. Whoever
-- joined after the run began is none of them.
CREATE UNLOGGED TABLE absent AS
SELECT row_number() OVER (ORDER BY m.contact_id)::int AS n, m.contact_id
FROM memberships m JOIN contacts c ON c.id = m.contact_id
WHERE m.group_id = %(group)s AND m.joined_at < %(began)s
  AND NOT EXISTS (SELECT 1 FROM work w WHERE w.{key} = c.{key})
  AND NOT EXISTS (SELECT 1 FROM stage_rejects r CROSS JOIN unnest(r.mentions) AS mentioned
                  WHERE mentioned IN (c.email, c.{key}))

-- name: create_absent_by_push
-- The same for files that find people by a push endpoint. Rides push_endpoints_once.
CREATE UNLOGGED TABLE absent AS
SELECT row_number() OVER (ORDER BY m.contact_id)::int AS n, m.contact_id
FROM memberships m JOIN contacts c ON c.id = m.contact_id
WHERE m.group_id = %(group)s AND m.joined_at < %(began)s
  AND NOT EXISTS (SELECT 1 FROM push_endpoints e JOIN work w ON w.push_endpoint = e.endpoint
                  WHERE e.contact_id = m.contact_id)
  AND NOT EXISTS (SELECT 1 FROM stage_rejects r CROSS JOIN unnest(r.mentions) AS mentioned
                  LEFT JOIN push_endpoints e ON e.endpoint = mentioned
                  WHERE mentioned = c.email OR e.contact_id = m.contact_id)

-- name: number_absent
-- The key by which absent members are removed in slices.
CREATE UNIQUE INDEX ON absent (n)

-- name: count_absent
-- How many members aren't in the file, of how many who were there when the run began.
SELECT (SELECT count(*) FROM absent) AS absent,
       (SELECT count(*) FROM memberships WHERE group_id = %(group)s AND joined_at < %(began)s) AS members

-- name: keep_rejects
-- Publishes what reading rejected. A reading that was interrupted has published nothing.
INSERT INTO import_rejects (run_id, slice, line, reason, "column", value)
SELECT %(run)s, NULL, line, reason, "column", value FROM stage_rejects ORDER BY line

-- name: slices
-- The slices of the work table: number, bounds, and the first and last key. Numbers may be missing where rows were
-- rejected, so a bound is looked for from its side. Rides the index on work.n.
SELECT s.number, s.lowest, s.highest, f.key AS first, l.key AS last
FROM (SELECT number, number * %(rows)s + 1 AS lowest, (number + 1) * %(rows)s AS highest
      FROM generate_series(0, ((SELECT max(n) FROM work) - 1) / %(rows)s) AS number) AS s
CROSS JOIN LATERAL (SELECT {key} AS key FROM work WHERE n BETWEEN s.lowest AND s.highest ORDER BY n LIMIT 1) AS f
CROSS JOIN LATERAL (SELECT {key} AS key FROM work WHERE n BETWEEN s.lowest AND s.highest ORDER BY n DESC LIMIT 1) AS l
ORDER BY s.number

-- name: leftovers
-- Schemas of imports that ended or were taken over. They are named after process and token.
SELECT nspname FROM pg_namespace n
WHERE nspname ~ '^import_[0-9]+_[0-9]+$'
  AND NOT EXISTS (SELECT 1 FROM processes p
                  WHERE p.state = 'running' AND nspname = 'import_' || p.id || '_' || p.token)
