-- name: lock_groups
-- Takes the locks of one process on several groups, as many as are free. Sorted, and ON CONFLICT instead of an error:
-- two processes that want the same groups in another order would otherwise deadlock. Rides group_locks_compatible.
INSERT INTO group_locks (group_id, process_id, mode, slot, taken_at)
SELECT group_id, %(process)s, mode,
       CASE mode WHEN 'exclusive' THEN int8range(NULL, NULL) ELSE int8range(%(process)s, %(process)s, '[]') END,
       clock_timestamp()
FROM unnest(%(groups)s::bigint[], %(modes)s::text[]) AS wanted (group_id, mode)
ORDER BY group_id
ON CONFLICT DO NOTHING

-- name: wait_in_line
-- Puts a waiter behind those that asked before, or tells that it still waits; who gave up before is swept out and loses
-- its place. The line is short, so it is read as a whole.
WITH gone AS (
    DELETE FROM lock_waiters WHERE alive_until < clock_timestamp() AND name <> %(name)s
)
INSERT INTO lock_waiters AS w (name, kind, label, group_ids, modes, started_by_id, asked_at, alive_until)
VALUES (%(name)s, %(kind)s, %(label)s, %(groups)s, %(modes)s, %(by)s, clock_timestamp(),
        clock_timestamp() + make_interval(secs => %(patience)s))
ON CONFLICT (name) DO UPDATE SET
    group_ids = EXCLUDED.group_ids, modes = EXCLUDED.modes, alive_until = EXCLUDED.alive_until,
    asked_at = CASE WHEN w.alive_until < EXCLUDED.asked_at THEN EXCLUDED.asked_at ELSE w.asked_at END

-- name: leave_line
-- A waiter got what it waited for.
DELETE FROM lock_waiters WHERE name = %(name)s

-- name: waiters
-- Who waits for one of these groups and comes before the waiter of that name, if it is one, else before everybody who
-- asks now; the first of them first. Without modes: all who wait for the groups.
SELECT wanted.group_id, w.name, w.kind, w.label, held.mode, w.asked_at AS since,
       coalesce(nullif(u.name, ''), u.email) AS started_by
FROM lock_waiters w
CROSS JOIN unnest(w.group_ids, w.modes) AS held (group_id, mode)
JOIN unnest(%(groups)s::bigint[], %(modes)s::text[]) AS wanted (group_id, mode) ON wanted.group_id = held.group_id
LEFT JOIN users u ON u.id = w.started_by_id
WHERE w.alive_until > clock_timestamp()
  AND (wanted.mode IS NULL OR 'exclusive' IN (wanted.mode, held.mode))
  AND w.name <> %(name)s
  AND (w.asked_at, w.id) < ALL (SELECT asked_at, id FROM lock_waiters WHERE name = %(name)s)
ORDER BY w.asked_at, w.id

-- name: take
-- Makes a worker the holder of a running process that nobody holds or whose lease has run out. FOR UPDATE waits for a
-- slice that the old holder is still committing. After a restart of the database nobody could prolong a lease, so
-- living holders get one lease of time to do so. Rides the primary key.
WITH free AS (
    SELECT id FROM processes
    WHERE id = %(process)s AND state = 'running'
      AND (lease_until IS NULL
           OR (lease_until < clock_timestamp()
               AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => %(lease)s)))
    FOR UPDATE
)
UPDATE processes SET token = token + 1, worker = %(worker)s,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
FROM free WHERE processes.id = free.id
RETURNING token

-- name: prolong
-- The heartbeat of a holder, and whether somebody asked to cancel. Touches nothing if another worker took it over.
UPDATE processes SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s),
       done = %(done)s, total = %(total)s
WHERE id = %(process)s AND token = %(token)s AND state = 'running'
RETURNING cancel_requested

-- name: fence
-- First statement of each transaction of a holder: proves that it still is, keeps a taker waiting till commit, and
-- tells whether somebody asked to cancel.
-- KEY SHARE, because a stronger lock would block the holder's own heartbeat. A holder that freezes in the transaction is
-- ended when its lease is over as well: else the taker would wait for it until the timeout of all sessions.
SELECT cancel_requested, set_config('idle_in_transaction_session_timeout', %(lease)s || 's', true) FROM processes
WHERE id = %(process)s AND token = %(token)s AND state = 'running'
FOR KEY SHARE

-- name: release_worker
-- Frees what a worker held whose death the supervisor saw, so that nobody waits for its leases.
UPDATE processes SET lease_until = NULL
WHERE worker = %(worker)s AND state = 'running' AND lease_until IS NOT NULL
RETURNING id

-- name: blockers
-- Which running processes stand in the way of locking these groups in these modes: all, or the exclusive ones. Rides
-- group_locks_compatible.
SELECT l.group_id, p.id AS process_id, p.kind, p.label, l.mode, l.taken_at AS since,
       coalesce(nullif(u.name, ''), u.email) AS started_by
FROM unnest(%(groups)s::bigint[], %(modes)s::text[]) AS wanted (group_id, mode)
JOIN group_locks l ON l.group_id = wanted.group_id
JOIN processes p ON p.id = l.process_id
LEFT JOIN users u ON u.id = p.started_by_id
WHERE 'exclusive' IN (wanted.mode, l.mode)
ORDER BY l.taken_at, l.id
