"""Light at the workplace, and ultraviolet radiation on eye and skin."""
