-- The ground for an import in a mode: of the people in `file`, half are members with another city, a quarter are known
-- and no members, a quarter are new; and a twentieth of the members isn't in the file.
\set ON_ERROR_STOP on
SET client_min_messages TO warning;
CREATE TEMP TABLE people (
    n bigint GENERATED ALWAYS AS IDENTITY, email text COLLATE "C", first_name text, last_name text, city text,
    language text, date_of_birth text
);
\set copy '\\copy people (email, first_name, last_name, city, language, date_of_birth) FROM ' :'file' ' CSV HEADER'
:copy
INSERT INTO contacts (email, language, attributes, created_at, updated_at)
SELECT email, language,
       jsonb_build_object('first_name', first_name, 'last_name', last_name, 'city', 'Elsewhere',
                          'date_of_birth', date_of_birth), now(), now()
FROM people WHERE n % 4 <> 3 ORDER BY email;
INSERT INTO memberships (group_id, contact_id, state, source, joined_at)
SELECT :group_id, c.id, 'active', 'import', now() FROM people p JOIN contacts c USING (email) WHERE n % 4 < 2 ORDER BY 2;
INSERT INTO contacts (email, language, attributes, created_at, updated_at)
SELECT 'absent.' || email, '', '{}', now(), now() FROM people WHERE n % 40 = 0 ORDER BY email;
INSERT INTO memberships (group_id, contact_id, state, source, joined_at)
SELECT :group_id, id, 'active', 'import', now() FROM contacts WHERE email LIKE 'absent.%' ORDER BY id;
INSERT INTO membership_tallies (group_id, state, members)
SELECT group_id, state, count(*) FROM memberships GROUP BY 1, 2;
VACUUM ANALYZE contacts, memberships;
