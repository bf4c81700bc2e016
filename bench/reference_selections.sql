-- The yardstick of selections: what somebody who knows the tables well would write for each rule. `everywhere` asks all
-- contacts, `members` those of the group %(main)s.

-- members: city = "Berlin"
SELECT m.contact_id FROM memberships m JOIN contacts c ON c.id = m.contact_id
WHERE m.group_id = %(main)s AND lower(c.attributes ->> 'city') = 'berlin'

-- everywhere: city = "Berlin"
SELECT c.id FROM contacts c
WHERE lower(c.attributes ->> 'city') = 'berlin' AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: city != "Berlin"
SELECT c.id FROM contacts c
WHERE lower(c.attributes ->> 'city') IS DISTINCT FROM 'berlin'
  AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: first_name contains "name 12"
SELECT c.id FROM contacts c
WHERE strpos(lower(c.attributes ->> 'first_name'), 'name 12') > 0
  AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: city in ("Berlin", "Bonn", "Wien")
SELECT c.id FROM contacts c
WHERE lower(c.attributes ->> 'city') IN ('berlin', 'bonn', 'wien')
  AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: shoe size between 40 and 42
SELECT c.id FROM contacts c
WHERE (c.attributes ->> 'shoe size')::numeric BETWEEN 40 AND 42
  AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: vip = yes
SELECT c.id FROM contacts c
WHERE (c.attributes ->> 'vip')::boolean AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: tier = "Gold"
SELECT c.id FROM contacts c
WHERE c.attributes ->> 'tier' = 'Gold' AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: language = "de"
SELECT c.id FROM contacts c
WHERE lower(c.language) = 'de' AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: email ends with "@mail7.example"
SELECT c.id FROM contacts c
WHERE c.email LIKE '%%@mail7.example' AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: birthday within 7 days
SELECT c.id FROM contacts c
WHERE substr(c.attributes ->> 'date_of_birth', 6, 5) = ANY (%(days)s)
  AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: date_of_birth more than 18 years ago
SELECT c.id FROM contacts c
WHERE (c.attributes ->> 'date_of_birth') COLLATE "C" < (current_date - interval '18 years')::date::text
  AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: last visit since 2026-06-01
SELECT c.id FROM contacts c
WHERE (c.attributes ->> 'last visit') COLLATE "C" >= '2026-06-01'
  AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: created within 30 days
SELECT c.id FROM contacts c
WHERE c.created_at >= current_date - 30 AND c.created_at < current_date + 1
  AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: has mobile
SELECT c.id FROM contacts c
WHERE c.mobile IS NOT NULL AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- everywhere: has push
SELECT c.id FROM contacts c
WHERE EXISTS (SELECT 1 FROM push_endpoints p WHERE p.contact_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = c.id)

-- members: member state = active
SELECT contact_id FROM memberships WHERE group_id = %(main)s AND state = 'active'

-- members: joined within 30 days
SELECT contact_id FROM memberships
WHERE group_id = %(main)s AND joined_at >= current_date - 30 AND joined_at < current_date + 1

-- members: joined by = form
SELECT contact_id FROM memberships WHERE group_id = %(main)s AND source = 'form'

-- members: member.card = "K7"
SELECT contact_id FROM memberships WHERE group_id = %(main)s AND lower(attributes ->> 'card') = 'k7'

-- members: member of {other}
SELECT m.contact_id FROM memberships m
WHERE m.group_id = %(main)s
  AND EXISTS (SELECT 1 FROM memberships o WHERE o.contact_id = m.contact_id AND o.group_id = %(other)s)

-- members: not member of {other}
SELECT m.contact_id FROM memberships m
WHERE m.group_id = %(main)s
  AND NOT EXISTS (SELECT 1 FROM memberships o WHERE o.contact_id = m.contact_id AND o.group_id = %(other)s)

