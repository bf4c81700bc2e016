-- name: count_gaps
-- How many active members have no value for each attribute: of up to %(each)s members from each of %(probes)s places that
-- are spread evenly over each group's contact ids, so that a group of any size is looked at in the same time. Rides
-- memberships_pkey and contacts_pkey.
WITH ends AS (
    SELECT g.group_id, e.first, e.last
    FROM unnest(%(groups)s::bigint[]) AS g (group_id)
    CROSS JOIN LATERAL (
        SELECT min(contact_id) AS first, max(contact_id) AS last FROM memberships WHERE group_id = g.group_id
    ) e
), looked_at AS (
    SELECT DISTINCT ends.group_id, m.contact_id
    FROM ends
    CROSS JOIN generate_series(0, %(probes)s - 1) AS probe
    CROSS JOIN LATERAL (
        SELECT contact_id FROM memberships
        WHERE group_id = ends.group_id
          AND contact_id >= ends.first + (ends.last - ends.first) * probe / %(probes)s
        ORDER BY contact_id LIMIT %(each)s
    ) m
), people AS (
    SELECT m.attributes AS member,
           c.attributes || jsonb_build_object('email', c.email, 'mobile', c.mobile, 'external_id', c.external_id,
                                              'language', c.language) AS profile
    FROM looked_at l
    JOIN memberships m ON m.group_id = l.group_id AND m.contact_id = l.contact_id AND m.state = 'active'
    JOIN contacts c ON c.id = l.contact_id
)
SELECT w.scope, w.key, count(*) AS people,
       count(*) FILTER (
           WHERE coalesce(CASE w.scope WHEN 'member' THEN p.member ELSE p.profile END ->> w.key, '') = '') AS lacking
FROM people p CROSS JOIN unnest(%(scopes)s::text[], %(keys)s::text[]) AS w (scope, key)
GROUP BY w.scope, w.key

-- name: next_gap
-- The first active member after %(after)s without a value for an attribute, if one is among the next %(looked_at)s
-- members. Rides memberships_pkey and contacts_pkey.
SELECT m.contact_id
FROM (
    SELECT contact_id, state, attributes FROM memberships
    WHERE group_id = %(group)s AND contact_id > %(after)s
    ORDER BY contact_id LIMIT %(looked_at)s
) m
JOIN contacts c ON c.id = m.contact_id
WHERE m.state = 'active'
  AND coalesce(
      CASE %(scope)s
          WHEN 'member' THEN m.attributes
          ELSE c.attributes || jsonb_build_object('email', c.email, 'mobile', c.mobile, 'external_id', c.external_id,
                                                  'language', c.language)
      END ->> %(key)s, '') = ''
ORDER BY m.contact_id LIMIT 1
