"""What became of an issue, save by save: looking at it, comparing any two states of it, going back to one."""
