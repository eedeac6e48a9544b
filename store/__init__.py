"""The only owner of SQL: schema, migrations, queries and typed access to TimescaleDB."""
