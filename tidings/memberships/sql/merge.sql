-- name: opted_out
-- Part of a slice's merge: the known people who opted out of the group, of its channel or of everything. Rides
-- opt_outs_once and opt_outs_above_groups.
SELECT m.n FROM matched m
WHERE m.id IS NOT NULL
  AND EXISTS (SELECT 1 FROM opt_outs o
              WHERE o.contact_id = m.id AND o.group_id = %(group)s AND o.scope = 'group')
UNION ALL
SELECT m.n FROM matched m
WHERE m.id IS NOT NULL
  AND EXISTS (SELECT 1 FROM opt_outs o
              WHERE o.contact_id = m.id AND o.group_id IS NULL
                AND o.channel IN ('', (SELECT g.channel FROM groups g WHERE g.id = %(group)s)))

-- name: deactivated
-- Part of a slice's merge: the members who are deactivated. Rides memberships_not_active. The planner doesn't see that
-- who is deactivated isn't active; that second half of the condition is the index's own, and only with it the index can
-- be used.
SELECT m.n FROM matched m
WHERE m.id IS NOT NULL
  AND EXISTS (SELECT 1 FROM memberships d
              WHERE d.contact_id = m.id AND d.group_id = %(group)s AND d.state = 'deactivated'
                AND d.state <> 'active')

-- name: allowed
-- Part of a slice's merge: the known people who may be members.
SELECT * FROM matched
WHERE id IS NOT NULL AND n NOT IN (SELECT n FROM conflicts) AND n NOT IN (SELECT n FROM barred)

-- name: allowed_members
-- The same for modes in which nobody joins: those who are members already. OFFSET 0 keeps it a look at memberships_pkey
-- per person.
SELECT * FROM matched a
WHERE id IS NOT NULL AND n NOT IN (SELECT n FROM conflicts) AND n NOT IN (SELECT n FROM barred)
  AND EXISTS (SELECT 1 FROM memberships x WHERE x.group_id = %(group)s AND x.contact_id = a.id OFFSET 0)

-- name: joined_new
-- Part of a slice's merge: makes the created contacts members.
INSERT INTO memberships (group_id, contact_id, state, source, joined_at)
SELECT %(group)s, id, %(joining_state)s, %(source)s, now() FROM created ORDER BY id
RETURNING contact_id, state

-- name: joined_new_with_values
-- The same for files with member attributes.
INSERT INTO memberships (group_id, contact_id, state, attributes, source, joined_at)
SELECT %(group)s, c.id, %(joining_state)s, jsonb_strip_nulls(coalesce(m.member_attributes, '{}')), %(source)s, now()
FROM created c JOIN matched m ON m.{key} = c.{key} ORDER BY c.id
RETURNING contact_id, state

-- name: joined_known
-- Part of a slice's merge: makes those known contacts members who aren't yet, pending if the file gives them another
-- address. Most of a file that comes again are: a look at memberships_pkey costs a third of an insert that finds a
-- conflict. OFFSET 0 keeps it a look per person.
INSERT INTO memberships (group_id, contact_id, state, attributes, source, joined_at)
SELECT %(group)s, a.id, CASE WHEN %(updates)s AND a.is_readdressed THEN 'pending' ELSE %(joining_state)s END,
       jsonb_strip_nulls(coalesce(a.member_attributes, '{}')), %(source)s, now()
FROM allowed a
WHERE NOT EXISTS (
    SELECT 1 FROM memberships x WHERE x.group_id = %(group)s AND x.contact_id = a.id OFFSET 0)
ORDER BY a.id
ON CONFLICT DO NOTHING
RETURNING contact_id, state

-- name: changing_members
-- Part of a slice's merge, for files with member attributes or several identities: the members who differ from the file,
-- as they will be. Whose address changes is pending till they confirm it. Rides memberships_pkey with all of them at once.
SELECT m.contact_id, jsonb_strip_nulls(m.attributes || coalesce(a.member_attributes, '{}')) AS attributes,
       CASE WHEN a.is_readdressed AND m.state = 'active' THEN 'pending' ELSE m.state END AS state,
       a.is_readdressed IS TRUE AND m.state = 'active' AS is_pending,
       a.is_readdressed IS TRUE AND m.state IN ('active', 'pending') AS is_asked
FROM memberships m JOIN allowed a ON m.contact_id = a.id
WHERE m.group_id = %(group)s AND m.contact_id = ANY (ARRAY(SELECT id FROM allowed))
  AND (a.is_readdressed AND m.state IN ('active', 'pending')
       OR jsonb_strip_nulls(m.attributes || coalesce(a.member_attributes, '{}')) <> m.attributes)

-- name: hold_members
-- Behind `changing_members`, so that they stay as they are till they are changed.
FOR NO KEY UPDATE OF m

-- name: changed_members
-- Part of a slice's merge: writes what `changing_members` found; the time to confirm begins now. Rides memberships_pkey in
-- the same way.
UPDATE memberships m SET attributes = c.attributes, state = c.state,
    joined_at = CASE WHEN c.is_asked THEN now() ELSE m.joined_at END
FROM changing_members c
WHERE m.group_id = %(group)s AND m.contact_id = c.contact_id
  AND m.contact_id = ANY (ARRAY(SELECT contact_id FROM changing_members))
RETURNING m.contact_id, m.state, c.is_pending, c.is_asked

