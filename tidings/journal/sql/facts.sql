-- name: newest
-- The highest id of a fact. Rides facts_pkey.
SELECT coalesce(max(id), 0) FROM facts

-- name: redact
-- Puts a hash in the place of an identity, in a range of facts. Rides facts_pkey.
UPDATE facts SET data = regexp_replace(data::text, %(pattern)s, %(hash)s, 'gi')::jsonb
WHERE id > %(after)s AND id <= %(upto)s AND data::text ~* %(pattern)s

-- name: forget_places
-- Takes network addresses and reasons out of the facts about some contacts, in a range of facts. Rides facts_pkey.
UPDATE facts SET data = data - 'ip' - 'reason'
WHERE id > %(after)s AND id <= %(upto)s AND verb LIKE 'member.%%' AND (data ? 'ip' OR data ? 'reason')
  AND data ->> 'contact' = ANY (%(contacts)s)
