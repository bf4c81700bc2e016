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
-- Part of a slice's merge: lists the rows that name somebody else's mobile number or external id.
INSERT INTO import_rejects (run_id, slice, line, reason, "column", value)
SELECT %(run)s, %(number)s, line, 'identity_conflict', '', email FROM picked JOIN conflicts USING (n)
RETURNING line

-- name: outcome
-- End of a slice's merge: each person in exactly one count.
SELECT (SELECT count(*) FROM matched WHERE fate = 'new' AND n NOT IN (SELECT n FROM conflicts)) AS fresh,
       (SELECT count(*) FROM created) AS created,
       (SELECT count(*) FROM joined_new) AS joined_new,
       (SELECT count(*) FROM refused) AS rejected,
       (SELECT count(*) FROM changed) AS changed,
       (SELECT count(*) FROM matched WHERE id IS NOT NULL AND n NOT IN (SELECT n FROM conflicts))
         - (SELECT count(*) FROM allowed) AS kept_out,
       count(j.contact_id) AS joined,
       count(*) FILTER (WHERE j.contact_id IS NULL AND a.fate = 'changed') AS updated,
       count(*) FILTER (WHERE j.contact_id IS NULL AND a.fate = 'same') AS unchanged
FROM allowed a LEFT JOIN joined_known j ON j.contact_id = a.id

-- name: forecast
-- End of a dry run's slice: the same counts, without writing.
SELECT (SELECT count(*) FROM matched WHERE fate = 'new' AND n NOT IN (SELECT n FROM conflicts)) AS created,
       (SELECT count(*) FROM conflicts) AS rejected,
       (SELECT count(*) FROM matched WHERE id IS NOT NULL AND n NOT IN (SELECT n FROM conflicts))
         - (SELECT count(*) FROM allowed) AS kept_out,
       count(*) FILTER (WHERE m.contact_id IS NULL) AS joined,
       count(*) FILTER (WHERE m.contact_id IS NOT NULL AND a.fate = 'changed') AS updated,
       count(*) FILTER (WHERE m.contact_id IS NOT NULL AND a.fate = 'same') AS unchanged
FROM allowed a LEFT JOIN memberships m ON m.group_id = %(group)s AND m.contact_id = a.id
