"""Files read out after the shift: parsed strictly, sealed by a key of their own, shown as "origin not proven"."""
