-- name: plan
-- The parts of a merge pass tens of thousands of rows from one to the next, which the planner can't foresee: guessing
-- a single row, it once joined two of them row by row, for minutes. Hash joins are right here whatever it guesses,
-- and a slice of 50,000 rows shall stay in memory.
SET LOCAL enable_nestloop TO off;
SET LOCAL work_mem TO '64MB'

-- name: picked
-- Part of a slice's merge: its rows. Rides the index on work.n.
SELECT * FROM work WHERE n BETWEEN %(lowest)s AND %(highest)s

-- name: refused
-- Part of a slice's merge: lists the rows that name an identity of somebody else, or nobody who can be reached.
INSERT INTO import_rejects (run_id, slice, line, reason, "column", value)
SELECT DISTINCT ON (line) %(run)s, %(number)s, line, reason, '', {key} FROM picked JOIN conflicts USING (n)
ORDER BY line, reason
RETURNING line

-- name: barred
-- Part of a slice's merge: who must stay out and why; of several reasons the first one.
SELECT DISTINCT ON (n) n, reason FROM (
    SELECT n, 1 AS rank, 'opted_out' AS reason FROM opted_out
    UNION ALL SELECT n, 2, 'deactivated' FROM deactivated
    UNION ALL SELECT ref, 3, 'blacklisted' FROM listed
    UNION ALL SELECT n, 4, 'erased' FROM erased
) AS barriers
WHERE n NOT IN (SELECT n FROM conflicts) ORDER BY n, rank

-- name: asked
-- Part of a slice's merge: whom to look for on the blacklists.
SELECT n AS ref, %(group)s::bigint AS scope, to_email AS email, nullif(to_mobile, '') AS mobile FROM matched

-- name: once
-- Around `allowed`, for files that find people by a push endpoint: of somebody with several the last row counts.
SELECT DISTINCT ON (id) * FROM ({allowed}) AS several ORDER BY id, line DESC

-- name: nobody
-- In place of a part that a mode doesn't have: no row.
SELECT NULL::int AS n, NULL::bigint AS id, NULL::bigint AS contact_id, '' AS state, '' AS reason,
       false AS is_pending, false AS is_asked, '' AS push_endpoint, '' AS push_app, '' AS email, '' AS mobile, '' AS external_id WHERE false

-- name: nobody_allowed
-- The same in place of `allowed`.
SELECT * FROM matched WHERE false

-- name: outcome
-- End of a slice's merge, or of a dry run's: each person in exactly one count, and those kept out by reason. `fresh` are
-- those whom the mode creates.
SELECT c.*, c.people - c.rejected - c.kept_out - c.fresh - c.joined - c.updated - c.unchanged - c.removed AS ignored
FROM (
    SELECT (SELECT count(*) FROM picked) AS people,
           (SELECT count(DISTINCT n) FROM conflicts) AS rejected,
           (SELECT count(*) FROM barred) AS kept_out,
           (SELECT coalesce(jsonb_object_agg(reason, rows), '{}')
            FROM (SELECT reason, count(*) AS rows FROM barred GROUP BY reason) AS by_reason) AS kept_out_by,
           (SELECT count(*) FROM matched
            WHERE %(creates)s AND fate = 'new'
              AND n NOT IN (SELECT n FROM conflicts) AND n NOT IN (SELECT n FROM barred)) AS fresh,
           (SELECT count(*) FROM created) AS created,
           (SELECT count(*) FROM attaching) AS attaching,
           (SELECT count(*) FROM attached) AS attached,
           (SELECT count(*) FROM joined_new) AS joined_new,
           (SELECT count(*) FROM removed) AS removed,
           (SELECT coalesce(jsonb_object_agg(state, members), '{}')
            FROM (SELECT state, count(*) AS members FROM removed GROUP BY state) AS by_state) AS removed_by,
           (SELECT count(*) FROM joined_new WHERE state = 'pending')
           + (SELECT count(*) FROM joined_known WHERE state = 'pending') AS joined_pending,
           (SELECT count(*) FROM changed_members WHERE is_pending) AS turned_pending,
           coalesce((SELECT array_agg(id ORDER BY id) FROM owed), '{}') AS letters,
           array(SELECT id FROM allowed WHERE %(updates)s AND has_new_email) AS new_email,
           array(SELECT id FROM allowed WHERE %(updates)s AND has_new_mobile) AS new_mobile,
           count(j.contact_id) AS joined,
           count(*) FILTER (WHERE j.contact_id IS NULL AND (%(updates)s AND a.fate = 'changed'
                                                            OR v.contact_id IS NOT NULL)) AS updated,
           count(*) FILTER (WHERE j.contact_id IS NULL AND NOT (%(updates)s AND a.fate = 'changed')
                              AND v.contact_id IS NULL) AS unchanged
    FROM allowed a LEFT JOIN joined_known j ON j.contact_id = a.id
    LEFT JOIN changed_members v ON v.contact_id = a.id
) AS c
