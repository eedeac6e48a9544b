"""The only owner of SQL: schema, migrations, queries and typed access to TimescaleDB.

Rules of this room:

- SQL lives in named files: `store/sql/<area>/<name>.sql`, loaded by `store.named.sql("area/name")`. No SQL in strings.
- The schema is changed by a new file `store/migrations/NNNN_name.sql`, numbered one above the last, never by editing an
  applied one (the runner refuses an applied file whose digest changed). Each file runs in one transaction, as
  `antoan_owner`, with unqualified names in schema `public`; so nothing in it may need to run outside a transaction.
- A migration grants, at its end, what `antoan_ingest`, `antoan_alerts` and `antoan_api` need of its tables, and no more.
- After a migration run `python -m store.describe` against a migrated database to renew `store/schema.sql`; a test compares.
- Adding an area: a migration, a folder under `store/sql/`, and a module `store/<area>.py` of typed functions that take an
  asyncpg connection (or pool) first. Callers see dataclasses, never asyncpg records.

Start-up: `store.bootstrap.prepare` (as a superuser: roles, database, extension), `store.migrate.migrate` (as
`antoan_owner`), then `store.connection.pool` with a service's own role.
"""
