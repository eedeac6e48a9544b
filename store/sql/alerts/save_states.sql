-- The engine's memory of some gateways. $1 gateways, $2 states as JSON.
INSERT INTO alert_engine (gateway, state) SELECT * FROM unnest($1::text[], $2::json[])
ON CONFLICT (gateway) DO UPDATE SET state = excluded.state, saved = now()
