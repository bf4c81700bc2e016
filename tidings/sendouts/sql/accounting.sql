-- name: sums
-- The audiences of sendouts and their counts as the sums of their batches, from one moment. Single sends that no worker
-- has gathered yet are planned, and theirs is the audience of all there are. Rides sendout_batches_once, singles_waiting.
SELECT s.id AS sendout_id,
       (CASE s.kind WHEN 'single' THEN coalesce(sum(b.size), 0) + w.waiting ELSE s.audience END)::bigint AS audience,
       (coalesce(sum(b.size - b.accepted - b.deferred - b.failed - b.skipped), 0) + w.waiting)::bigint AS planned,
       coalesce(sum(b.accepted), 0)::bigint AS accepted, coalesce(sum(b.deferred), 0)::bigint AS deferred,
       coalesce(sum(b.failed), 0)::bigint AS failed, coalesce(sum(b.skipped), 0)::bigint AS skipped
FROM sendouts s LEFT JOIN sendout_batches b ON b.sendout_id = s.id
CROSS JOIN LATERAL (SELECT count(*) AS waiting FROM singles o WHERE o.sendout_id = s.id AND o.batch_id IS NULL) AS w
WHERE s.id = ANY (%(sendouts)s) GROUP BY s.id, w.waiting

-- name: sums_by_group
-- The same for one sendout, by the group as whose members people get it, in the order of a SuperGroup; a subgroup of which
-- nobody is in the audience has none. Rides sendout_batches_once.
SELECT b.group_id, sum(b.size)::bigint AS audience,
       sum(b.size - b.accepted - b.deferred - b.failed - b.skipped)::bigint AS planned,
       sum(b.accepted)::bigint AS accepted, sum(b.deferred)::bigint AS deferred,
       sum(b.failed)::bigint AS failed, sum(b.skipped)::bigint AS skipped
FROM sendout_batches b WHERE b.sendout_id = %(sendout)s GROUP BY b.group_id ORDER BY min(b.number)

-- name: sums_in_group
-- The same for several sendouts, of what went to the members of one group. Rides sendout_batches_once.
SELECT b.sendout_id, sum(b.size)::bigint AS audience,
       sum(b.size - b.accepted - b.deferred - b.failed - b.skipped)::bigint AS planned,
       sum(b.accepted)::bigint AS accepted, sum(b.deferred)::bigint AS deferred,
       sum(b.failed)::bigint AS failed, sum(b.skipped)::bigint AS skipped
FROM sendout_batches b WHERE b.sendout_id = ANY (%(sendouts)s) AND b.group_id = %(group)s GROUP BY b.sendout_id

-- name: reasons
-- Why people were deferred, failed or skipped, most frequent first. Rides deliveries_not_accepted.
SELECT d.outcome, d.code, d.reason, count(*) AS people
FROM sendout_batches b JOIN deliveries d ON d.batch_id = b.id
WHERE b.sendout_id = %(sendout)s AND d.outcome <> 'accepted'
GROUP BY 1, 2, 3 ORDER BY people DESC, 1, 2, 3 LIMIT 100

-- name: in_doubt_count
-- How many recipients were ever in doubt.
SELECT count(*)
FROM in_doubt_recipients i JOIN sendout_batches b ON b.id = i.batch_id WHERE b.sendout_id = %(sendout)s

-- name: singles_of
-- How many single sends a sendout was asked for. Rides the index of sendouts.
SELECT count(*) FROM singles WHERE sendout_id = %(sendout)s

-- name: verify
-- What stands against the equation, from the rows themselves: each batch whose counts differ from its deliveries, or
-- whose deliveries name people or positions that aren't its own. No rows: all is well.
SELECT b.number, b.size, b.accepted, b.deferred, b.failed, b.skipped, f.*
FROM sendout_batches b
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.outcome = 'accepted') AS found_accepted,
           count(*) FILTER (WHERE d.outcome = 'deferred') AS found_deferred,
           count(*) FILTER (WHERE d.outcome = 'failed') AS found_failed,
           count(*) FILTER (WHERE d.outcome = 'skipped') AS found_skipped,
           count(*) FILTER (WHERE d.contact_id IS DISTINCT FROM b.contact_ids[d.position]) AS strangers
    FROM deliveries d WHERE d.batch_id = b.id
) AS f
WHERE b.sendout_id = %(sendout)s
  AND (b.size <> cardinality(b.contact_ids)
       OR (b.accepted, b.deferred, b.failed, b.skipped)
          IS DISTINCT FROM (f.found_accepted, f.found_deferred, f.found_failed, f.found_skipped)
       OR f.strangers > 0)

-- name: recipients_page
-- The next people of an audience behind a place (number of the batch, position in it), those without a delivery as
-- planned. The page is cut before anybody is looked up. Rides sendout_batches_once, deliveries_pkey, contacts_pkey.
WITH page AS MATERIALIZED (
    SELECT b.id AS batch_id, b.group_id, b.number, p.position, p.contact_id
    FROM sendout_batches b CROSS JOIN LATERAL unnest(b.contact_ids) WITH ORDINALITY AS p (contact_id, position)
    WHERE b.sendout_id = %(sendout)s AND b.number >= %(number)s
      AND (b.number > %(number)s OR p.position > %(position)s)
    ORDER BY b.number, p.position LIMIT %(limit)s
)
SELECT page.number, page.position, page.contact_id AS contact, c.email, page.group_id AS "group",
       coalesce(d.outcome, 'planned') AS outcome, coalesce(d.attempt, 0) AS attempt, coalesce(d.code, 0) AS code,
       coalesce(d.reason, '') AS reason, d.at, d.due_at
FROM page
LEFT JOIN deliveries d ON d.batch_id = page.batch_id AND d.position = page.position
LEFT JOIN contacts c ON c.id = page.contact_id
ORDER BY page.number, page.position
