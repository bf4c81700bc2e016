-- name: members_of_source
-- Part of a choice: the members of the source group, whatever their state: who isn't active is kept out later, and
-- counted. Rides memberships_pkey as one range.
SELECT contact_id FROM memberships WHERE group_id = %(from_group)s

-- name: everybody
-- Part of a choice: everybody who is neither erased nor merged into somebody else.
SELECT id AS contact_id FROM contacts c WHERE NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- name: all_candidates
-- Part of a choice: all whom the rule chooses.
SELECT contact_id FROM candidates

-- name: random_share
-- Part of a choice: a random share of them, the same for the same seed. Without a number it is a percentage.
SELECT contact_id FROM candidates ORDER BY hashint8extended(contact_id, %(seed)s), contact_id
LIMIT coalesce(%(number)s::bigint,
               (SELECT ceil(count(*) * %(percent)s::numeric / 100) FROM candidates)::bigint)

-- name: members_not_chosen
-- Instead of a choice, for `replace`: members of the target whom no slice holds. Whoever joined after the transfer began
-- is none of them.
SELECT m.contact_id FROM memberships m
WHERE m.group_id = %(group)s AND m.joined_at < %(began)s
  AND NOT EXISTS (SELECT 1 FROM transfer_slices s CROSS JOIN unnest(s.contact_ids) AS held (contact_id)
                  WHERE s.transfer_id = %(transfer)s AND held.contact_id = m.contact_id)

-- name: kept
-- Part of a choice: keeps who was chosen in slices of %(size)s people, in the order of their ids.
INSERT INTO transfer_slices (transfer_id, deed, number, contact_ids, people)
SELECT %(transfer)s, %(deed)s, number, array_agg(contact_id ORDER BY contact_id), count(*)
FROM (SELECT contact_id, (row_number() OVER (ORDER BY contact_id) - 1) / %(size)s AS number FROM chosen) AS numbered
GROUP BY number
RETURNING people

-- name: count_kept
-- End of a choice: how many were chosen.
SELECT coalesce(sum(people), 0)::bigint FROM kept

-- name: members_before
-- How many members a group had at a time, of those who are still there. Rides memberships_pkey as one range.
SELECT count(*) FROM memberships WHERE group_id = %(group)s AND joined_at < %(began)s
