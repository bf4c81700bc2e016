-- name: copies
-- Who of the part `judged` gets copies of a SuperMessage, as members of which subgroups: all in which they may get it, of
-- which the first in the order of %(groups)s `is_first`.
SELECT j.group_id, g.place, j.contact_id, row_number() OVER (PARTITION BY j.contact_id ORDER BY g.place) = 1 AS is_first
FROM judged j
JOIN unnest(%(groups)s::bigint[]) WITH ORDINALITY AS g (group_id, place) ON g.group_id = j.group_id
WHERE j.reason = 'will_receive'

-- name: copies_alone
-- The same for a sendout to one group, where everybody is once.
SELECT group_id, 1::bigint AS place, contact_id, true AS is_first FROM judged WHERE reason = 'will_receive'

-- name: batches
-- Freezes an audience in batches of %(size)s contact ids, each of one group: slices of what is sorted once. Reads the
-- part `copies`, so that the batches and the count of who is left out come from one moment, and an interrupted run leaves
-- nothing behind. Of the copies that aren't the first one for somebody, all are wanted or none.
INSERT INTO sendout_batches (sendout_id, group_id, number, contact_ids, size, state, attempt, token, worker, handed_to,
                             accepted, deferred, failed, skipped)
SELECT %(sendout)s, group_id, batches - ceil(people / %(size)s::numeric) + slice,
       contact_ids[slice * %(size)s + 1 : (slice + 1) * %(size)s], least(%(size)s, people - slice * %(size)s),
       'ready', 1, 0, '', 0, 0, 0, 0, 0
FROM (SELECT group_id, array_agg(contact_id ORDER BY contact_id) AS contact_ids, count(*) AS people,
             sum(ceil(count(*) / %(size)s::numeric)) OVER (ORDER BY place) AS batches
      FROM copies WHERE is_first OR %(is_one_per_subgroup)s GROUP BY place, group_id) AS audience
CROSS JOIN LATERAL generate_series(0, (people - 1) / %(size)s) AS slice

-- name: timed
-- Part of larger statements: when each of the part `copies` gets theirs: %(moments)s says when it is that time in each
-- zone. Whose profile names none that there is gets it by the zone of their group.
SELECT p.group_id, p.place, p.contact_id, coalesce(own.moment, usual.moment, %(otherwise)s::timestamptz) AS not_before
FROM copies p
JOIN contacts c ON c.id = p.contact_id
JOIN groups g ON g.id = p.group_id
LEFT JOIN jsonb_to_recordset(%(moments)s::jsonb) AS own (zone text, moment timestamptz)
       ON own.zone = lower(c.attributes ->> 'time_zone')
LEFT JOIN jsonb_to_recordset(%(moments)s::jsonb) AS usual (zone text, moment timestamptz)
       ON usual.zone = lower(g.time_zone)
WHERE p.is_first OR %(is_one_per_subgroup)s

-- name: timed_batches
-- The same as `batches`, each of people who get theirs at one moment. Reads the part `timed`.
INSERT INTO sendout_batches (sendout_id, group_id, number, contact_ids, size, state, attempt, token, worker, handed_to,
                             accepted, deferred, failed, skipped, not_before)
SELECT %(sendout)s, group_id, batches - ceil(people / %(size)s::numeric) + slice,
       contact_ids[slice * %(size)s + 1 : (slice + 1) * %(size)s], least(%(size)s, people - slice * %(size)s),
       'ready', 1, 0, '', 0, 0, 0, 0, 0, not_before
FROM (SELECT group_id, not_before, array_agg(contact_id ORDER BY contact_id) AS contact_ids, count(*) AS people,
             sum(ceil(count(*) / %(size)s::numeric)) OVER (ORDER BY not_before, place) AS batches
      FROM timed GROUP BY not_before, place, group_id) AS audience
CROSS JOIN LATERAL generate_series(0, (people - 1) / %(size)s) AS slice

-- name: people_by_moment
-- How many get theirs at what moment. Reads the part `timed`.
SELECT not_before AS at, count(*) AS people FROM timed GROUP BY 1 ORDER BY 1

-- name: moments_of
-- The same of a sendout that has its batches, and how many are still to be served then. Rides sendout_batches_once.
SELECT not_before AS at, sum(size)::bigint AS people,
       sum(size - accepted - deferred - failed - skipped)::bigint AS planned
FROM sendout_batches WHERE sendout_id = %(sendout)s AND not_before IS NOT NULL GROUP BY 1 ORDER BY 1

-- name: count_copies
-- How an audience comes about: memberships by group and reason. Reads the parts `judged` and `copies`; who may get a
-- further copy is `again`.
SELECT group_id, reason, count(*) AS people FROM judged WHERE reason <> 'will_receive' GROUP BY group_id, reason
UNION ALL
SELECT group_id, CASE WHEN is_first THEN 'will_receive' ELSE 'again' END, count(*) FROM copies GROUP BY group_id, is_first

-- name: asked
-- Whom to look for on the blacklists: the members that nothing else keeps out, with their group. Reads the part
-- `considered` of memberships.
SELECT contact_id AS ref, group_id AS scope, email, mobile
FROM considered WHERE reason IN ('no_address', 'will_receive')

-- name: barred
-- Whom blacklists and limits keep out, in the words of the waterfall. Reads their parts `listed` and `reached`.
SELECT coalesce(l.scope, r.group_id) AS group_id, coalesce(l.ref, r.contact_id) AS contact_id,
       CASE WHEN l.ref IS NULL THEN 'over_limit' ELSE 'blacklisted' END AS reason
FROM listed l
FULL JOIN (
    SELECT DISTINCT g.group_id, reached.contact_id
    FROM reached JOIN unnest(%(groups)s::bigint[]) AS g (group_id) ON reached.scope IN (0, g.group_id)
) AS r ON r.group_id = l.scope AND r.contact_id = l.ref

-- name: plan
-- For large groups. The planner takes the parts of a judgement for a hundredth of what they are, and would look each
-- of a million members up by itself; hash joins are right there, and in memory.
SET LOCAL enable_nestloop TO off;
SET LOCAL work_mem TO '128MB'
