"""
The periodical's feeds: of issues, of stories by section, tag and company, of a policy's course, and of corrections.

Each module describes feeds of one kind; newsroom/lib/feeds.py writes them, and `views` answers. What is in a feed is
live when it is asked for.
"""
