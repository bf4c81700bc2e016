-- The ground for the long lists: %(groups)s groups in 100 categories, %(contacts)s contacts. One group holds everybody,
-- the others a hundred each; a tenth of those are pending, and each came in with tallies of its own.
TRUNCATE contacts, memberships, membership_tallies, groups, categories, sendouts, opt_outs, blacklist_entries
    RESTART IDENTITY CASCADE;

INSERT INTO categories (name, created_at) SELECT 'Category ' || n, now() FROM generate_series(1, 100) AS n;

INSERT INTO groups (name, address, description, channel, category_id, language, country, time_zone, is_supergroup,
                    settings, created_at)
SELECT left(md5(n::text), 12) || ' news', 'group-' || n || '@example.org', '', 'email', 1 + n %% 100, '', '', 'UTC',
       n %% 50 = 0, '{}', now()
FROM generate_series(1, %(groups)s) AS n;

INSERT INTO contacts (email, external_id, language, attributes, created_at, updated_at)
SELECT left(md5(n::text), 12) || n || '@example.com', 'customer-' || n, '', '{"city": "Berlin"}', now(), now()
FROM generate_series(1, %(contacts)s) AS n;

INSERT INTO memberships (group_id, contact_id, state, source, attributes, joined_at)
SELECT 1, n, 'active', 'import', '{}', now() FROM generate_series(1, %(contacts)s) AS n;

INSERT INTO memberships (group_id, contact_id, state, source, attributes, joined_at)
SELECT g, 1 + (g * 7919 + n * 97) %% %(contacts)s, CASE WHEN n %% 10 = 0 THEN 'pending' ELSE 'active' END, 'form', '{}', now()
FROM generate_series(2, %(groups)s) AS g CROSS JOIN generate_series(1, 100) AS n
ON CONFLICT DO NOTHING;

INSERT INTO membership_tallies (group_id, state, members)
SELECT group_id, state, count(*) FROM memberships GROUP BY group_id, state, contact_id %% 5;

ANALYZE