-- name: joining
-- Part of a dry run: those whom `joined_known` would make members.
SELECT a.id AS contact_id, 'active' AS state FROM allowed a
WHERE NOT EXISTS (
    SELECT 1 FROM memberships x WHERE x.group_id = %(group)s AND x.contact_id = a.id OFFSET 0)

-- name: removed
-- Part of a slice's merge: ends the memberships of the known people, whatever their state. Rides memberships_pkey with
-- all of them at once; a join would read the whole group for each slice.
DELETE FROM memberships
WHERE group_id = %(group)s AND contact_id = ANY (ARRAY(
    SELECT id FROM matched WHERE id IS NOT NULL AND n NOT IN (SELECT n FROM conflicts)))
RETURNING contact_id, state

-- name: removable
-- Part of a dry run: those whom `removed` would remove.
SELECT contact_id, state FROM memberships
WHERE group_id = %(group)s AND contact_id = ANY (ARRAY(
    SELECT id FROM matched WHERE id IS NOT NULL AND n NOT IN (SELECT n FROM conflicts)))

-- name: remove_absent
-- Removes some of the members who aren't in the file, unless they left and came back meanwhile, with an entry in the
-- log of consent; how many by state. Rides memberships_pkey.
WITH gone AS (
    DELETE FROM memberships
    WHERE group_id = %(group)s AND joined_at < %(began)s
      AND contact_id = ANY (ARRAY(SELECT contact_id FROM absent WHERE n BETWEEN %(lowest)s AND %(highest)s))
    RETURNING contact_id, state
), noted AS (
    INSERT INTO consents (at, act, contact_ids, "group", channel, source, by_id, reason)
    SELECT now(), 'removed', array_agg(contact_id ORDER BY contact_id), %(group)s, '', %(source)s, %(by)s, %(origin)s
    FROM gone HAVING count(*) > 0
)
SELECT state, count(*) AS members FROM gone GROUP BY state

-- name: consented
-- Part of a slice's merge: notes in the log of consent who became an active member by it, all in one row.
INSERT INTO consents (at, act, contact_ids, "group", channel, source, by_id, reason)
SELECT now(), 'added', array_agg(contact_id ORDER BY contact_id), %(group)s, '', %(source)s, %(by)s, %(origin)s
FROM (SELECT contact_id FROM joined_new WHERE state = 'active' UNION ALL
      SELECT contact_id FROM joined_known WHERE state = 'active') AS joined
HAVING count(*) > 0
RETURNING id

-- name: changed_state
-- Part of a slice's merge: who came in, and whose new address is to be confirmed, with the language to write in.
SELECT j.contact_id, j.state, m.to_language
FROM joined_new j JOIN created c ON c.id = j.contact_id JOIN matched m ON m.{key} = c.{key}
UNION ALL
SELECT j.contact_id, j.state, a.to_language FROM joined_known j JOIN allowed a ON a.id = j.contact_id
UNION ALL
SELECT v.contact_id, v.state, a.to_language FROM changed_members v JOIN allowed a ON a.id = v.contact_id
WHERE v.is_asked

-- name: addressees
-- Part of a slice's merge: who of `changed_state` is owed a letter, of which kind and with which text. Who is pending is
-- asked to confirm, who came in is welcomed if %(welcomes)s. %(kinds)s, %(languages)s and %(texts)s are the texts there
-- are; the one of no language is for whoever reads none of the others.
WITH texts AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(languages)s::text[], %(texts)s::bigint[]) AS t (kind, language, text_id)
)
SELECT p.contact_id, p.kind, coalesce(own.text_id, standard.text_id) AS text_id
FROM (SELECT contact_id, CASE state WHEN 'pending' THEN 'confirm' ELSE 'welcome' END AS kind,
             lower(split_part(translate(to_language, '_', '-'), '-', 1)) AS language FROM changed_state) AS p
JOIN texts standard ON standard.kind = p.kind AND standard.language = ''
LEFT JOIN texts own ON own.kind = p.kind AND own.language = p.language
WHERE p.kind = 'confirm' OR %(welcomes)s

-- name: requested
-- Part of a slice's merge: notes in the log of consent who was asked to confirm; each letter's link names its entry.
INSERT INTO consents (at, act, contact, "group", channel, source, by_id, text_id, reason)
SELECT now(), 'asked', contact_id, %(group)s, '', %(source)s, %(by)s, text_id, %(origin)s
FROM addressees WHERE kind = 'confirm' ORDER BY contact_id
RETURNING id, contact

-- name: owed
-- Part of a slice's merge: writes the letters.
INSERT INTO letters (id, group_id, contact_id, kind, state, text_id, request_id, message_id, attempt, doubts, token,
                     worker, code, reason, created_at)
SELECT n.id, %(group)s, n.contact_id, n.kind, 'planned', n.text_id, r.id,
       format('<letter.%%s.%%s@%%s>', n.id, n.contact_id, %(domain)s::text), 0, 0, 0, '', 0, '', now()
FROM (SELECT nextval(pg_get_serial_sequence('letters', 'id')) AS id, * FROM addressees ORDER BY contact_id) AS n
LEFT JOIN requested r ON r.contact = n.contact_id
RETURNING id

-- name: removal_noted
-- Part of a slice's merge: notes in the log of consent whose membership ended by it, all in one row.
INSERT INTO consents (at, act, contact_ids, "group", channel, source, by_id, reason)
SELECT now(), 'removed', array_agg(contact_id ORDER BY contact_id), %(group)s, '', %(source)s, %(by)s, %(origin)s
FROM removed HAVING count(*) > 0
RETURNING id
