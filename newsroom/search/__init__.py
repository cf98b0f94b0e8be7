"""
Search: one index of our own, the same on SQLite (FTS5) and PostgreSQL (tsvector).

`entries` says what is found and by which words, `index` writes it with every edition, `query` reads what a reader
typed, `matching` asks the database, `finding` gives a page of hits, `snippets` shows why, `names` guesses what was
meant, `views` answers. How words are compared is in newsroom/lib/terms.py.
"""
