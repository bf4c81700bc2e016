-- name: allowed
-- Part of a slice's merge: the known people who may be members: who opted out of the group, of its channel or of
-- everything, or was deactivated, stays out. Rides opt_outs_once, opt_outs_above_groups and memberships_not_active. The planner doesn't see that who is deactivated isn't active; that
-- second half of the condition is the index's own, and only with it the index can be used.
SELECT m.* FROM matched m
WHERE m.id IS NOT NULL AND m.n NOT IN (SELECT n FROM conflicts)
  AND NOT EXISTS (SELECT 1 FROM opt_outs o
                  WHERE o.contact_id = m.id AND o.group_id = %(group)s AND o.scope = 'group')
  AND NOT EXISTS (SELECT 1 FROM opt_outs o
                  WHERE o.contact_id = m.id AND o.group_id IS NULL
                    AND o.channel IN ('', (SELECT g.channel FROM groups g WHERE g.id = %(group)s)))
  AND NOT EXISTS (SELECT 1 FROM memberships d
                  WHERE d.contact_id = m.id AND d.group_id = %(group)s AND d.state = 'deactivated'
                    AND d.state <> 'active')

-- name: joined_new
-- Part of a slice's merge: makes the created contacts members.
INSERT INTO memberships (group_id, contact_id, state, source, joined_at)
SELECT %(group)s, id, 'active', 'import', now() FROM created ORDER BY id
RETURNING contact_id

-- name: joined_known
-- Part of a slice's merge: makes those known contacts members who aren't yet. Most of a file that comes again are:
-- a look at memberships_pkey costs a third of an insert that finds a conflict. OFFSET 0 keeps it a look per person.
INSERT INTO memberships (group_id, contact_id, state, source, joined_at)
SELECT %(group)s, a.id, 'active', 'import', now() FROM allowed a
WHERE NOT EXISTS (
    SELECT 1 FROM memberships x WHERE x.group_id = %(group)s AND x.contact_id = a.id OFFSET 0)
ORDER BY a.id
ON CONFLICT DO NOTHING
RETURNING contact_id
