-- name: picked
-- The contacts that a rule picks. Its gaps are one of the two parts below and the rule's test.
SELECT {distinct} {contact} AS contact_id FROM {people} AND {test}

-- name: everybody
-- A part: all contacts but those who were merged into others or erased.
contacts contact WHERE NOT EXISTS (SELECT 1 FROM gone_contacts gone WHERE gone.contact_id = contact.id)

-- name: members
-- A part: the members of a group. A left join, because the planner leaves it out for a rule that asks nothing of the
-- profile. Rides memberships_pkey as one range.
memberships member LEFT JOIN contacts contact ON contact.id = member.contact_id WHERE member.group_id {groups}

-- name: count
-- How many there are in the part `picked`.
SELECT count(*) FROM picked

-- name: sample
-- Some of the part `picked`, spread over all of them, and the same ones each time.
SELECT contact_id FROM picked ORDER BY hashint8(contact_id), contact_id LIMIT %(limit)s

-- name: identities
-- Who they are in the part `picked`, in the order of their ids.
SELECT c.id, c.email, c.mobile, c.external_id, c.attributes ->> 'first_name' AS first_name,
       c.attributes ->> 'last_name' AS last_name
FROM picked JOIN contacts c ON c.id = picked.contact_id ORDER BY c.id

-- name: counted
-- Answers several questions about the same people: `tests` are asked once for each, `counts` filter by their answers.
-- OFFSET 0 keeps the planner from asking anew for each count.
SELECT {counts} FROM (SELECT {contact} AS contact_id, {tests} FROM {people} OFFSET 0) AS asked

-- name: plan
-- Before a count. Whole groups and histories are hashed, which needs room; who has none looks each person up.
SET LOCAL work_mem TO '64MB'

-- name: is_one_of
-- A part: whether a text is in a list, without case. A list of thousands is hashed.
lower({expression}) IN (SELECT lower(v) FROM unnest({values}) AS v)

-- name: alone
-- Lets one at a time change selections: two at once could make each a part of the other. Reading goes on.
LOCK TABLE selections IN SHARE ROW EXCLUSIVE MODE

-- name: newest_rule
-- The highest id in a table that keeps rules. Rides its primary key.
SELECT coalesce(max(id), 0) FROM {table}

-- name: redact
-- Puts a hash in the place of an identity, in a range of the rules of a table. Rides its primary key.
UPDATE {table} SET rule = regexp_replace(rule, %(pattern)s, %(hash)s, 'gi')
WHERE id > %(after)s AND id <= %(upto)s AND rule ~* %(pattern)s
