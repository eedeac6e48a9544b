-- The silences not yet proven: what the engine must confirm or withdraw after a restart.
SELECT gateway, gateway_channel, channel, rule, rule_version, boot, raised_us FROM alert WHERE provisional
