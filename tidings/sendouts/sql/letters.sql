-- name: letters_without_job
-- Letters that are due, that nobody alive holds, and that nobody would ever look at again, because their job was lost.
-- Rides letters_unsettled.
SELECT l.id FROM letters l
WHERE l.settled_at IS NULL AND (l.due_at IS NULL OR l.due_at <= clock_timestamp())
  AND (l.lease_until IS NULL OR l.lease_until < clock_timestamp())
  AND l.id NOT IN (SELECT (j.args ->> 'letter_id')::bigint FROM procrastinate_jobs j
                   WHERE j.status IN ('todo', 'doing') AND j.task_name = 'sendouts.send_letter')
ORDER BY l.id LIMIT 10000
