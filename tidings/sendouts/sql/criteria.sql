-- name: was_delivered
-- A criterion of selections: who has a delivery for which `test` holds, in one of the batches that `batches` names. A
-- merged contact's deliveries are those of the contact it was merged into. Rides deliveries_pkey.
{contact} IN (
    SELECT coalesce(g.into_id, d.contact_id)
    FROM deliveries d LEFT JOIN gone_contacts g ON g.contact_id = d.contact_id
    WHERE d.outcome = {outcome} AND {batches} AND {test})

-- name: of_message
-- A test in it: batches of sendouts of a message. Its versions are looked up first, as an array: of a join the planner
-- expects too few deliveries, and looks each person up. Rides sendout_batches_once.
d.batch_id IN (
    SELECT b.id FROM sendout_batches b JOIN sendouts s ON s.id = b.sendout_id
    WHERE s.version_id = ANY (ARRAY(SELECT v.id FROM message_versions v WHERE v.message_id = {message})))
