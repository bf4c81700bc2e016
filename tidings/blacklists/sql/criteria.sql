-- name: is_listed
-- A criterion of selections: whether a list of the system or of a group has something about the contact. Hashed, or a
-- look-up in blacklist_entries_once for each.
EXISTS (SELECT 1 FROM blacklist_entries e WHERE e.scope = ANY ({scopes}) AND e.pattern = {pattern})

-- name: is_listed_by_hash
-- The same for the hash of something; costs nothing if no list has hashes of that kind. Rides blacklist_entries_kinds.
(EXISTS (SELECT 1 FROM blacklist_entries WHERE scope = ANY ({scopes}) AND kind = {kind})
 AND EXISTS (SELECT 1 FROM blacklist_entries e WHERE e.scope = ANY ({scopes}) AND e.pattern = {pattern}))

-- name: is_in_listed_domain
-- The same for domains that are listed with their subdomains. All domains of contacts are looked up by every suffix,
-- once; it asks nothing of the contact at hand.
coalesce(split_part(contact.email, '@', 2), '') IN (
    SELECT d.domain
    FROM (SELECT DISTINCT split_part(email, '@', 2) AS domain FROM contacts
          WHERE EXISTS (SELECT 1 FROM blacklist_entries WHERE scope = ANY ({scopes}) AND kind = 'subdomains')) AS d
    CROSS JOIN LATERAL unnest(string_to_array(d.domain, '.')) WITH ORDINALITY AS l (label, depth)
    JOIN blacklist_entries e
      ON e.scope = ANY ({scopes})
     AND e.pattern = '*.' || array_to_string((string_to_array(d.domain, '.'))[l.depth::int:], '.'))
