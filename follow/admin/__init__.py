"""The desk of followers, mailings and widgets. Each module registers its own pages."""
