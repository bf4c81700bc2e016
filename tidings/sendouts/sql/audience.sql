-- name: batches
-- Freezes an audience in batches of %(size)s contact ids. Reads the part `judged` of memberships, so that the batches
-- and the count of who is left out come from one moment, and an interrupted run leaves nothing behind.
INSERT INTO sendout_batches (sendout_id, number, contact_ids, size, state, attempt, token, worker, handed_to,
                             accepted, deferred, failed, skipped)
SELECT %(sendout)s, number, array_agg(contact_id ORDER BY contact_id), count(*), 'ready', 1, 0, '', 0, 0, 0, 0, 0
FROM (SELECT contact_id, (row_number() OVER (ORDER BY contact_id) - 1) / %(size)s AS number
      FROM judged WHERE reason = 'will_receive') AS audience
GROUP BY number ORDER BY number

-- name: asked
-- Whom to look for on the blacklists: the members of a group that nothing else keeps out. Reads the part `considered`
-- of memberships.
SELECT contact_id AS ref, %(group)s::bigint AS scope, email, mobile
FROM considered WHERE reason IN ('no_address', 'will_receive')

-- name: barred
-- Whom the blacklists keep out, in the words of the waterfall. Reads their part `listed`.
SELECT ref AS contact_id, 'blacklisted' AS reason FROM listed

-- name: plan
-- For large groups. The planner takes the parts of a judgement for a hundredth of what they are, and would look each
-- of a million members up by itself; hash joins are right there, and in memory.
SET LOCAL enable_nestloop TO off;
SET LOCAL work_mem TO '128MB'
