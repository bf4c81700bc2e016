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
-- The heartbeat of a holder. Touches nothing if somebody else took the process over.
UPDATE processes SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(process)s AND token = %(token)s AND state = 'running'

-- name: fence
-- First statement of each transaction of a holder: proves that it still is, and keeps a taker waiting till commit.
-- KEY SHARE, because a stronger lock would block the holder's own heartbeat. A holder that freezes in the transaction is
-- ended when its lease is over as well: else the taker would wait for it until the timeout of all sessions.
SELECT set_config('idle_in_transaction_session_timeout', %(lease)s || 's', true) FROM processes
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
