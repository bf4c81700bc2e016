-- name: members
-- Members of a group with everything that a column may tell, in the order of their key. Its gap is nothing, or the part
-- `of_picked`. Rides memberships_pkey.
SELECT c.email, c.mobile, c.external_id, c.language, c.attributes, m.attributes AS member_attributes, m.state,
       m.source AS joined_by, m.joined_at
FROM memberships m JOIN contacts c ON c.id = m.contact_id
WHERE m.group_id = %(group)s AND (%(all)s OR m.state = ANY (%(states)s::text[])){only}
ORDER BY m.contact_id

-- name: of_picked
-- A part: only those whom a rule has picked.
 AND m.contact_id IN (SELECT contact_id FROM picked)
