-- name: is_restrained
-- Whether speed, window or quiet hours may hold a batch up, which they don't for tests and single sends: a short look that most batches
-- end with. Rides the primary keys.
SELECT s.kind NOT IN ('test', 'single')
       AND (s.pace <> '{}' OR coalesce(g.settings -> 'sending' ?| ARRAY['speed', 'window_begins', 'quiet_from'], false))
       AND (b.not_before IS NULL OR b.not_before <= %(now)s) AS is_restrained
FROM sendout_batches b JOIN sendouts s ON s.id = b.sendout_id LEFT JOIN groups g ON g.id = s.group_id
WHERE b.id = %(batch)s

-- name: take
-- Makes a worker the holder of a batch that is ready, due for a retry, or left behind by a holder whose lease ran out.
-- Returns nothing if somebody else has it or the sendout doesn't run. `was_held` tells that a holder died: then the
-- planned positions up to `handed_to` are in doubt. Rides the primary key.
WITH free AS (
    SELECT b.id, b.state = 'taken' AS was_held, b.handed_to AS held_to, s.kind = 'single' AS is_single
    FROM sendout_batches b JOIN sendouts s ON s.id = b.sendout_id
    WHERE b.id = %(batch)s AND s.state IN ('sending', 'retrying')
      AND (b.slot_at IS NULL OR b.slot_at <= %(now)s OR b.state = 'taken')
      AND (b.not_before IS NULL OR b.not_before <= %(now)s)
      AND (b.state = 'ready'
           OR (b.state = 'waiting' AND b.due_at <= clock_timestamp())
           OR (b.state = 'taken'
               AND (b.lease_until IS NULL
                    OR (b.lease_until < clock_timestamp()
                        AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => %(lease)s)))))
    FOR UPDATE OF b
)
UPDATE sendout_batches b
SET state = 'taken', token = b.token + 1, worker = %(worker)s, handed_to = 0,
    slot_at = NULL, is_recalled = false,
    attempt = b.attempt + (b.state = 'waiting')::int,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
FROM free WHERE b.id = free.id
RETURNING b.sendout_id, b.group_id, b.number, b.token, b.attempt, free.was_held, free.held_to, free.is_single,
          (SELECT coalesce(s.frozen ->> 'in_doubt', 'resend') FROM sendouts s WHERE s.id = b.sendout_id) AS in_doubt

-- name: note_doubts
-- Lists by name who was in flight when a holder died: planned positions that it may have handed over, and deferred
-- ones that were due in this round. Rides deliveries_pkey.
INSERT INTO in_doubt_recipients (batch_id, position, contact_id, attempt, cause, noticed_at, resolution, resolved_at)
SELECT b.id, r.position, r.contact_id, b.attempt, %(cause)s, clock_timestamp(), %(resolution)s, clock_timestamp()
FROM sendout_batches b
CROSS JOIN unnest(b.contact_ids) WITH ORDINALITY AS r (contact_id, position)
LEFT JOIN deliveries d ON d.batch_id = b.id AND d.position = r.position
WHERE b.id = %(batch)s AND r.position <= %(held_to)s
  AND (d.position IS NULL OR (d.outcome = 'deferred' AND d.attempt < b.attempt AND d.due_at <= b.due_at))

-- name: skip_doubtful
-- Skips who `note_doubts` has just listed, where the group wants no copy twice. Rides deliveries_pkey.
WITH doubtful AS (
    SELECT b.id, b.attempt, r.position, r.contact_id
    FROM sendout_batches b
    CROSS JOIN unnest(b.contact_ids) WITH ORDINALITY AS r (contact_id, position)
    LEFT JOIN deliveries d ON d.batch_id = b.id AND d.position = r.position
    WHERE b.id = %(batch)s AND r.position <= %(held_to)s
      AND (d.position IS NULL OR (d.outcome = 'deferred' AND d.attempt < b.attempt AND d.due_at <= b.due_at))
), skipped AS (
    INSERT INTO deliveries AS d (batch_id, position, contact_id, outcome, attempt, code, reason, at)
    SELECT id, position, contact_id, 'skipped', attempt, 0, 'in_doubt', clock_timestamp() FROM doubtful
    ON CONFLICT (batch_id, position) DO UPDATE
    SET outcome = 'skipped', attempt = excluded.attempt, code = 0, reason = 'in_doubt', at = excluded.at, due_at = NULL
    WHERE d.outcome = 'deferred'
    RETURNING 1
)
UPDATE sendout_batches b
SET skipped = b.skipped + (SELECT count(*) FROM skipped),
    -- in a later attempt everyone who is served was counted as deferred before
    deferred = b.deferred - CASE WHEN b.attempt > 1 THEN (SELECT count(*) FROM skipped) ELSE 0 END
