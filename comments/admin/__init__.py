"""The desk of the comments. Each module registers its own pages."""
