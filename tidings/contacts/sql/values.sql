-- name: values_of_attribute
-- Who has a value under a key, a page in the order of ids. Rides contacts_pkey; a rare attribute is looked for in every
-- profile behind `after`, once.
SELECT id, attributes -> %(key)s AS value FROM contacts
WHERE id > %(after)s AND attributes ? %(key)s ORDER BY id LIMIT %(limit)s

-- name: change_values
-- Stores other values under a key. Rides contacts_pkey.
UPDATE contacts c
SET attributes = jsonb_set(c.attributes, ARRAY[%(key)s], v.value::jsonb), updated_at = now()
FROM unnest(%(ids)s::bigint[], %(values)s::text[]) AS v (id, value) WHERE c.id = v.id

-- name: note_limits
-- Keeps in mind who has a limit of their own. Reads every profile once.
INSERT INTO limited_contacts (contact_id)
SELECT id FROM contacts WHERE attributes ? 'message_limit'
ON CONFLICT DO NOTHING
