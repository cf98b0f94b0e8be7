"""How dates are written, where Django's own way isn't the one that newspapers have."""
