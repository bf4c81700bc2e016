-- name: rejects
-- A page of an import's rejected rows, in the order of its file, behind the row with this line and id: of one line there
-- may be several. Rides the index on import_rejects.run_id.
SELECT id, line, reason, "column", value FROM import_rejects
WHERE run_id = %(run)s AND (line, id) > (%(line)s, %(id)s)
ORDER BY line, id LIMIT %(rows)s

-- name: kept_out_by
-- Whom an import kept out, by reason, as the sum of its slices. Rides import_slices_once.
SELECT each.reason, sum(each.people::bigint)::bigint AS people
FROM import_slices CROSS JOIN jsonb_each_text(kept_out_by) AS each (reason, people)
WHERE run_id = %(run)s GROUP BY each.reason ORDER BY 2 DESC, 1
