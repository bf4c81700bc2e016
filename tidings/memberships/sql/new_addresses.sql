-- name: readdressed
-- Makes members pending whose address has changed, in each group of the channel but %(besides)s; the time to confirm
-- begins now. Gives who was active and who was pending already, by group. Rides the index on memberships.contact_id;
-- held in one order, so that two who change the same people don't wait for each other.
WITH held AS (
    SELECT m.group_id, m.contact_id, m.state FROM memberships m JOIN groups g ON g.id = m.group_id
    WHERE m.contact_id = ANY (%(contacts)s) AND m.state IN ('active', 'pending')
      AND g.channel = %(channel)s AND g.id <> %(besides)s
    ORDER BY m.contact_id, m.group_id FOR NO KEY UPDATE OF m
), moved AS (
    UPDATE memberships m SET state = 'pending', joined_at = now() FROM held h
    WHERE m.group_id = h.group_id AND m.contact_id = h.contact_id AND m.contact_id = ANY (%(contacts)s)
    RETURNING m.group_id, m.contact_id, h.state AS was
), tallied AS (
    INSERT INTO membership_tallies (group_id, state, members)
    SELECT group_id, 'active', -count(*) FROM moved WHERE was = 'active' GROUP BY group_id
    UNION ALL
    SELECT group_id, 'pending', count(*) FROM moved WHERE was = 'active' GROUP BY group_id
)
SELECT group_id,
       coalesce(array_agg(contact_id ORDER BY contact_id) FILTER (WHERE was = 'active'), '{}') AS active,
       coalesce(array_agg(contact_id ORDER BY contact_id) FILTER (WHERE was = 'pending'), '{}') AS pending
FROM moved GROUP BY group_id ORDER BY group_id

-- name: to_be_asked
-- In place of the part `changed_state` of a merge: those of %(contacts)s who haven't got too many letters of late that
-- ask to confirm. Rides the index on letters.contact_id for each.
SELECT c.id AS contact_id, 'pending' AS state, c.language AS to_language FROM contacts c
WHERE c.id = ANY (%(contacts)s)
  AND (SELECT count(*) < %(in_all)s AND count(*) FILTER (WHERE l.group_id = %(group)s) < %(here)s FROM letters l
       WHERE l.contact_id = c.id AND l.kind = 'confirm' AND l.created_at > now() - %(window)s::interval)

-- name: letters_owed
-- The end behind `owed`: the letters that were written.
SELECT id FROM owed ORDER BY id