-- members: category = "Sport"
SELECT m.contact_id FROM memberships m
WHERE m.group_id = %(main)s
  AND EXISTS (SELECT 1 FROM memberships o JOIN groups g ON g.id = o.group_id JOIN categories k ON k.id = g.category_id
              WHERE o.contact_id = m.contact_id AND k.name = 'Sport')

-- members: opted out
SELECT m.contact_id FROM memberships m
WHERE m.group_id = %(main)s
  AND EXISTS (SELECT 1 FROM opt_outs o WHERE o.contact_id = m.contact_id
              AND (o.group_id = %(main)s OR o.group_id IS NULL AND o.channel IN ('', 'email')))

-- members: not blacklisted
SELECT m.contact_id FROM memberships m JOIN contacts c ON c.id = m.contact_id
WHERE m.group_id = %(main)s
  AND NOT EXISTS (SELECT 1 FROM blacklist_entries e WHERE e.scope IN (0, %(main)s) AND e.pattern = c.email)
  AND NOT EXISTS (SELECT 1 FROM blacklist_entries e WHERE e.scope IN (0, %(main)s) AND e.pattern = c.mobile)
  AND NOT EXISTS (SELECT 1 FROM blacklist_entries e WHERE e.scope IN (0, %(main)s)
                  AND e.pattern = split_part(c.email, '@', 2))
  AND split_part(c.email, '@', 2) NOT IN (
      SELECT d.domain FROM (SELECT DISTINCT split_part(email, '@', 2) AS domain FROM contacts WHERE email IS NOT NULL) d
      JOIN blacklist_entries e ON e.scope IN (0, %(main)s) AND e.kind = 'subdomains'
                              AND '.' || d.domain LIKE '%%' || substr(e.pattern, 2))

-- members: received message {message} within 30 days
SELECT m.contact_id FROM memberships m
WHERE m.group_id = %(main)s
  AND EXISTS (SELECT 1 FROM deliveries d JOIN sendout_batches b ON b.id = d.batch_id JOIN sendouts s ON s.id = b.sendout_id
              WHERE d.contact_id = m.contact_id AND s.version_id = %(version)s AND d.outcome = 'accepted'
                AND d.at >= current_date - 30 AND d.at < current_date + 1)

-- members: not received within 20 days
SELECT m.contact_id FROM memberships m
WHERE m.group_id = %(main)s
  AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.contact_id = m.contact_id AND d.outcome = 'accepted'
                  AND d.at >= current_date - 20 AND d.at < current_date + 1)

-- members: city = "Berlin" and not birthday within 7 days and member of {other} and joined within 300 days and not opted out
SELECT m.contact_id FROM memberships m JOIN contacts c ON c.id = m.contact_id
WHERE m.group_id = %(main)s AND lower(c.attributes ->> 'city') = 'berlin'
  AND (substr(c.attributes ->> 'date_of_birth', 6, 5) = ANY (%(days)s)) IS NOT TRUE
  AND EXISTS (SELECT 1 FROM memberships o WHERE o.contact_id = m.contact_id AND o.group_id = %(other)s)
  AND m.joined_at >= current_date - 300 AND m.joined_at < current_date + 1
  AND NOT EXISTS (SELECT 1 FROM opt_outs o WHERE o.contact_id = m.contact_id
                  AND (o.group_id = %(main)s OR o.group_id IS NULL AND o.channel IN ('', 'email')))

-- members: (city = "Berlin" or member of {other} or opted out) and member state = active and shoe size > 40
SELECT m.contact_id FROM memberships m JOIN contacts c ON c.id = m.contact_id
WHERE m.group_id = %(main)s AND m.state = 'active' AND (c.attributes ->> 'shoe size')::numeric > 40
  AND (lower(c.attributes ->> 'city') = 'berlin'
       OR m.contact_id IN (SELECT contact_id FROM memberships WHERE group_id = %(other)s)
       OR m.contact_id IN (SELECT contact_id FROM opt_outs WHERE group_id = %(main)s OR group_id IS NULL AND channel IN ('', 'email')))
