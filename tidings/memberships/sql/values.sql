-- name: values_of_attribute
-- Which members have a value under a key, a page in the order of the table's key. Rides memberships_pkey.
SELECT group_id, contact_id, attributes -> %(key)s AS value FROM memberships
WHERE (group_id, contact_id) > (%(group)s, %(contact)s) AND attributes ? %(key)s
ORDER BY group_id, contact_id LIMIT %(limit)s

-- name: change_values
-- Stores other values under a key. Rides memberships_pkey.
UPDATE memberships m
SET attributes = jsonb_set(m.attributes, ARRAY[%(key)s], v.value::jsonb)
FROM unnest(%(groups)s::bigint[], %(contacts)s::bigint[], %(values)s::text[]) AS v (group_id, contact_id, value)
WHERE m.group_id = v.group_id AND m.contact_id = v.contact_id
