CREATE TABLE IF NOT EXISTS migration (
    number  integer PRIMARY KEY,
    name    text NOT NULL,
    digest  bytea NOT NULL,
    applied timestamptz NOT NULL DEFAULT now()
)
