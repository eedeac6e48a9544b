"""Live values: one follower of the `readings` projection, many browsers behind bounded queues."""
