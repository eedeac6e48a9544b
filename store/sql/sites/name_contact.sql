INSERT INTO site_contact (site, person) VALUES ($1, $2) ON CONFLICT DO NOTHING
