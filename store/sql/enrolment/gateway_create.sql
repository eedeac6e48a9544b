-- $1 gateway, $2 agency, $3 name: make it unless it is there.
INSERT INTO gateway (gateway, agency, name) VALUES ($1, $2, $3) ON CONFLICT (gateway) DO NOTHING
