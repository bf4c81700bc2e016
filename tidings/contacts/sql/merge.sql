-- name: matched
-- Part of a slice's merge: who each picked row is, what it would change, and where the person is reached. `picked` is a
-- slice of the work table in the order of its key, so the known ones are one range of the key's unique index. In this
-- and the next parts `{key}` is the identity that finds people. `{readdressed}` compares the one to which the group sends.
SELECT p.n, p.line, c.id,
       CASE WHEN c.id IS NULL THEN 'new'
            WHEN {same}
                 AND (p.email IS NULL OR p.email IS NOT DISTINCT FROM c.email)
                 AND (p.mobile IS NULL OR p.mobile = coalesce(c.mobile, ''))
                 AND (p.external_id IS NULL OR p.external_id = coalesce(c.external_id, ''))
                 AND (p.language IS NULL OR p.language = c.language) THEN 'same'
            ELSE 'changed' END AS fate,
       {readdressed} AS is_readdressed,
       p.email <> c.email AS has_new_email, nullif(p.mobile, '') <> c.mobile AS has_new_mobile,
       p.email, p.mobile, p.external_id, p.language, p.attributes, p.member_attributes, p.push_endpoint, p.push_app,
       coalesce(p.email, c.email) AS to_email, coalesce(p.mobile, c.mobile) AS to_mobile,
       coalesce(p.language, c.language, '') AS to_language
FROM picked p
LEFT JOIN {contacts} c ON c.{key} = p.{key} AND c.{key} BETWEEN %(first)s AND %(last)s

-- name: contacts_by_push
-- In place of `contacts`, for files that find people by a push endpoint. Rides push_endpoints_once; OFFSET 0 keeps it a
-- look-up per contact.
(SELECT c.*, e.endpoint AS push_endpoint
 FROM push_endpoints e CROSS JOIN LATERAL (SELECT * FROM contacts x WHERE x.id = e.contact_id OFFSET 0) c)

-- name: has_endpoint
-- Part of `matched`, for files with push endpoints: whether the contact has the row's. Rides push_endpoints_once.
 AND (p.push_endpoint IS NULL
      OR EXISTS (SELECT 1 FROM push_endpoints e
                 WHERE e.endpoint = p.push_endpoint AND e.contact_id = c.id OFFSET 0))

-- name: owned_by_others
-- Part of a slice's merge, for files with more than one identity: rows that name one of somebody else's. Rides the
-- unique indexes of the identities; OFFSET 0 keeps these look-ups from becoming hash joins with the whole table.
SELECT m.n, 'identity_conflict' AS reason FROM matched m
WHERE EXISTS (SELECT 1 FROM contacts x WHERE x.email = m.email AND x.id IS DISTINCT FROM m.id OFFSET 0)
   OR EXISTS (SELECT 1 FROM contacts x WHERE x.mobile = m.mobile AND x.id IS DISTINCT FROM m.id OFFSET 0)
   OR EXISTS (SELECT 1 FROM contacts x WHERE x.external_id = m.external_id AND x.id IS DISTINCT FROM m.id OFFSET 0)
   OR EXISTS (SELECT 1 FROM push_endpoints e
              WHERE e.endpoint = m.push_endpoint AND e.contact_id IS DISTINCT FROM m.id OFFSET 0)

-- name: unreachable
-- Part of a slice's merge, for files that find people by their external id: new people who have no address.
SELECT m.n, 'no_address' FROM matched m
WHERE m.id IS NULL AND m.email IS NULL AND nullif(m.mobile, '') IS NULL AND m.push_endpoint IS NULL

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

-- name: newcomers
-- Part of a slice's merge, for files with push endpoints: who is to be made, with ids, by which their endpoints know them.
SELECT nextval(pg_get_serial_sequence('contacts', 'id')) AS id, new.*
FROM (SELECT n, email, mobile, external_id, language, attributes, push_endpoint, push_app FROM matched
      WHERE fate = 'new' AND n NOT IN (SELECT n FROM conflicts) AND n NOT IN (SELECT n FROM barred)
      ORDER BY n) AS new

-- name: made
-- Part of a slice's merge, for files with push endpoints: the same as `created` does for others.
INSERT INTO contacts (id, email, mobile, external_id, language, attributes, has_push, created_at, updated_at)
SELECT id, email, nullif(mobile, ''), nullif(external_id, ''), coalesce(language, ''), {stripped}(attributes),
       push_endpoint IS NOT NULL, now(), now()
FROM newcomers ORDER BY n
ON CONFLICT DO NOTHING
RETURNING id

-- name: created_by_id
-- Part of a slice's merge: in the place of `created`, whom `made` has made.
SELECT * FROM newcomers WHERE id IN (SELECT id FROM made)

-- name: attaching_new
-- Part of a slice's merge: the push endpoints of people who were made.
SELECT id AS contact_id, push_endpoint, push_app FROM created WHERE push_endpoint IS NOT NULL

-- name: attaching_known
-- Part of a slice's merge: the push endpoints that known people don't have yet. Rides push_endpoints_once.
SELECT id, push_endpoint, push_app FROM allowed
WHERE fate = 'changed' AND push_endpoint IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM push_endpoints e WHERE e.endpoint = allowed.push_endpoint OFFSET 0)

-- name: attached
-- Part of a slice's merge: notes them. One that somebody else took at this very moment is left alone; then the slice is
-- merged again.
INSERT INTO push_endpoints (contact_id, app, endpoint, created_at)
SELECT contact_id, push_app, push_endpoint, now() FROM attaching ORDER BY contact_id
ON CONFLICT DO NOTHING
RETURNING contact_id

-- name: changed
-- Part of a slice's merge: writes profiles that differ from the file, and only those. What the file leaves empty stays.
UPDATE contacts c
SET attributes = {stripped}(c.attributes || m.attributes), email = coalesce(m.email, c.email),
    mobile = nullif(coalesce(m.mobile, c.mobile), ''),
    external_id = nullif(coalesce(m.external_id, c.external_id), ''), language = coalesce(m.language, c.language),
    has_push = c.has_push OR m.push_endpoint IS NOT NULL, updated_at = now()
FROM allowed m
WHERE c.id = m.id AND {range} AND m.fate = 'changed'
RETURNING c.id
