-- name: matched
-- Part of a slice's merge: who each picked row is, and what it would change. `picked` is a slice of the work table in
-- the order of its addresses, so the known ones are one range of contacts_email_once.
SELECT p.n, p.line, c.id,
       CASE WHEN c.id IS NULL THEN 'new'
            WHEN c.attributes @> p.attributes
                 AND (p.mobile IS NULL OR p.mobile IS NOT DISTINCT FROM c.mobile)
                 AND (p.external_id IS NULL OR p.external_id IS NOT DISTINCT FROM c.external_id)
                 AND (p.language IS NULL OR p.language = c.language) THEN 'same'
            ELSE 'changed' END AS fate,
       p.email, p.mobile, p.external_id, p.language, p.attributes
FROM picked p
LEFT JOIN contacts c ON c.email = p.email AND c.email BETWEEN %(first)s AND %(last)s

-- name: owned_by_others
-- Part of a slice's merge, for files with mobile numbers or external ids: rows that name one of somebody else's.
-- Rides contacts_mobile_once and contacts_external_id_once; OFFSET 0 keeps these look-ups from becoming hash joins
-- with the whole table.
SELECT p.n FROM picked p
WHERE EXISTS (SELECT 1 FROM contacts x WHERE x.mobile = p.mobile AND x.email IS DISTINCT FROM p.email OFFSET 0)
   OR EXISTS (SELECT 1 FROM contacts x WHERE x.external_id = p.external_id AND x.email IS DISTINCT FROM p.email OFFSET 0)

-- name: owned_by_nobody_else
-- The same for files without such columns: no row.
SELECT n FROM picked WHERE false

-- name: created
-- Part of a slice's merge: makes the contacts that are new. One that a sign-up made at this very moment is left alone;
-- then fewer are created than are new, and the slice is merged again.
INSERT INTO contacts (email, mobile, external_id, language, attributes, created_at, updated_at)
SELECT email, mobile, external_id, coalesce(language, ''), attributes, now(), now()
FROM matched
WHERE fate = 'new' AND n NOT IN (SELECT n FROM conflicts) AND n NOT IN (SELECT n FROM barred)
ORDER BY n
ON CONFLICT DO NOTHING
RETURNING id

-- name: changed
-- Part of a slice's merge: writes profiles that differ from the file, and only those. What the file leaves empty stays.
UPDATE contacts c
SET attributes = c.attributes || m.attributes, mobile = coalesce(m.mobile, c.mobile),
    external_id = coalesce(m.external_id, c.external_id), language = coalesce(m.language, c.language),
    updated_at = now()
FROM allowed m
WHERE c.id = m.id AND c.email BETWEEN %(first)s AND %(last)s AND m.fate = 'changed'
RETURNING c.id
