-- name: has_push_endpoint
-- A criterion of selections: whether an app of the contact can be reached. Rides the index on push_endpoints.contact_id.
EXISTS (SELECT 1 FROM push_endpoints p WHERE p.contact_id = {contact})
