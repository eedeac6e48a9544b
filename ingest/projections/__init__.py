"""Projections follow the record by cursor, exactly once, and can be dropped and rebuilt from it."""
