-- name: stamp
-- A sign for all that decides which sendout a single send joins: while it is the same, so is the sendout. Rides the
-- primary keys and the index of versions.
SELECT md5(concat_ws(' ', g::text, v.id, m.name, m.purpose, m.archived_at, m.is_template,
                     (SELECT string_agg(a::text, ' ' ORDER BY a.id) FROM group_attributes a WHERE a.group_id = g.id)))
FROM groups g
CROSS JOIN LATERAL (
    SELECT v.id, v.message_id FROM message_versions v
    WHERE v.message_id = %(message)s AND (%(number)s::int IS NULL OR v.number = %(number)s)
    ORDER BY v.number DESC LIMIT 1
) AS v
JOIN messages m ON m.id = v.message_id
WHERE g.id = %(group)s AND g.deleted_at IS NULL

-- name: join_standing
-- Adds single sends to a sendout that stands open for them as it was seen; none if it stands no more: who closes it
-- waits for those who join. In the order of keys, so that two calls with the same ones don't wait for each other. Rides
-- sendouts_pkey.
WITH standing AS (
    SELECT id FROM sendouts
    WHERE id = %(sendout)s AND state = %(state)s AND standing_for = %(standing_for)s AND standing_for <> ''
    FOR SHARE
)
INSERT INTO singles (sendout_id, contact_id, params, key, fingerprint, created_by_id, created_at)
SELECT standing.id, contact, params, key, fingerprint, %(by)s, clock_timestamp()
FROM standing CROSS JOIN unnest(%(contacts)s::bigint[], %(params)s::jsonb[], %(keys)s::text[], %(fingerprints)s::text[])
                         WITH ORDINALITY AS o (contact, params, key, fingerprint, place)
ORDER BY key, place
RETURNING id, sendout_id, contact_id, key, fingerprint, created_at

-- name: gather
-- Makes a batch of single sends that wait, the oldest first, if their sendout is in one of the `states`; whoever gets
-- several has one in each batch. Nothing if none waits that no other worker is gathering. Rides singles_waiting.
WITH waiting AS MATERIALIZED (
    SELECT o.id, o.contact_id, o.sendout_id FROM singles o
    WHERE o.sendout_id = %(sendout)s AND o.batch_id IS NULL
      AND EXISTS (SELECT 1 FROM sendouts s WHERE s.id = %(sendout)s AND s.state = ANY (%(states)s))
    ORDER BY o.id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
), gathered AS (
    SELECT id, contact_id, row_number() OVER (ORDER BY id) AS position
    FROM (SELECT DISTINCT ON (contact_id) id, contact_id FROM waiting ORDER BY contact_id, id) AS firsts
), batch AS (
    INSERT INTO sendout_batches (sendout_id, group_id, number, contact_ids, size, state, attempt, token, worker, handed_to,
                                 accepted, deferred, failed, skipped)
    SELECT s.id, s.group_id, g.number, g.contact_ids, g.size, 'ready', 1, 0, '', 0, 0, 0, 0, 0
    FROM sendouts s
    CROSS JOIN (SELECT min(id) AS number, array_agg(contact_id ORDER BY position) AS contact_ids, count(*) AS size
                FROM gathered) AS g
    WHERE s.id = %(sendout)s AND g.size > 0
    RETURNING id
), placed AS (
    UPDATE singles o SET batch_id = batch.id, position = gathered.position
    FROM gathered, batch WHERE o.id = gathered.id
)
SELECT id FROM batch

-- name: is_gathering_queued
-- Whether a job waits that will gather a sendout's single sends at once. Rides procrastinate's index of queues.
SELECT EXISTS (SELECT 1 FROM procrastinate_jobs
               WHERE queue_name = 'prompt' AND status = 'todo' AND task_name = 'sendouts.deliver_singles'
                 AND (args ->> 'sendout_id')::bigint = %(sendout)s
                 AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp()))

-- name: ungathered
-- Running sendouts whose single sends wait. Rides singles_waiting and sendouts_unfinished.
SELECT s.id FROM sendouts s
WHERE s.kind = 'single' AND s.ended_at IS NULL AND s.state IN ('sending', 'retrying')
  AND EXISTS (SELECT 1 FROM singles o WHERE o.sendout_id = s.id AND o.batch_id IS NULL)

-- name: singles
-- Single sends with what became of each, the newest first. `only` is an id, `sendout` and `contact` narrow; null: all.
-- Rides singles_pkey, deliveries_pkey.
SELECT o.id, o.sendout_id AS sendout, s.group_id AS "group", s.group_name, v.message_id AS message, v.number AS version,
       v.subject, o.contact_id AS contact, c.email, s.state AS sendout_state,
       coalesce(d.outcome, 'planned') AS outcome, coalesce(d.attempt, 0) AS attempt, coalesce(d.code, 0) AS code,
       coalesce(d.reason, '') AS reason, d.at, d.due_at, o.created_at,
       (SELECT count(*) FROM in_doubt_recipients i WHERE i.batch_id = o.batch_id AND i.position = o.position) AS in_doubt
FROM singles o
JOIN sendouts s ON s.id = o.sendout_id
JOIN message_versions v ON v.id = s.version_id
LEFT JOIN contacts c ON c.id = o.contact_id
LEFT JOIN deliveries d ON d.batch_id = o.batch_id AND d.position = o.position
WHERE o.id < %(after)s
  AND (%(only)s::bigint IS NULL OR o.id = %(only)s)
  AND (%(sendout)s::bigint IS NULL OR o.sendout_id = %(sendout)s)
  AND (%(contact)s::bigint IS NULL OR o.contact_id = %(contact)s)
ORDER BY o.id DESC LIMIT %(limit)s

-- name: params_of
-- What the copies of a batch show besides the contacts' values, and as which single sends. Rides the index of batches.
SELECT position, id AS single, params FROM singles WHERE batch_id = %(batch)s

-- name: forget_params
-- Parameters may be secret, such as a link to a new password: they go with the outcome that lasts. Rides the index of
-- batches and deliveries_pkey.
UPDATE singles o SET params = '{}'
FROM deliveries d
WHERE o.batch_id = %(batch)s AND d.batch_id = o.batch_id AND d.position = o.position AND d.outcome <> 'deferred'
  AND o.params <> '{}'
