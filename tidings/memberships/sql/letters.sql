-- name: take_letter
-- Makes a worker the holder of a letter that is due, if nobody else is. A holder who died may have sent it: that is
-- counted as a doubt. Nobody loses a lease right after the database was away. Rides letters_pkey.
UPDATE letters
SET token = token + 1, worker = %(worker)s, doubts = doubts + (worker <> '')::int,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(letter)s AND state IN ('planned', 'deferred') AND (due_at IS NULL OR due_at <= clock_timestamp())
  AND (worker = '' OR lease_until IS NULL
       OR (lease_until < clock_timestamp()
           AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => %(lease)s)))

-- name: release_letters
-- Frees the letters of a worker that is known to be dead. `worker` stays: the next holder notes the doubt by it.
-- Rides letters_unsettled.
UPDATE letters SET lease_until = NULL WHERE worker = %(worker)s AND settled_at IS NULL RETURNING id

-- name: count_letters
-- Letters of a group by kind and state. Rides letters_counted, without the rows.
SELECT kind, state, count(*) AS letters FROM letters WHERE group_id = %(group)s GROUP BY kind, state
