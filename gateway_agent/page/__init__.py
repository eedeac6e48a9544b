"""The kit's own page: a small web server beside the gateway, and what a phone shows."""
