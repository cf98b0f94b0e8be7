"""A reader's words on their way in: the form, its guards in their order, and reports of comments."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from comments.flagging import NotPublic, TooMany, flag
from comments.forms import CommentForm, FlagForm, empty_form
from comments.models import Comment
from comments.submitting import Closed, admit, submit
from comments.views.reading import shown_or_404
from comments.views.spam import opinion
from newsroom.lib import stamps
from newsroom.lib.doors import Refused, SeeOther, door, guard_form, guard_origin, guard_stamp, retry_later, stamp_for
from newsroom.lib.network import fingerprint
from newsroom.lib.numbers import row_number
from reports.caching import of_issue, public_page
from reports.models import Edition
from reports.views import on_live_issue

# A comment


@door
@public_page
@on_live_issue
def new(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The form by itself; by POST, a comment."""
    return receive(request, edition) if request.method == "POST" else ask(request, edition)


@require_safe
@public_page
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for a reply by itself."""
    parent, edition = shown_or_404(pk)
    return ask(request, edition, parent)


def ask(request: HttpRequest, edition: Edition, parent: Comment | None = None) -> HttpResponse:
    try:
        admit(edition, parent.pk if parent else None)
    except Refused as refusal:
        return form_page(request, edition, parent, refusal=refusal)
    return form_page(request, edition, parent, **empty_form(edition))


def receive(request: HttpRequest, edition: Edition) -> HttpResponse:
    """
    Let a comment through the guards, and its author on to the page that is his alone.

    Whatever stops it comes back with the guard's status and sentence, and with all that was typed.
    """
    form, parent = CommentForm(request.POST, auto_id="leave_%s"), None
    stamp, age = stamp_for(request, "comment", edition.report_id)
    given = request.POST.get("parent")
    parent_pk = row_number(given) if given else None
    try:
        parent = admit(edition, parent_pk)
        guard_origin(request)
        guard_form(form)
        guard_stamp(age)
        words = form.words()
        thought_spam = opinion(request, edition, words)
        network = fingerprint(request)
        _, token = submit(edition, words, parent_pk=parent_pk, network=network, thought_spam=thought_spam)
    except Refused as refusal:
        return form_page(request, edition, parent, form=form, stamp=stamp, refusal=refusal)
    return SeeOther(reverse("comments:status", args=[token]))


def form_page(
    request: HttpRequest, edition: Edition, parent: Comment | None, *, refusal: Refused | None = None, **form: object
) -> HttpResponse:
    context = {
        "edition": edition,
        "parent": parent,
        "refusal": refusal,
        "is_open": not isinstance(refusal, Closed),
        **form,
    }
    response = render(request, "comments/new.html", context, status=refusal.status if refusal else 200)
    return of_issue(retry_later(response), edition.report_id)


# A report of a comment


@door
@public_page
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The form to report a comment; by POST, a report."""
    comment, edition = shown_or_404(pk)
    if request.method == "POST":
        return receive_report(request, comment, edition)
    return report_page(request, comment, edition, FlagForm(auto_id="report_%s"), stamps.stamp("flag", comment.pk))


def receive_report(request: HttpRequest, comment: Comment, edition: Edition) -> HttpResponse:
    form = FlagForm(request.POST, auto_id="report_%s")
    stamp, age = stamp_for(request, "flag", comment.pk)
    try:
        guard_origin(request)
        guard_form(form)
        guard_stamp(age)
        flag(comment, form.cleaned_data["reason"], form.cleaned_data["note"], fingerprint(request))
    except TooMany:
        sentence = gettext("Many reports came from your network. Please wait an hour, then send it once more.")
        return report_page(request, comment, edition, form, stamp, Refused(429, sentence))
    except Refused as refusal:
        return report_page(request, comment, edition, form, stamp, refusal)
    except NotPublic:
        pass  # it was taken down while the reader wrote, which is what he asked for
    return SeeOther(reverse("comments:reported"))


def report_page(
    request: HttpRequest,
    comment: Comment,
    edition: Edition,
    form: FlagForm,
    stamp: str,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = {"edition": edition, "comment": comment, "form": form, "stamp": stamp, "refusal": refusal}
    response = render(request, "comments/report.html", context, status=refusal.status if refusal else 200)
    return of_issue(retry_later(response), edition.report_id)


@require_safe
@public_page
def reported(request: HttpRequest) -> HttpResponse:
    """Thanks for a report, the same for everybody."""
    return render(request, "comments/reported.html")
