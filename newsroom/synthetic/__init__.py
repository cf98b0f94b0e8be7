"""
An archive that nobody wrote: issues made by a program, to see and to measure a site that has hundreds or thousands.

Pure Python, which knows neither Django nor a database. `cast` is whom and what the issues tell of, `issues` are they.
The same seed gives the same, byte for byte, wherever and whenever it is asked. What is told did not happen, and each
issue says so.
"""

from newsroom.synthetic.cast import FIRST_DAY, Cast, Policy
from newsroom.synthetic.issues import Archive, Change, Issue, Story, address_of, corrected

__all__ = ["FIRST_DAY", "Archive", "Cast", "Change", "Issue", "Policy", "Story", "address_of", "corrected"]
