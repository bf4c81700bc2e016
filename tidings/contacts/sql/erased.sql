-- name: erased
-- Part of a slice's merge: the rows that name somebody who was erased and asked never to be stored again. The hash is
-- that of contacts/erasure.py. Costs nothing while there is nobody. Rides never_again_pkey.
SELECT m.n FROM matched m
WHERE EXISTS (SELECT 1 FROM never_again)
  AND EXISTS (
    SELECT 1 FROM never_again WHERE hash IN (
        encode(sha256(%(hash_key)s::bytea || sha256(%(hash_key)s::bytea || convert_to('email:' || m.email, 'UTF8'))), 'hex'),
        encode(sha256(%(hash_key)s::bytea || sha256(%(hash_key)s::bytea || convert_to('mobile:' || m.mobile, 'UTF8'))), 'hex'),
        encode(sha256(%(hash_key)s::bytea
                      || sha256(%(hash_key)s::bytea || convert_to('push:' || m.push_endpoint, 'UTF8'))), 'hex'),
        encode(sha256(%(hash_key)s::bytea
                      || sha256(%(hash_key)s::bytea || convert_to('external_id:' || m.external_id, 'UTF8'))), 'hex'))
    OFFSET 0)
