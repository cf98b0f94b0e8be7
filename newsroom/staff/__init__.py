"""How the staff log in: second factors, sessions, and the log of who did what. On top of django-allauth."""
