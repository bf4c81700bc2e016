-- name: listed
-- Part of a larger statement: who of the part `asked` (ref, scope, email, mobile) is on a blacklist of the system or of
-- the group `scope`, as (ref, scope). %(scopes)s are 0 and all groups in `asked`. A kind that no list has costs
-- nothing: its branch isn't run. Domains are looked up once each, by equality with every suffix. Rides
-- blacklist_entries_once, or hashes the lists where many are asked about.
WITH kinds AS MATERIALIZED (
    -- not one EXISTS for all: where nested loops are off, that would read the whole list
    SELECT kind FROM (VALUES
        ('email', EXISTS (SELECT 1 FROM blacklist_entries WHERE scope = ANY (%(scopes)s::bigint[]) AND kind = 'email')),
        ('domain', EXISTS (SELECT 1 FROM blacklist_entries WHERE scope = ANY (%(scopes)s::bigint[]) AND kind = 'domain')),
        ('subdomains', EXISTS (SELECT 1 FROM blacklist_entries WHERE scope = ANY (%(scopes)s::bigint[]) AND kind = 'subdomains')),
        ('mobile', EXISTS (SELECT 1 FROM blacklist_entries WHERE scope = ANY (%(scopes)s::bigint[]) AND kind = 'mobile')),
        ('md5', EXISTS (SELECT 1 FROM blacklist_entries WHERE scope = ANY (%(scopes)s::bigint[]) AND kind = 'md5')),
        ('sha256', EXISTS (SELECT 1 FROM blacklist_entries WHERE scope = ANY (%(scopes)s::bigint[]) AND kind = 'sha256'))
    ) AS k (kind, is_used) WHERE is_used
), domains AS (
    SELECT domain, string_to_array(domain, '.') AS labels
    FROM (SELECT DISTINCT split_part(email, '@', 2) AS domain FROM asked WHERE email IS NOT NULL) AS d
    WHERE EXISTS (SELECT 1 FROM kinds WHERE kind IN ('domain', 'subdomains'))
), suffixes AS (
    SELECT domain, domain AS pattern FROM domains
    UNION ALL
    SELECT domain, '*.' || array_to_string(labels[depth::int:], '.')
    -- not generate_series: the planner takes that for a thousand rows, and would read a whole list for a batch
    FROM domains CROSS JOIN unnest(labels) WITH ORDINALITY AS l (label, depth)
), barred AS MATERIALIZED (
    SELECT s.domain, e.scope FROM suffixes s
    JOIN blacklist_entries e ON e.pattern = s.pattern AND e.scope = ANY (%(scopes)s::bigint[])
)
SELECT a.ref, a.scope FROM asked a
JOIN blacklist_entries e ON e.pattern = a.email AND e.scope = ANY (%(scopes)s::bigint[]) AND e.scope IN (0, a.scope)
WHERE EXISTS (SELECT 1 FROM kinds WHERE kind = 'email')
UNION
SELECT a.ref, a.scope FROM asked a
JOIN blacklist_entries e ON e.pattern = a.mobile AND e.scope = ANY (%(scopes)s::bigint[]) AND e.scope IN (0, a.scope)
WHERE EXISTS (SELECT 1 FROM kinds WHERE kind = 'mobile')
UNION
SELECT a.ref, a.scope FROM asked a
JOIN barred b ON b.domain = split_part(a.email, '@', 2) AND b.scope IN (0, a.scope)
WHERE EXISTS (SELECT 1 FROM barred)
UNION
SELECT a.ref, a.scope FROM asked a CROSS JOIN LATERAL (VALUES (a.email), (a.mobile)) AS v (address)
JOIN blacklist_entries e ON e.pattern = md5(v.address) AND e.scope = ANY (%(scopes)s::bigint[])
                        AND e.scope IN (0, a.scope)
WHERE v.address IS NOT NULL AND EXISTS (SELECT 1 FROM kinds WHERE kind = 'md5')
UNION
SELECT a.ref, a.scope FROM asked a CROSS JOIN LATERAL (VALUES (a.email), (a.mobile)) AS v (address)
JOIN blacklist_entries e ON e.pattern = encode(sha256(convert_to(v.address, 'UTF8')), 'hex')
                        AND e.scope = ANY (%(scopes)s::bigint[]) AND e.scope IN (0, a.scope)
WHERE v.address IS NOT NULL AND EXISTS (SELECT 1 FROM kinds WHERE kind = 'sha256')

-- name: add
-- Puts one entry on a list unless it stands there; returns it only if it is new. Rides blacklist_entries_once.
INSERT INTO blacklist_entries (scope, kind, pattern, reason, source, added_by_id, added_at)
VALUES (%(scope)s, %(kind)s, %(pattern)s, %(reason)s, %(source)s, %(by)s, clock_timestamp())
ON CONFLICT DO NOTHING
RETURNING id

-- name: copy
-- Gives a group the entries of another one.
INSERT INTO blacklist_entries (scope, kind, pattern, reason, source, added_by_id, added_at)
SELECT %(target)s, kind, pattern, reason, 'group', %(by)s, clock_timestamp()
FROM blacklist_entries WHERE scope = %(source)s ORDER BY pattern
ON CONFLICT DO NOTHING

-- name: hash_address
-- Lets entries name an erased person by a hash: the address goes, and still nobody can use it. Where the hash stands
-- already, it stays alone. Rides blacklist_entries_pattern.
WITH gone AS (
    DELETE FROM blacklist_entries WHERE pattern = %(address)s RETURNING *
)
INSERT INTO blacklist_entries (scope, kind, pattern, reason, source, added_by_id, added_at)
SELECT scope, 'sha256', %(hash)s, reason, source, added_by_id, added_at FROM gone
ON CONFLICT DO NOTHING
