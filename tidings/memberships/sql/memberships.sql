-- name: join
-- Makes one contact a member, unless they are in the group already. Rides memberships_pkey.
INSERT INTO memberships (group_id, contact_id, state, source, joined_at)
VALUES (%(group)s, %(contact)s, %(state)s, %(source)s, clock_timestamp())
ON CONFLICT DO NOTHING

-- name: counts
-- Members by group and state, as the sum of the tallies. Rides the index on membership_tallies.group_id.
SELECT group_id, state, sum(members)::bigint AS members
FROM membership_tallies WHERE group_id = ANY (%(groups)s)
GROUP BY group_id, state

-- name: fold_tallies
-- Replaces several tallies of a group and state by their sum, so that reading them stays cheap; writes nothing where
-- there is nothing to sum. SKIP LOCKED: two folders never count a row twice.
WITH several AS (
    SELECT group_id, state FROM membership_tallies
    GROUP BY group_id, state HAVING count(*) > 1 OR sum(members) = 0
), gone AS (
    DELETE FROM membership_tallies WHERE id IN (
        SELECT id FROM membership_tallies JOIN several USING (group_id, state)
        ORDER BY id LIMIT 50000 FOR UPDATE OF membership_tallies SKIP LOCKED)
    RETURNING group_id, state, members
)
INSERT INTO membership_tallies (group_id, state, members)
SELECT group_id, state, sum(members) FROM gone GROUP BY group_id, state HAVING sum(members) <> 0

-- name: considered
-- Every membership in %(groups)s with the addresses, whether its member may get messages there now, and if not, why:
-- opt-outs are those from the group, from the messages of the SuperGroup %(group)s, if that is one, from its channel and
-- from everything; only complaints if it is no marketing. Rides memberships_pkey as one range of each group and
-- opt_outs_above_groups.
SELECT m.group_id, m.contact_id, c.email, c.mobile,
       CASE WHEN m.state <> 'active' THEN 'not_active'
            WHEN own.contact_id IS NOT NULL OR above.contact_id IS NOT NULL THEN 'opted_out'
            WHEN c.email IS NULL THEN 'no_address'
            ELSE 'will_receive' END AS reason
FROM memberships m
JOIN contacts c ON c.id = m.contact_id
LEFT JOIN (
    SELECT group_id, contact_id FROM opt_outs
    WHERE group_id = ANY (%(groups)s) AND scope = 'group' AND (%(is_marketing)s OR reason = 'complaint')
    -- + 0, because a merge by groups alone would compare every member with every opt-out of their group
) own ON own.group_id = m.group_id + 0 AND own.contact_id = m.contact_id
LEFT JOIN (
    SELECT contact_id FROM opt_outs
    WHERE group_id = %(group)s AND scope = 'supergroup' AND (%(is_marketing)s OR reason = 'complaint')
    UNION
    SELECT contact_id FROM opt_outs
    WHERE (%(is_marketing)s OR reason = 'complaint')
      AND group_id IS NULL AND channel IN ('', (SELECT channel FROM groups WHERE id = %(group)s))
) above ON above.contact_id = m.contact_id
WHERE m.group_id = ANY (%(groups)s)

-- name: narrowed
-- The same for a sendout to only some of the members: those who aren't in the part `picked` (contact_id) stay out. Reads
-- the part `everybody`, which is `considered`.
SELECT e.group_id, e.contact_id, e.email, e.mobile,
       CASE WHEN p.contact_id IS NULL THEN 'not_selected' ELSE e.reason END AS reason
FROM everybody e LEFT JOIN picked p ON p.contact_id = e.contact_id

-- name: judged_alone
-- The same without the addresses, where nobody else keeps anybody out.
SELECT group_id, contact_id, reason FROM considered

-- name: judged
-- The same, but for those of the part `barred` (group_id, contact_id, reason) whom somebody else keeps out.
SELECT c.group_id, c.contact_id, coalesce(b.reason, c.reason) AS reason
FROM considered c
LEFT JOIN barred b ON b.group_id = c.group_id AND b.contact_id = c.contact_id
                  AND c.reason IN ('no_address', 'will_receive')

-- name: purge
-- Removes a slice of a group's members, with their tallies; how many. Rides memberships_pkey as one range.
WITH gone AS (
    DELETE FROM memberships WHERE group_id = %(group)s AND contact_id IN (
        SELECT contact_id FROM memberships WHERE group_id = %(group)s ORDER BY contact_id LIMIT %(rows)s)
    RETURNING state
), tallied AS (
    INSERT INTO membership_tallies (group_id, state, members)
    SELECT %(group)s, state, -count(*) FROM gone GROUP BY state
)
SELECT count(*) FROM gone

-- name: expire_pending
-- Ends up to %(rows)s memberships that were pending for longer than their group allows, with tally and entry in the log
-- of consent; only where letters can ask them. Rides memberships_not_active. SKIP LOCKED: who confirms at this moment
-- has confirmed.
WITH late AS (
    SELECT m.group_id, m.contact_id FROM memberships m JOIN groups g ON g.id = m.group_id
    WHERE m.state = 'pending' AND m.state <> 'active' AND g.channel = 'email'
      AND m.joined_at < %(now)s::timestamptz - make_interval(
          days => coalesce((g.settings #>> '{subscription,pending_days}')::int, %(days)s))
    LIMIT %(rows)s FOR UPDATE OF m SKIP LOCKED
), gone AS (
    DELETE FROM memberships m USING late
    WHERE m.group_id = late.group_id AND m.contact_id = late.contact_id AND m.state = 'pending'
    RETURNING m.group_id, m.contact_id
), tallied AS (
    INSERT INTO membership_tallies (group_id, state, members)
    SELECT group_id, 'pending', -count(*) FROM gone GROUP BY group_id
)
INSERT INTO consents (at, act, contact_ids, "group", channel, source, reason)
SELECT now(), 'expired', array_agg(contact_id ORDER BY contact_id), group_id, '', 'deadline', ''
FROM gone GROUP BY group_id
RETURNING "group" AS group_id, contact_ids
