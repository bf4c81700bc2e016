-- name: plan
-- The planner can't foresee how many rows the parts pass on, and takes them for a single one: hash joins are right here
-- whatever it guesses, and a slice of 50,000 people shall stay in memory.
SET LOCAL enable_nestloop TO off;
SET LOCAL work_mem TO '64MB'

-- name: picked
-- Part of a move: the people of one slice. Rides transfer_slices_pkey.
SELECT unnest(contact_ids) AS id FROM transfer_slices WHERE id = %(slice)s

-- name: picked_by_rule
-- The same for a forecast, which has no slices: everybody who is chosen.
SELECT contact_id AS id FROM chosen

-- name: matched
-- Part of a move: the picked people who are still there, in the shape that the parts of memberships, contacts and
-- blacklists read. They are one range of contacts_pkey.
SELECT c.id AS n, c.id, c.email, c.mobile, c.external_id, NULL::text AS push_endpoint, c.email AS to_email,
       c.mobile AS to_mobile, c.language AS to_language,
       false AS is_readdressed, '{}'::jsonb AS member_attributes
FROM picked p JOIN contacts c ON c.id = p.id AND c.id BETWEEN %(first)s AND %(last)s
WHERE NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- name: matched_before
-- The same for members who leave: only who has been a member since before the transfer began. Who left and came back
-- meanwhile stays.
SELECT m.contact_id AS n, m.contact_id AS id FROM picked p
JOIN memberships m ON m.contact_id = p.id AND m.group_id = %(group)s AND m.contact_id BETWEEN %(first)s AND %(last)s
WHERE m.joined_at < %(began)s

-- name: asked
-- Part of a move: whom to look for on the blacklists.
SELECT n AS ref, %(group)s::bigint AS scope, to_email AS email, to_mobile AS mobile FROM matched

-- name: inactive
-- Part of a move: who isn't an active member of the source, be it that they haven't confirmed or can't be reached.
-- Rides memberships_not_active; the second half of the condition is the index's own.
SELECT m.n FROM matched m
WHERE EXISTS (SELECT 1 FROM memberships s WHERE s.contact_id = m.id AND s.group_id = %(from_group)s AND s.state <> 'active')

-- name: unaddressed
-- Part of a move: who has no address on the channel of the target. Push endpoints are many, so they are a table.
SELECT m.n FROM matched m
WHERE CASE %(channel)s WHEN 'email' THEN m.to_email IS NULL WHEN 'sms' THEN m.to_mobile IS NULL
      ELSE NOT EXISTS (SELECT 1 FROM push_endpoints e WHERE e.contact_id = m.id) END

-- name: barred
-- Part of a move: who must stay out and why; of several reasons the first one.
SELECT DISTINCT ON (n) n, reason FROM (
    SELECT n, 1 AS rank, 'opted_out' AS reason FROM opted_out
    UNION ALL SELECT n, 2, 'deactivated' FROM deactivated
    UNION ALL SELECT ref, 3, 'blacklisted' FROM listed
    UNION ALL SELECT n, 4, 'erased' FROM erased
    UNION ALL SELECT n, 5, 'not_active' FROM inactive
    UNION ALL SELECT n, 6, 'no_address' FROM unaddressed
) AS barriers
ORDER BY n, rank

-- name: nobody
-- In place of a part that a move doesn't have: no row.
SELECT NULL::bigint AS id, NULL::bigint AS n, NULL::bigint AS contact_id, '' AS state, '' AS reason WHERE false

-- name: changed_state
-- Part of a move: who came in, with the language to write in.
SELECT j.contact_id, j.state, a.to_language FROM joined_known j JOIN allowed a ON a.id = j.contact_id

-- name: joining_outcome
-- End of a move into a group, or of its forecast: each person in exactly one count. Who was erased since they were
-- chosen is kept out too.
SELECT c.people AS chosen, c.joined, c.allowed - c.joined AS already, c.people - c.allowed AS kept_out, 0 AS removed,
       c.pending, c.letters, 0 AS ignored, '{}'::jsonb AS removed_by,
       by_reason || CASE WHEN c.gone > 0 THEN jsonb_build_object('gone', c.gone) ELSE '{}' END AS kept_out_by
FROM (
    SELECT (SELECT count(*) FROM picked) AS people,
           (SELECT count(*) FROM allowed) AS allowed,
           (SELECT count(*) FROM joined_known) AS joined,
           (SELECT count(*) FROM joined_known WHERE state = 'pending') AS pending,
           array(SELECT id FROM owed ORDER BY id) AS letters,
           (SELECT count(*) FROM picked) - (SELECT count(*) FROM matched) AS gone,
           (SELECT coalesce(jsonb_object_agg(reason, people), '{}')
            FROM (SELECT reason, count(*) AS people FROM barred GROUP BY reason) AS counted) AS by_reason
) AS c

-- name: removing_outcome
-- End of a move out of a group, or of its forecast. Who is no member is `ignored`.
SELECT p.people AS chosen, 0 AS joined, 0 AS pending, '{}'::bigint[] AS letters, 0 AS already, 0 AS kept_out, r.people AS removed,
       p.people - r.people AS ignored, r.by_state AS removed_by, '{}'::jsonb AS kept_out_by
FROM (SELECT count(*) AS people FROM picked) AS p
CROSS JOIN (
    SELECT coalesce(sum(people), 0)::bigint AS people, coalesce(jsonb_object_agg(state, people), '{}') AS by_state
    FROM (SELECT state, count(*) AS people FROM removed GROUP BY state) AS counted
) AS r

-- name: would_leave
-- Part of a forecast: how many members of the target `replace` would remove.
SELECT count(*) AS absent FROM memberships m
WHERE m.group_id = %(group)s AND NOT EXISTS (SELECT 1 FROM chosen WHERE chosen.contact_id = m.contact_id)
