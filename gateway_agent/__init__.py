"""The gateway on the Raspberry Pi: drivers, sampler, chain and spool, uplink, edge alarms, health."""
