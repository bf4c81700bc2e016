-- name: sums
-- The counts of sendouts as the sums of their batches. Rides sendout_batches_once.
SELECT sendout_id, sum(size)::bigint AS frozen,
       sum(size - accepted - deferred - failed - skipped)::bigint AS planned,
       sum(accepted)::bigint AS accepted, sum(deferred)::bigint AS deferred,
       sum(failed)::bigint AS failed, sum(skipped)::bigint AS skipped
FROM sendout_batches WHERE sendout_id = ANY (%(sendouts)s) GROUP BY sendout_id

-- name: reasons
-- Why people were deferred, failed or skipped, most frequent first. Rides deliveries_pkey per batch.
SELECT d.outcome, d.code, d.reason, count(*) AS people
FROM sendout_batches b JOIN deliveries d ON d.batch_id = b.id
WHERE b.sendout_id = %(sendout)s AND d.outcome <> 'accepted'
GROUP BY 1, 2, 3 ORDER BY people DESC, 1, 2, 3 LIMIT 100

-- name: in_doubt_count
-- Open doubts, and all that were ever noted.
SELECT count(*) FILTER (WHERE i.resolved_at IS NULL) AS open, count(*) AS noted
FROM in_doubt_recipients i JOIN sendout_batches b ON b.id = i.batch_id WHERE b.sendout_id = %(sendout)s

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
