"""
The issues of the periodical, their pictures and credits, and what other pages ask of them.

Working rows are for the desk alone; readers get editions and their projections.
"""

from reports.models.issues import (
    ARTICLES,
    LAST_PLACE,
    Credit,
    Edition,
    EditionQuerySet,
    Override,
    Ping,
    Report,
    ReportQuerySet,
    Review,
    Revision,
    Section,
    Story,
    Takeaway,
    article_column,
    day_of,
    in_force,
    is_live,
    place_of,
)
from reports.models.pictures import Image, ImageQuerySet, random_name
from reports.models.projections import (
    EditionPicture,
    EditionPictureQuerySet,
    EditionStory,
    EditionTag,
    Former,
    Placed,
    ProjectionQuerySet,
    reading_minutes,
)
from reports.models.registry import Merged, Named, Source, refuse_name_of_another, refuse_taken_name

__all__ = [
    "ARTICLES",
    "LAST_PLACE",
    "Credit",
    "Edition",
    "EditionPicture",
    "EditionPictureQuerySet",
    "EditionQuerySet",
    "EditionStory",
    "EditionTag",
    "Former",
    "Image",
    "ImageQuerySet",
    "Merged",
    "Named",
    "Override",
    "Ping",
    "Placed",
    "ProjectionQuerySet",
    "Report",
    "ReportQuerySet",
    "Review",
    "Revision",
    "Section",
    "Source",
    "Story",
    "Takeaway",
    "article_column",
    "day_of",
    "in_force",
    "is_live",
    "place_of",
    "random_name",
    "reading_minutes",
    "refuse_name_of_another",
    "refuse_taken_name",
]
