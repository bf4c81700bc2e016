-- name: rejects
-- A page of an import's rejected rows, in the order of its file, behind the row with this line and id: of one line there
-- may be several. Rides the index on import_rejects.run_id.
SELECT id, line, reason, "column", value FROM import_rejects
WHERE run_id = %(run)s AND (line, id) > (%(line)s, %(id)s)
ORDER BY line, id LIMIT %(rows)s
