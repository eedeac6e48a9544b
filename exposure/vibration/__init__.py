"""Vibration: hand-arm and whole-body daily exposure. Accelerations are averaged on squares (A(8)) or fourth powers (VDV)."""
