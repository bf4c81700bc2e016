-- name: limits
-- Part of larger statements: which limits hold for messages of %(groups)s, as (scope, messages, days): that of the whole
-- system, unless it is 0, and those that the groups have now.
SELECT 0::bigint AS scope, %(daily)s::int AS messages, 1 AS days WHERE %(daily)s::int > 0
UNION ALL
SELECT id, (settings #>> '{sending,limit_messages}')::int, (settings #>> '{sending,limit_days}')::int
FROM groups WHERE id = ANY (%(groups)s::bigint[]) AND settings #>> '{sending,limit_messages}' IS NOT NULL

-- name: fresh
-- Part of `charge`: who is to be counted, and isn't yet. Reads the part `held` (id): the batch, if it is still that of
-- who asks. Rides limit_charges_batch_id.
SELECT a.position, a.contact_id, a.contact_id >> 4 AS block, (a.contact_id & 15)::int + 1 AS place
FROM held CROSS JOIN unnest(%(positions)s::int[], %(contacts)s::bigint[]) AS a (position, contact_id)
WHERE a.position <> ALL (ARRAY(
    SELECT unnest(c.positions) FROM limit_charges c JOIN held h ON h.id = c.batch_id))

-- name: change_of_fresh
-- Part of `charge`: one message more for each of them, of all groups and of those that have a limit.
SELECT s.scope, %(today)s::date AS day, f.contact_id
FROM fresh f CROSS JOIN (SELECT 0::bigint AS scope UNION SELECT scope FROM limits) AS s

-- name: counted
-- Part of larger statements: adds %(sign)s for each row of the part `change` (scope, day, contact_id) to its counter.
-- Blocks are taken in one order everywhere, so two who count the same people wait for each other and never in a circle.
-- The counts that it returns are true at that moment, whoever else counts. Rides limit_counters_pkey.
INSERT INTO limit_counters AS c (group_id, day, block, counts)
SELECT scope, day, block,
       ARRAY(SELECT %(sign)s * cardinality(array_positions(places, place)) FROM generate_series(1, 16) AS place)::smallint[]
FROM (SELECT scope, day, contact_id >> 4 AS block, array_agg((contact_id & 15)::int + 1) AS places
      FROM change GROUP BY 1, 2, 3) AS blocks
ORDER BY day, scope, block
ON CONFLICT (group_id, block, day) DO UPDATE
SET counts = (SELECT array_agg((old + new)::smallint ORDER BY place)
              FROM unnest(c.counts, excluded.counts) WITH ORDINALITY AS u (old, new, place))
RETURNING group_id AS scope, block, counts

-- name: over
-- Part of `charge`: who has one message too many now, by any limit that holds for them; `own` limits come with their
-- position. Earlier days are read one by one only where a limit spans them. Rides limit_counters_pkey.
SELECT DISTINCT f.position, f.contact_id
FROM (SELECT scope, messages, days, NULL::int AS position FROM limits
      UNION ALL
      SELECT 0, messages, days, position
      FROM jsonb_to_recordset(%(own)s::jsonb) AS own (position int, messages int, days int)) AS l
JOIN fresh f ON l.position IS NULL OR l.position = f.position
JOIN counted c ON c.scope = l.scope AND c.block = f.block
WHERE l.messages < c.counts[f.place] + CASE WHEN l.days = 1 THEN 0 ELSE (
    SELECT coalesce(sum(e.counts[f.place]), 0) FROM limit_counters e
    WHERE e.group_id = l.scope AND e.block = f.block
      AND e.day > %(today)s::date - l.days AND e.day < %(today)s::date) END

-- name: noted
-- Part of `charge`: keeps whose count stays.
INSERT INTO limit_charges (batch_id, day, scopes, positions)
SELECT held.id, %(today)s, (SELECT array_agg(DISTINCT scope) FROM counted), array_agg(f.position ORDER BY f.position)
FROM held CROSS JOIN fresh f WHERE f.position NOT IN (SELECT position FROM over)
GROUP BY held.id

-- name: charge
-- Counts a message for people of a batch; returns who is over a limit with it, and under which scopes to take it back.
SELECT o.position, o.contact_id, (SELECT array_agg(DISTINCT scope) FROM counted) AS scopes FROM over o

-- name: change_back
-- Part of `take_back`: those people under those scopes.
SELECT scope, %(today)s::date AS day, contact_id
FROM unnest(%(scopes)s::bigint[]) AS scope CROSS JOIN unnest(%(contacts)s::bigint[]) AS contact_id

-- name: change_of_unreached
-- Part of `forget`: whose count is to be taken back. Reads the part `unreached` (batch_id, position, contact_id): who got
-- nothing. Rides limit_charges_batch_id.
SELECT scope, c.day, u.contact_id
FROM unreached u JOIN limit_charges c ON c.batch_id = u.batch_id AND u.position = ANY (c.positions)
CROSS JOIN unnest(c.scopes) AS scope

-- name: forgotten
-- Part of `forget`: batches that have ended are never counted again. Reads the part `ended` (batch_id).
DELETE FROM limit_charges c USING ended WHERE c.batch_id = ended.batch_id

-- name: change_of_merged
-- Part of `merge`: what the contact that goes was counted, as often as it was.
SELECT group_id AS scope, day, %(kept)s::bigint AS contact_id
FROM limit_counters CROSS JOIN generate_series(1, counts[(%(gone)s::bigint & 15)::int + 1])
WHERE block = %(gone)s::bigint >> 4

-- name: how_many
-- How many blocks a statement changed.
SELECT count(*) FROM counted

-- name: may_be_reached
-- Whether anybody may have reached a limit: a short look, so that most audiences needn't ask for each member. Reads the
-- part `limits`. Rides limit_counters_of_a_day.
SELECT EXISTS (SELECT FROM limited_contacts) OR EXISTS (
    SELECT FROM limits l
    JOIN limit_counters c ON c.group_id = l.scope AND c.day BETWEEN %(today)s::date - l.days + 1 AND %(today)s::date
    WHERE l.days > 1 OR l.messages <= ANY (c.counts))

-- name: reached
-- Part of a larger statement: whom a limit keeps from one more message of %(groups)s, as (contact_id, scope); scope 0 is
-- for each of them. Reads the part `limits`. Rides limit_counters_of_a_day, limited_contacts_pkey.
SELECT c.block * 16 + u.place - 1 AS contact_id, l.scope
FROM limits l
JOIN limit_counters c ON c.group_id = l.scope AND c.day BETWEEN %(today)s::date - l.days + 1 AND %(today)s::date
CROSS JOIN unnest(c.counts) WITH ORDINALITY AS u (messages, place)
WHERE u.messages > 0 AND (l.days > 1 OR l.messages <= ANY (c.counts))
GROUP BY 1, 2, l.messages HAVING sum(u.messages) >= l.messages
UNION
SELECT k.id, 0
FROM limited_contacts
JOIN contacts k ON k.id = contact_id
CROSS JOIN LATERAL (SELECT string_to_array(k.attributes ->> 'message_limit', '/')::int[] AS own) AS l
WHERE own[1] <= (
    SELECT coalesce(sum(c.counts[(k.id & 15)::int + 1]), 0) FROM limit_counters c
    WHERE c.group_id = 0 AND c.block = k.id >> 4 AND c.day BETWEEN %(today)s::date - own[2] + 1 AND %(today)s::date)

-- name: nobody
-- The same where no limit counts.
SELECT NULL::bigint AS contact_id, NULL::bigint AS scope WHERE false

-- name: counts_of
-- How many messages one contact got on each of the last days, by scope. Rides limit_counters_pkey.
SELECT group_id AS scope, day, counts[(%(contact)s::bigint & 15)::int + 1] AS messages
FROM limit_counters
WHERE group_id = ANY (%(scopes)s::bigint[]) AND block = %(contact)s::bigint >> 4
  AND counts[(%(contact)s::bigint & 15)::int + 1] > 0
ORDER BY scope, day

-- name: clear
-- Takes what one contact was counted out of all counters.
UPDATE limit_counters SET counts[(%(contact)s::bigint & 15)::int + 1] = 0
WHERE block = %(contact)s::bigint >> 4 AND counts[(%(contact)s::bigint & 15)::int + 1] <> 0

-- name: sweep
-- Removes up to %(rows)s counters that no limit asks for any more: %(days)s days are enough for limits over all groups,
-- and a group's are kept for as long as its limit reaches. Rides limit_counters_of_a_day.
DELETE FROM limit_counters WHERE (group_id, block, day) IN (
    SELECT c.group_id, c.block, c.day
    FROM (SELECT DISTINCT group_id FROM limit_counters) AS scope
    LEFT JOIN groups g ON g.id = scope.group_id
    JOIN limit_counters c ON c.group_id = scope.group_id
     AND c.day <= %(today)s::date - CASE WHEN scope.group_id = 0 THEN %(days)s::int
                                    ELSE coalesce((g.settings #>> '{sending,limit_days}')::int, 1) END
    LIMIT %(rows)s)
