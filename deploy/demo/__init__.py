"""The demonstration: the whole platform on this machine, three kits played from real recordings, each service a real process."""
