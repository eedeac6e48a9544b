INSERT INTO agency (parent, name)
VALUES ($1, $2)
ON CONFLICT (coalesce(parent, 0), name) DO UPDATE SET name = excluded.name
RETURNING id