WHERE b.id = %(batch)s

-- name: note_doubt
-- Lists one recipient whose message was handed over and not answered, if the batch is still ours; returns how often
-- this recipient has been listed by now.
WITH noted AS (
    INSERT INTO in_doubt_recipients (batch_id, position, contact_id, attempt, cause, noticed_at, resolution, resolved_at)
    SELECT b.id, %(position)s, %(contact)s, b.attempt, %(cause)s, clock_timestamp(), %(resolution)s, clock_timestamp()
    FROM sendout_batches b WHERE b.id = %(batch)s AND b.token = %(token)s AND b.state = 'taken'
    RETURNING batch_id
)
SELECT 1 + (SELECT count(*) FROM in_doubt_recipients i WHERE i.batch_id = noted.batch_id AND i.position = %(position)s)
       AS times
FROM noted

-- name: asked_of_batch
-- Whom of a taken batch to look for on the blacklists. Rides contacts_pkey.
SELECT c.id AS ref, b.group_id AS scope, c.email, c.mobile
FROM sendout_batches b
CROSS JOIN unnest(b.contact_ids) AS r (contact_id)
JOIN contacts c ON c.id = r.contact_id
WHERE b.id = %(batch)s

-- name: recipients
-- Who of a taken batch is still to be served, `quota` at most, with what their copy needs and why they might not get it
-- any more. A test may go to who is no member, and so may a single send that isn't marketing. An opt-out counts from
-- the batch's group, from the SuperGroup's messages if the sendout is one, from its channel and from everything, for what
-- isn't marketing only a complaint; the group may be gone by now. Reads the part `listed` of blacklists. Rides
-- deliveries_pkey, contacts_pkey, memberships_pkey, opt_outs_once.
SELECT r.position::int AS position, r.contact_id, c.email, c.mobile, c.external_id, c.language, c.attributes,
       coalesce(m.attributes, '{}') AS member, coalesce(d.tried, 0) AS tried,
       CASE WHEN c.id IS NULL THEN 'erased'
            WHEN EXISTS (
                SELECT 1 FROM opt_outs o
                WHERE o.contact_id = r.contact_id
                  AND (o.reason = 'complaint' OR coalesce(s.frozen ->> 'purpose', 'marketing') = 'marketing')
                  AND ((o.group_id = b.group_id AND o.scope = 'group')
                       OR (o.group_id = s.group_id AND o.scope = 'supergroup')
                       OR (o.group_id IS NULL AND o.channel IN ('', g.channel)))) THEN 'unsubscribed'
            WHEN s.kind = 'single' AND g.id IS NULL THEN 'group_deleted'
            WHEN m.state IS DISTINCT FROM 'active' AND s.kind <> 'test'
                 AND (s.kind <> 'single' OR coalesce(s.frozen ->> 'purpose', 'marketing') = 'marketing')
                 THEN coalesce(m.state, 'removed')
            WHEN l.ref IS NOT NULL THEN 'blacklisted'
            WHEN c.email IS NULL THEN 'no_address' END AS skip
FROM sendout_batches b
JOIN sendouts s ON s.id = b.sendout_id
CROSS JOIN unnest(b.contact_ids) WITH ORDINALITY AS r (contact_id, position)
LEFT JOIN deliveries d ON d.batch_id = b.id AND d.position = r.position
LEFT JOIN contacts c ON c.id = r.contact_id
LEFT JOIN memberships m ON m.group_id = b.group_id AND m.contact_id = r.contact_id
LEFT JOIN groups g ON g.id = b.group_id
LEFT JOIN listed l ON l.ref = r.contact_id
WHERE b.id = %(batch)s
  AND (d.position IS NULL OR (d.outcome = 'deferred' AND d.attempt < b.attempt AND d.due_at <= b.due_at))
ORDER BY r.position LIMIT %(quota)s

-- name: held
-- Part of a larger statement: a batch, locked, if it still belongs to the holder who asks. Rides the primary key.
SELECT b.id FROM sendout_batches b
WHERE b.id = %(batch)s AND b.token = %(token)s AND b.state = 'taken' FOR NO KEY UPDATE

-- name: unreached
-- Part of a larger statement: who of an ended sendout got nothing for sure. Rides sendout_batches_once and
-- deliveries_not_accepted.
SELECT d.batch_id, d.position, d.contact_id
FROM sendout_batches b JOIN deliveries d ON d.batch_id = b.id
WHERE b.sendout_id = %(sendout)s AND d.outcome <> 'accepted' AND d.reason <> 'in_doubt'

