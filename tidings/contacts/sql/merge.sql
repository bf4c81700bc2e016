-- name: matched
-- Part of a slice's merge: who each picked row is, what it would change, and where the person is reached. `picked` is a
-- slice of the work table in the order of its key, so the known ones are one range of the key's unique index. In this
-- and the next parts `{key}` is the identity that finds people, `{address}` the one to which the group sends.
SELECT p.n, p.line, c.id,
       CASE WHEN c.id IS NULL THEN 'new'
            WHEN {same}
                 AND (p.email IS NULL OR p.email IS NOT DISTINCT FROM c.email)
                 AND (p.mobile IS NULL OR p.mobile = coalesce(c.mobile, ''))
                 AND (p.external_id IS NULL OR p.external_id = coalesce(c.external_id, ''))
                 AND (p.language IS NULL OR p.language = c.language) THEN 'same'
            ELSE 'changed' END AS fate,
       nullif(p.{address}, '') <> c.{address} AS is_readdressed,
       p.email <> c.email AS has_new_email, nullif(p.mobile, '') <> c.mobile AS has_new_mobile,
       p.email, p.mobile, p.external_id, p.language, p.attributes, p.member_attributes,
       coalesce(p.email, c.email) AS to_email, coalesce(p.mobile, c.mobile) AS to_mobile,
       coalesce(p.language, c.language, '') AS to_language
FROM picked p
LEFT JOIN contacts c ON c.{key} = p.{key} AND c.{key} BETWEEN %(first)s AND %(last)s

-- name: owned_by_others
-- Part of a slice's merge, for files with more than one identity: rows that name one of somebody else's. Rides the
-- unique indexes of the identities; OFFSET 0 keeps these look-ups from becoming hash joins with the whole table.
SELECT p.n, 'identity_conflict' AS reason FROM picked p
WHERE EXISTS (SELECT 1 FROM contacts x WHERE x.email = p.email AND x.{key} IS DISTINCT FROM p.{key} OFFSET 0)
   OR EXISTS (SELECT 1 FROM contacts x WHERE x.mobile = p.mobile AND x.{key} IS DISTINCT FROM p.{key} OFFSET 0)
   OR EXISTS (SELECT 1 FROM contacts x
              WHERE x.external_id = p.external_id AND x.{key} IS DISTINCT FROM p.{key} OFFSET 0)

-- name: unreachable
-- Part of a slice's merge, for files that find people by their external id: new people who have no address.
SELECT p.n, 'no_address' FROM picked p
WHERE p.email IS NULL AND nullif(p.mobile, '') IS NULL
  AND NOT EXISTS (SELECT 1 FROM contacts x WHERE x.{key} = p.{key} OFFSET 0)

-- name: owned_by_nobody_else
-- The same for files with one identity: no row.
SELECT n, '' AS reason FROM picked WHERE false

-- name: created
-- Part of a slice's merge: makes the contacts that are new. One that a sign-up made at this very moment is left alone;
-- then fewer are created than are new, and the slice is merged again.
INSERT INTO contacts (email, mobile, external_id, language, attributes, created_at, updated_at)
SELECT email, nullif(mobile, ''), nullif(external_id, ''), coalesce(language, ''), {stripped}(attributes), now(), now()
FROM matched
WHERE fate = 'new' AND n NOT IN (SELECT n FROM conflicts) AND n NOT IN (SELECT n FROM barred)
ORDER BY n
ON CONFLICT DO NOTHING
RETURNING id, {key}

-- name: changed
-- Part of a slice's merge: writes profiles that differ from the file, and only those. What the file leaves empty stays.
UPDATE contacts c
SET attributes = {stripped}(c.attributes || m.attributes), email = coalesce(m.email, c.email),
    mobile = nullif(coalesce(m.mobile, c.mobile), ''),
    external_id = nullif(coalesce(m.external_id, c.external_id), ''), language = coalesce(m.language, c.language),
    updated_at = now()
FROM allowed m
WHERE c.id = m.id AND c.{key} BETWEEN %(first)s AND %(last)s AND m.fate = 'changed'
RETURNING c.id
