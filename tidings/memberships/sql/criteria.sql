-- name: is_member
-- A criterion of selections: whether the contact has a membership for which `test` holds, in any group. Rides the index
-- on memberships.contact_id, or hashes.
EXISTS (SELECT 1 FROM memberships m WHERE m.contact_id = {contact} AND {test})

-- name: is_member_of
-- The same in one of some groups. Rides memberships_pkey.
EXISTS (SELECT 1 FROM memberships m WHERE m.contact_id = {contact} AND m.group_id {groups} AND {test})

-- name: in_category
-- A criterion of selections: whether the contact is in a group of one of these categories. Rides memberships_pkey.
EXISTS (SELECT 1 FROM memberships m WHERE m.contact_id = {contact} AND m.group_id = ANY (ARRAY(
    SELECT g.id FROM groups g WHERE g.category_id = ANY ({categories}) AND g.deleted_at IS NULL)))

-- name: has_opted_out
-- A criterion of selections: whether the contact opted out of anything at all. Rides opt_outs_once.
EXISTS (SELECT 1 FROM opt_outs o WHERE o.contact_id = {contact} AND {test})

-- name: opted_out_of_group
-- A test in it: whether that keeps them out of one group. Of a SuperGroup it is its messages that they don't want.
(o.group_id = {group} OR o.group_id IS NULL AND o.channel IN ('', (SELECT g.channel FROM groups g WHERE g.id = {group})))