-- name: ended_batches
-- Part of a larger statement: the batches of a sendout. Rides sendout_batches_once.
SELECT id AS batch_id FROM sendout_batches WHERE sendout_id = %(sendout)s

-- name: settle
-- Stores outcomes of a batch, moves `handed_to` on and prolongs the lease, all or nothing, and only for the holder.
-- `accepted` is the arrays' common case; everything else comes as JSON. The batch's counts follow from the rows that
-- were really written. Returns the state of the sendout, or nothing if the batch was taken over.
WITH held AS (
    SELECT b.id, b.attempt FROM sendout_batches b
    WHERE b.id = %(batch)s AND b.token = %(token)s AND b.state = 'taken'
    FOR NO KEY UPDATE
), outcome AS (
    SELECT position, contact_id, 'accepted' AS outcome, 250 AS code, '' AS reason, NULL::float AS pause,
           NULL::int AS tried
    FROM unnest(%(positions)s::int[], %(contacts)s::bigint[]) AS a (position, contact_id)
    UNION ALL
    SELECT position, contact_id, outcome, code, reason, pause, tried
    FROM jsonb_to_recordset(%(others)s::jsonb)
         AS o (position int, contact_id bigint, outcome text, code int, reason text, pause float, tried int)
), written AS (
    INSERT INTO deliveries AS d (batch_id, position, contact_id, outcome, attempt, code, reason, at, due_at, tried)
    SELECT held.id, position, contact_id, outcome, held.attempt, code, reason, clock_timestamp(),
           clock_timestamp() + make_interval(secs => pause), tried
    FROM held CROSS JOIN outcome
    ON CONFLICT (batch_id, position) DO UPDATE
    SET outcome = excluded.outcome, attempt = excluded.attempt, code = excluded.code, reason = excluded.reason,
        at = excluded.at, due_at = excluded.due_at, tried = excluded.tried
    WHERE d.outcome = 'deferred' AND d.attempt < excluded.attempt
    RETURNING d.outcome
), counted AS (
    SELECT count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
           count(*) FILTER (WHERE outcome = 'deferred') AS deferred,
           count(*) FILTER (WHERE outcome = 'failed') AS failed,
           count(*) FILTER (WHERE outcome = 'skipped') AS skipped,
           count(*) AS written
    FROM written
)
UPDATE sendout_batches b
SET accepted = b.accepted + counted.accepted,
    -- in a later attempt everyone who is served was counted as deferred before
    deferred = b.deferred + counted.deferred - CASE WHEN b.attempt > 1 THEN counted.written ELSE 0 END,
    failed = b.failed + counted.failed,
    skipped = b.skipped + counted.skipped,
    handed_to = greatest(b.handed_to, %(handed_to)s),
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
FROM held, counted
WHERE b.id = held.id
RETURNING CASE WHEN b.is_recalled THEN 'recalled'
               ELSE (SELECT s.state FROM sendouts s WHERE s.id = b.sendout_id) END AS sendout_state

-- name: give_back
-- Ends the holding of a batch: done, waiting until deferred recipients are due, or ready again because the holder stops
-- before everyone was served. A round is for those who are due within twice the time of the first, or half a minute of
-- it: pauses of a minute don't wait for pauses of hours, and nobody has a round alone. Rides deliveries_not_accepted.
WITH deferred AS (
    SELECT d.due_at, extract(epoch FROM d.due_at - clock_timestamp()) AS pause
    FROM deliveries d WHERE d.batch_id = %(batch)s AND d.outcome = 'deferred'
), round AS (
    SELECT max(due_at) AS due_at FROM deferred
    WHERE pause <= (SELECT greatest(2 * min(pause), min(pause) + 30) FROM deferred)
)
UPDATE sendout_batches b
SET state = CASE WHEN NOT %(served)s THEN 'ready' WHEN b.deferred > 0 THEN 'waiting' ELSE 'done' END,
    due_at = CASE WHEN %(served)s THEN round.due_at ELSE b.due_at END,
    worker = '', lease_until = NULL, handed_to = 0
FROM round
WHERE b.id = %(batch)s AND b.token = %(token)s AND b.state = 'taken'
RETURNING b.state

-- name: release_worker
-- Frees the batches of a worker that is known to be dead; they stay `taken`, so the taker notes who is in doubt.
UPDATE sendout_batches SET lease_until = NULL WHERE worker = %(worker)s AND state = 'taken' RETURNING id

