-- The ground of `bench/starts.py`: %(people)s contacts who are all in one group, and half of whom share as many
-- memberships in the subgroups, each in two or so of them.
TRUNCATE contacts, memberships, membership_tallies, sendouts, sendout_batches, sendout_portions, deliveries,
         in_doubt_recipients, group_locks, processes, opt_outs CASCADE;
DELETE FROM procrastinate_jobs;
INSERT INTO contacts (email, language, attributes, created_at, updated_at)
SELECT 'person.' || n || '@mail' || n %% 400 || '.example', 'en',
       jsonb_build_object('first_name', 'Anna', 'city', 'Berlin'), now(), now()
FROM generate_series(1, %(people)s) AS n;
INSERT INTO memberships (group_id, contact_id, state, source, attributes, joined_at)
SELECT %(alone)s, id, 'active', 'import', '{}', now() FROM contacts ORDER BY id;
INSERT INTO memberships (group_id, contact_id, state, source, attributes, joined_at)
SELECT (%(groups)s::bigint[])[1 + (c.place / 2 + step * (1 + c.place %% 7)) %% %(subgroups)s], c.id, 'active', 'import', '{}', now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM contacts) AS c CROSS JOIN generate_series(0, 1) AS step
WHERE c.place %% 2 = 0
ORDER BY 1, 2;
INSERT INTO membership_tallies (group_id, state, members)
SELECT group_id, 'active', count(*) FROM memberships GROUP BY group_id;
ANALYZE contacts;
ANALYZE memberships
