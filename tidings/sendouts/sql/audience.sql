-- name: expand
-- Freezes the audience of a sendout: everyone who may get it now, in batches of %(size)s contact ids. One statement,
-- so an interrupted run leaves nothing behind. Rides memberships_pkey as one range and opt_outs_once.
INSERT INTO sendout_batches (sendout_id, number, contact_ids, size, state, attempt, token, worker, handed_to,
                             accepted, deferred, failed, skipped)
SELECT %(sendout)s, number, array_agg(contact_id ORDER BY contact_id), count(*), 'ready', 1, 0, '', 0, 0, 0, 0, 0
FROM (
    SELECT m.contact_id, (row_number() OVER (ORDER BY m.contact_id) - 1) / %(size)s AS number
    FROM memberships m
    JOIN contacts c ON c.id = m.contact_id
    WHERE m.group_id = %(group)s AND m.state = 'active' AND c.email IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM opt_outs o WHERE o.contact_id = m.contact_id AND o.group_id = m.group_id)
) AS audience
GROUP BY number ORDER BY number

-- name: audience_size
-- How many recipients the batches of a sendout hold together. Rides sendout_batches_once.
SELECT coalesce(sum(size), 0)::bigint FROM sendout_batches WHERE sendout_id = %(sendout)s
