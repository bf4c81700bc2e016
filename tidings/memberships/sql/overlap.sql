-- name: overlap
-- How far the active members of %(groups)s overlap: memberships, the contacts behind them, and how many of these are in
-- several of the groups. All members less those who aren't active, so that two indexes tell everything: memberships_pkey
-- and memberships_not_active. The rows themselves lie anywhere on the disk.
SELECT coalesce(sum(groups), 0)::bigint AS memberships, count(*) AS contacts,
       count(*) FILTER (WHERE groups > 1) AS in_several
FROM (
    SELECT contact_id, sum(membership) AS groups
    FROM (
        SELECT contact_id, 1 AS membership FROM memberships WHERE group_id = ANY (%(groups)s)
        UNION ALL
        SELECT contact_id, -1 FROM memberships WHERE group_id = ANY (%(groups)s) AND state <> 'active'
    ) AS counted
    GROUP BY contact_id
) AS people
WHERE groups > 0
