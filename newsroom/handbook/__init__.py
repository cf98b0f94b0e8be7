"""
The handbook of docs/handbook, read on the desk.

    pages.py   Markdown → HTML, with what leads from page to page
    views.py   the desk's pages, for everybody of the staff and nobody else
"""
