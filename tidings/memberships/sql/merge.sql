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
SELECT %(group)s, id, 'active', 'import', now() FROM created ORDER BY id
RETURNING contact_id

-- name: joined_new_with_values
-- The same for files with member attributes.
INSERT INTO memberships (group_id, contact_id, state, attributes, source, joined_at)
SELECT %(group)s, c.id, 'active', jsonb_strip_nulls(coalesce(m.member_attributes, '{}')), 'import', now()
FROM created c JOIN matched m ON m.{key} = c.{key} ORDER BY c.id
RETURNING contact_id

-- name: joined_known
-- Part of a slice's merge: makes those known contacts members who aren't yet, pending if the file gives them another
-- address. Most of a file that comes again are: a look at memberships_pkey costs a third of an insert that finds a
-- conflict. OFFSET 0 keeps it a look per person.
INSERT INTO memberships (group_id, contact_id, state, attributes, source, joined_at)
SELECT %(group)s, a.id, CASE WHEN %(updates)s AND a.is_readdressed THEN 'pending' ELSE 'active' END,
       jsonb_strip_nulls(coalesce(a.member_attributes, '{}')), 'import', now()
FROM allowed a
WHERE NOT EXISTS (
    SELECT 1 FROM memberships x WHERE x.group_id = %(group)s AND x.contact_id = a.id OFFSET 0)
ORDER BY a.id
ON CONFLICT DO NOTHING
RETURNING contact_id, state

-- name: changed_members
-- Part of a slice's merge, for files with member attributes or several identities: members whose member attributes
-- differ from the file, or whose address changes: such a one is pending till it is confirmed. Rides memberships_pkey with
-- all of them at once. Before and after are told for the tally.
UPDATE memberships m
SET attributes = jsonb_strip_nulls(m.attributes || coalesce(a.member_attributes, '{}')),
    state = CASE WHEN a.is_readdressed AND m.state = 'active' THEN 'pending' ELSE m.state END
FROM allowed a
WHERE m.group_id = %(group)s AND m.contact_id = a.id AND m.contact_id = ANY (ARRAY(SELECT id FROM allowed))
  AND (a.is_readdressed AND m.state = 'active'
       OR jsonb_strip_nulls(m.attributes || coalesce(a.member_attributes, '{}')) <> m.attributes)
RETURNING m.contact_id, a.is_readdressed AND m.state = 'pending' AS is_pending

-- name: changing_members
-- Part of a dry run: those whom `changed_members` would change.
SELECT m.contact_id, false AS is_pending FROM memberships m JOIN allowed a ON m.contact_id = a.id
WHERE m.group_id = %(group)s AND m.contact_id = ANY (ARRAY(SELECT id FROM allowed))
  AND (a.is_readdressed AND m.state = 'active'
       OR jsonb_strip_nulls(m.attributes || coalesce(a.member_attributes, '{}')) <> m.attributes)

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
-- Removes some of the members who aren't in the file, unless they left and came back meanwhile; how many by state.
-- Rides memberships_pkey.
WITH gone AS (
    DELETE FROM memberships
    WHERE group_id = %(group)s AND joined_at < %(began)s
      AND contact_id = ANY (ARRAY(SELECT contact_id FROM absent WHERE n BETWEEN %(lowest)s AND %(highest)s))
    RETURNING state
)
SELECT state, count(*) AS members FROM gone GROUP BY state

-- name: consented
-- Part of a slice's merge: notes in the log of consent who became an active member by it, all in one row.
INSERT INTO consents (at, act, contact_ids, "group", channel, source, by_id, reason)
SELECT now(), 'added', array_agg(contact_id ORDER BY contact_id), %(group)s, '', 'import', %(by)s, %(origin)s
FROM (SELECT contact_id FROM joined_new UNION ALL
      SELECT contact_id FROM joined_known WHERE state = 'active') AS joined
HAVING count(*) > 0
RETURNING id
