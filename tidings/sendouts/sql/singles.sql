-- name: join_standing
-- Adds a single send to a sendout that stands open for them as it was seen, counts it in the audience, and makes its
-- batch of one; nothing if the sendout stands no more. All who join one wait here for each other, until they commit.
-- Rides sendouts_pkey.
WITH standing AS (
    UPDATE sendouts SET audience = audience + 1
    WHERE id = %(sendout)s AND state = %(state)s AND standing_for = %(standing_for)s AND standing_for <> ''
    RETURNING id, group_id
), single AS (
    INSERT INTO singles (sendout_id, contact_id, params, key, fingerprint, created_by_id, created_at)
    SELECT id, %(contact)s, %(params)s::jsonb, %(key)s, %(fingerprint)s, %(by)s, clock_timestamp() FROM standing
    RETURNING id
)
INSERT INTO sendout_batches (sendout_id, group_id, number, contact_ids, size, state, attempt, token, worker, handed_to,
                             accepted, deferred, failed, skipped)
SELECT standing.id, standing.group_id, single.id, ARRAY[%(contact)s]::bigint[], 1, 'ready', 1, 0, '', 0, 0, 0, 0, 0
FROM standing, single
RETURNING id AS batch, number AS single

-- name: singles
-- Single sends with what became of each, the newest first. `only` is an id, `sendout` and `contact` narrow; null: all.
-- Rides singles_pkey, sendout_batches_once, deliveries_pkey.
SELECT o.id, o.sendout_id AS sendout, s.group_id AS "group", s.group_name, v.message_id AS message, v.number AS version,
       v.subject, o.contact_id AS contact, c.email, s.state AS sendout_state,
       coalesce(d.outcome, 'planned') AS outcome, coalesce(d.attempt, 0) AS attempt, coalesce(d.code, 0) AS code,
       coalesce(d.reason, '') AS reason, d.at, d.due_at, o.created_at,
       (SELECT count(*) FROM in_doubt_recipients i WHERE i.batch_id = b.id) AS in_doubt
FROM singles o
JOIN sendouts s ON s.id = o.sendout_id
JOIN message_versions v ON v.id = s.version_id
LEFT JOIN contacts c ON c.id = o.contact_id
LEFT JOIN sendout_batches b ON b.sendout_id = o.sendout_id AND b.number = o.id
LEFT JOIN deliveries d ON d.batch_id = b.id AND d.position = 1
WHERE o.id < %(after)s
  AND (%(only)s::bigint IS NULL OR o.id = %(only)s)
  AND (%(sendout)s::bigint IS NULL OR o.sendout_id = %(sendout)s)
  AND (%(contact)s::bigint IS NULL OR o.contact_id = %(contact)s)
ORDER BY o.id DESC LIMIT %(limit)s

-- name: params_of
-- What the only copy of a batch shows besides the contact's values. Rides singles_pkey.
SELECT params FROM singles WHERE id = %(single)s

-- name: forget_params
-- Parameters may be secret, such as a link to a new password: they go with the outcome that lasts. Rides singles_pkey.
UPDATE singles o SET params = '{}'
FROM sendout_batches b
WHERE o.id = %(single)s AND b.sendout_id = o.sendout_id AND b.number = o.id AND b.state = 'done' AND o.params <> '{}'
