"""Heat at work: WBGT from what is measured. The natural wet bulb is a reading, never derived from humidity here."""
