"""Makes the environment of a checkout with the standard library alone: fetch uv, sync the lock, build the page."""
