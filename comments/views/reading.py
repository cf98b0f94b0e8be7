"""Pages of a thread, and the way to one comment."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from comments import thread as threads
from comments.forms import empty_form
from comments.models import Comment
from reports.caching import MayAppear, of_issue, public_page
from reports.models import Edition
from reports.views import on_live_issue


def shown_or_404(pk: int) -> tuple[Comment, Edition]:
    """A comment that readers see, with the edition of its issue. Raises Http404."""
    try:
        return threads.public(pk)
    except ObjectDoesNotExist:
        raise MayAppear("No comment is at this address.") from None


@require_safe
@public_page
@on_live_issue
def thread(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The comments on an issue as a page of their own: `?order=newest|oldest`, `?after=<place>`."""
    try:
        page = threads.read(edition, order=request.GET.get("order", ""), after=request.GET.get("after", ""))
    except threads.Nowhere:
        raise Http404("There is no such page of this thread.") from None
    place = {} if page.in_usual_order else {"order": page.order}
    place |= {"after": page.after} if page.after else {}
    address = reverse("comments:thread", args=[edition.slug]) + (f"?{urlencode(place)}" if place else "")
    context = {
        "edition": edition,
        "thread": page,
        "canonical_url": settings.SITE_URL + address,
        **(empty_form(edition) if page.is_open else {}),
    }
    return of_issue(render(request, "comments/thread.html", context), edition.report_id)


@require_safe
@public_page
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """The permalink: leads to the page that holds the comment now, which may be another tomorrow."""
    found, edition = shown_or_404(pk)
    after = threads.page_with(found, edition)
    page = f"{reverse('comments:thread', args=[edition.slug])}?after={after}" if after else edition.url
    return of_issue(redirect(f"{page}#{found.anchor}"), edition.report_id)
