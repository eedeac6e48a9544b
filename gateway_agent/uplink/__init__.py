"""The way to the server: a pure protocol state machine, messages made from spooled entries, and MQTT at the rim."""
