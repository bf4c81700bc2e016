-- name: letters_without_job
-- Letters that are due, that nobody alive holds, and that nobody would ever look at again, because their job was lost.
-- Rides letters_unsettled.
WITH queued AS (
    SELECT jsonb_array_elements_text(j.args -> 'letter_ids')::bigint AS id FROM procrastinate_jobs j
    WHERE j.status IN ('todo', 'doing') AND j.task_name = 'sendouts.send_letters'
)
SELECT l.id FROM letters l
WHERE l.settled_at IS NULL AND (l.due_at IS NULL OR l.due_at <= clock_timestamp())
  AND (l.lease_until IS NULL OR l.lease_until < clock_timestamp())
  AND NOT EXISTS (SELECT 1 FROM queued q WHERE q.id = l.id)
ORDER BY l.id LIMIT 10000

-- name: notices_without_job
-- Notices that are to be mailed and have no job, because it was lost. Rides notices_waiting.
WITH queued AS (
    SELECT jsonb_array_elements_text(j.args -> 'notice_ids')::bigint AS id FROM procrastinate_jobs j
    WHERE j.status IN ('todo', 'doing') AND j.task_name = 'sendouts.mail_notices'
)
SELECT n.id FROM notices n
WHERE n.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM queued q WHERE q.id = n.id)
ORDER BY n.id LIMIT 1000
