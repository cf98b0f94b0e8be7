"""
The next issue from the last: what runs on is proposed, to be kept or dropped; stories are always new.

    proposals.py   what the last issue proposes, and the verb that begins the next one with what was kept
    forms.py       the questions
    desk.py        the page
"""
