-- name: redact_rejects
-- Puts a hash in the place of an identity, in a range of rows that were left out. Rides blacklist_rejects_pkey.
UPDATE blacklist_rejects SET value = regexp_replace(value, %(pattern)s, %(hash)s, 'gi')
WHERE id > %(after)s AND id <= %(upto)s AND value ~* %(pattern)s
