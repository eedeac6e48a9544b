INSERT INTO migration (number, name, digest) VALUES ($1, $2, $3)
