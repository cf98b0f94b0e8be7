"""The page of one comment for its author alone, known by the secret in its address."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.defaults import page_not_found

from comments.forms import WordsForm
from comments.models import Comment
from comments.submitting import TIME_TO_EDIT, edit_own, may_change, of_token, was_refused, withdraw_own
from comments.views.spam import opinion_of_edit
from newsroom.lib.doors import ELSEWHERE, Refused, SeeOther, door, guard_form
from newsroom.lib.origin import same_origin
from reports.models import Edition


def own_page(view: Callable[[HttpRequest, Comment, str], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """
    For pages behind a secret: finds the comment, or answers 404; nothing of them is kept, indexed or passed on.

    Another site can't know the address, so their forms need no stamp. As they give no referrer, browsers of before
    2023 name no origin either.
    """

    @door
    @wraps(view)
    def found(request: HttpRequest, token: str) -> HttpResponse:
        comment = of_token(token)
        if comment is None:
            return page_not_found(request, Http404("No comment is at this address."))
        if request.method == "POST" and not same_origin(request, unnamed=True):
            return show(request, comment, token, refusal=Refused(403, ELSEWHERE))
        return view(request, comment, token)

    @wraps(found)
    def private(request: HttpRequest, token: str) -> HttpResponseBase:
        response = found(request, token)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return private


def state(comment: Comment, edition: Edition | None) -> str:
    """What the author is told of a comment: published, hidden (with its issue), waiting, refused or withdrawn."""
    if comment.status == Comment.Status.WITHDRAWN:
        return "withdrawn"
    if comment.status == Comment.Status.APPROVED:
        return "published" if edition else "hidden"
    return "refused" if was_refused(comment) else "waiting"


def show(
    request: HttpRequest,
    comment: Comment,
    token: str,
    *,
    form: WordsForm | None = None,
    refusal: Refused | None = None,
    template: str = "comments/status.html",
) -> HttpResponse:
    edition = Edition.objects.live().filter(report=comment.report_id).without_article().first()
    context = {
        "comment": comment,
        "edition": edition,
        "state": state(comment, edition),
        "form": form or WordsForm({"body": comment.body}, auto_id="own_%s"),
        "until": comment.submitted_at + TIME_TO_EDIT if may_change(comment) else None,
        "refusal": refusal,
        "is_saved": "saved" in request.GET,
        "here": reverse("comments:status", args=[token]),
        "edit_url": reverse("comments:edit", args=[token]),
        "withdraw_url": reverse("comments:withdraw", args=[token]),
    }
    return render(request, template, context, status=refusal.status if refusal else 200)


@own_page
def status(request: HttpRequest, comment: Comment, token: str) -> HttpResponse:
    """The comment, and what became of it."""
    return show(request, comment, token)


@own_page
def edit(request: HttpRequest, comment: Comment, token: str) -> HttpResponse:
    """Other words for it, for 15 minutes."""
    if request.method != "POST":
        return SeeOther(reverse("comments:status", args=[token]))
    form = WordsForm(request.POST, auto_id="own_%s")
    try:
        guard_form(form)
        body = form.cleaned_data["body"]
        edit_own(comment, body=body, thought_spam=opinion_of_edit(request, comment, body))
    except Refused as refusal:
        return show(request, comment, token, form=form, refusal=refusal)
    return SeeOther(reverse("comments:status", args=[token]) + "?saved")


@own_page
def withdraw(request: HttpRequest, comment: Comment, token: str) -> HttpResponse:
    """Asks; by POST, takes the comment back."""
    if request.method != "POST" and may_change(comment):
        return show(request, comment, token, template="comments/withdraw.html")
    try:
        if request.method == "POST":
            withdraw_own(comment)
    except Refused as refusal:
        return show(request, comment, token, refusal=refusal)
    return SeeOther(reverse("comments:status", args=[token]))
