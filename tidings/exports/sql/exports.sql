-- name: members
-- Members of a group with everything that a column may tell, in the order of their key. Rides memberships_pkey.
SELECT c.email, c.mobile, c.external_id, c.language, c.attributes, m.attributes AS member_attributes, m.state,
       m.source AS joined_by, m.joined_at
FROM memberships m JOIN contacts c ON c.id = m.contact_id
WHERE m.group_id = %(group)s AND (%(all)s OR m.state = ANY (%(states)s::text[]))
ORDER BY m.contact_id