-- name: visit
-- How a batch stands, and when somebody should look at it again: a holder's lease may run out, a retry comes due, and
-- what was given back as ready is wanted at once while its sendout runs.
SELECT b.sendout_id, b.state, s.state AS sendout_state, s.standing_for <> '' AS is_standing,
       CASE b.state WHEN 'taken' THEN coalesce(b.lease_until, clock_timestamp())
                    WHEN 'waiting' THEN greatest(b.due_at, b.slot_at)
                    WHEN 'ready' THEN greatest(coalesce(b.slot_at, clock_timestamp()), b.not_before) END AS look_again_at
FROM sendout_batches b JOIN sendouts s ON s.id = b.sendout_id
WHERE b.id = %(batch)s

-- name: skip_rest
-- Skips everyone of a cancelled sendout's free batches who isn't served yet, also those who wait for a retry, and
-- lists who was in flight with a holder that died. Up to %(batches)s batches at a time; rides sendout_batches_once.
WITH free AS (
    SELECT b.id, b.contact_ids, b.attempt, b.due_at, CASE WHEN b.state = 'taken' THEN b.handed_to ELSE 0 END AS held_to
    FROM sendout_batches b
    WHERE b.sendout_id = %(sendout)s
      AND (b.state IN ('ready', 'waiting')
           OR (b.state = 'taken'
               AND (b.lease_until IS NULL
                    OR (b.lease_until < clock_timestamp()
                        AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => %(lease)s)))))
    ORDER BY b.number LIMIT %(batches)s FOR UPDATE SKIP LOCKED
), unserved AS (
    SELECT free.id, free.attempt, free.held_to, r.position, r.contact_id,
           d.position IS NULL OR (d.attempt < free.attempt AND d.due_at <= free.due_at) AS is_of_this_round
    FROM free CROSS JOIN unnest(free.contact_ids) WITH ORDINALITY AS r (contact_id, position)
    LEFT JOIN deliveries d ON d.batch_id = free.id AND d.position = r.position
    WHERE d.position IS NULL OR d.outcome = 'deferred'
), noted AS (
    INSERT INTO in_doubt_recipients (batch_id, position, contact_id, attempt, cause, noticed_at, resolution, resolved_at)
    SELECT id, position, contact_id, attempt, 'the worker that sent it ended', clock_timestamp(), 'skip',
           clock_timestamp()
    FROM unserved WHERE position <= held_to AND is_of_this_round
), skipped AS (
    INSERT INTO deliveries AS d (batch_id, position, contact_id, outcome, attempt, code, reason, at)
    SELECT id, position, contact_id, 'skipped', attempt, 0, 'cancelled', clock_timestamp() FROM unserved
    ON CONFLICT (batch_id, position) DO UPDATE
    SET outcome = 'skipped', code = 0, reason = 'cancelled', at = excluded.at, due_at = NULL
    WHERE d.outcome = 'deferred'
    RETURNING d.batch_id
), counted AS (
    SELECT free.id, count(skipped.batch_id) AS people
    FROM free LEFT JOIN skipped ON skipped.batch_id = free.id GROUP BY free.id
)
UPDATE sendout_batches b
SET skipped = b.skipped + counted.people, deferred = 0, state = 'done', worker = '', lease_until = NULL,
    due_at = NULL, token = b.token + 1
FROM counted WHERE b.id = counted.id

-- name: open_batches
-- What of a sendout wants a worker. Rides sendout_batches_open.
SELECT id FROM sendout_batches WHERE sendout_id = %(sendout)s AND state <> 'done' ORDER BY number

-- name: batches_without_job
-- Work that nobody would ever look at again, because its job was lost. Rides sendout_batches_open.
SELECT b.id FROM sendout_batches b JOIN sendouts s ON s.id = b.sendout_id
WHERE b.state <> 'done' AND s.state IN ('sending', 'retrying')
  AND b.id NOT IN (SELECT (j.args ->> 'batch_id')::bigint FROM procrastinate_jobs j
                   WHERE j.status IN ('todo', 'doing') AND j.task_name = 'sendouts.deliver_batch')

-- name: sendouts_without_job
-- The same for sendouts: which job each one needs. Rides sendouts_unfinished.
SELECT s.id, s.state, s.scheduled_at FROM sendouts s
WHERE (s.state IN ('scheduled', 'waiting', 'preparing') OR (s.state = 'cancelled' AND s.ended_at IS NULL))
  AND s.id NOT IN (SELECT (j.args ->> 'sendout_id')::bigint FROM procrastinate_jobs j
                   WHERE j.status IN ('todo', 'doing') AND j.args ? 'sendout_id')
