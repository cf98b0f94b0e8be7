"""The public page of one thing that runs on across issues: what each of them said of it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from reports.models import ProjectionQuerySet


def show_history(
    request: HttpRequest, template: str, appearances: ProjectionQuerySet, slug: str, *, of: str
) -> HttpResponse:
    """
    All live appearances, newest first, of the row that was at this address last; `of` is the field that names it.

    The template gets them as `appearances`, and the newest by the name of the field. An address that the row has no
    longer leads to its present one. Raises Http404 if no live issue has the row.
    """
    named = appearances.at(slug)
    found = named and list(appearances.live().with_edition().newest_first().filter(**{of: getattr(named, f"{of}_id")}))
    if not found:
        raise Http404(f"No published issue has a {of} of this name.")
    newest = found[0]
    if newest.slug != slug:
        return redirect(newest.url, permanent=True)
    return render(request, template, {of: newest, "appearances": found})
