-- name: is_listed
-- A criterion of selections: whether a list of the system or of a group has the contact. All contacts are looked up at
-- once, by the part `listed`.
{contact} IN (
    WITH asked AS (SELECT id AS ref, {scope} AS scope, email, mobile FROM contacts)
    SELECT ref FROM ({listed}) AS found)
