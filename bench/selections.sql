-- What the bench of selections asks about: %(people)s contacts, all of them members of the group %(main)s, a tenth of the
-- group %(other)s; one sendout to all; some who opted out or are blacklisted.
TRUNCATE contacts, memberships, push_endpoints, opt_outs, blacklist_entries, sendouts, deliveries CASCADE;

INSERT INTO contacts (email, mobile, external_id, language, attributes, created_at, updated_at)
SELECT 'p' || n || '@mail' || n %% 400 || '.example', CASE WHEN n %% 3 = 0 THEN '+4917' || 10000000 + n END, 'C-' || n,
       (ARRAY['de', 'en', 'fr', ''])[1 + n %% 4],
       jsonb_build_object(
           'first_name', 'Name ' || n %% 5000,
           'city', (ARRAY['Berlin', 'Bonn', 'Paris', 'Wien', 'Zürich', 'Roma', 'Porto', 'Leeds', 'Kraków', 'Ankara'])[1 + n * 7 %% 10],
           'date_of_birth', (date '1940-01-01' + n * 37 %% 25000)::text,
           'shoe size', 35 + n %% 15, 'vip', n %% 20 = 0, 'tier', (ARRAY['Gold', 'Silver', 'Bronze'])[1 + n %% 3],
           'last visit', to_char(timestamp '2026-01-01' + n * interval '31 seconds', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
       now() - n %% 1500 * interval '1 day', now()
FROM generate_series(1, %(people)s) AS n;

INSERT INTO memberships (group_id, contact_id, state, attributes, source, joined_at)
SELECT %(main)s, id, CASE WHEN id %% 20 = 0 THEN 'deactivated' ELSE 'active' END,
       jsonb_build_object('card', 'K' || id %% 1000), CASE WHEN id %% 4 = 0 THEN 'form' ELSE 'import' END,
       now() - id %% 1000 * interval '1 day'
FROM contacts ORDER BY id;
INSERT INTO memberships (group_id, contact_id, state, attributes, source, joined_at)
SELECT %(other)s, id, 'active', '{}', 'import', now() - id %% 1000 * interval '1 day'
FROM contacts WHERE id %% 10 = 0 ORDER BY id;

INSERT INTO push_endpoints (contact_id, app, endpoint, created_at)
SELECT id, 'app', 'https://push.example/' || id, now() FROM contacts WHERE id %% 20 = 0;
INSERT INTO opt_outs (contact_id, scope, group_id, channel, reason, at, source)
SELECT id, 'group', %(main)s, '', 'own_act', now(), 'page' FROM contacts WHERE id %% 100 = 0;
INSERT INTO blacklist_entries (scope, kind, pattern, reason, source, added_at)
SELECT 0, 'email', email, '', 'import', now() FROM contacts WHERE id %% 1000 = 0;
INSERT INTO blacklist_entries (scope, kind, pattern, reason, source, added_at)
SELECT 0, 'domain', 'mail' || n || '.example', '', 'import', now() FROM generate_series(1, 5) AS n;
INSERT INTO blacklist_entries (scope, kind, pattern, reason, source, added_at)
VALUES (0, 'subdomains', '*.mail6.example', '', 'page', now());

INSERT INTO sendouts (id, group_id, group_name, version_id, state, state_reason, to_mailbox, frozen, waterfall, pace, audience, created_at)
VALUES (1, %(main)s, 'Main', %(version)s, 'finished', '', false, '{}', '{}', '{}', 0, now());
INSERT INTO sendout_batches (sendout_id, group_id, number, contact_ids, size, state, attempt, token, worker, handed_to, accepted, deferred, failed, skipped)
SELECT 1, %(main)s, (id - 1) / 1000, array_agg(id ORDER BY id), count(*), 'done', 1, 0, '', 0, 0, 0, 0, 0 FROM contacts GROUP BY (id - 1) / 1000;
INSERT INTO deliveries (batch_id, position, contact_id, outcome, attempt, code, reason, at)
SELECT b.id, p.position, p.contact_id, CASE WHEN p.contact_id %% 33 = 0 THEN 'failed' ELSE 'accepted' END, 1, 250, '',
       now() - p.contact_id %% 60 * interval '1 day'
FROM sendout_batches b CROSS JOIN LATERAL unnest(b.contact_ids) WITH ORDINALITY AS p (contact_id, position)
