"""
The moderation queue: the list of comments on the desk, and the pages for editing one and for answering one.

Every door asks for `comments.moderate_comment`. A page, sent by a browser, is answered with a page; with
`Accept: application/json` the same doors answer in JSON, which static/desk/queue.js asks for.
"""

import uuid
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from comments import desk, moderating
from comments.admin.moderators import ForModerators
from comments.desk import SEE_ADDRESSES, Wanted
from comments.models import Comment, Decision
from comments.moderating import BECOMES, MODERATE, Outcome, Refused, Stale
from newsroom.lib.numbers import row_number
from newsroom.lib.text import excerpt, one_line
from reports.models import Report

Act = Decision.Act
SHOWN_AGAIN = 60  # cards that are worth drawing for a script; after an act on more, it loads the page anew
# How the buttons of an issue's comments name what `set_open` is given.
SWITCHES: dict[str, bool | None] = {"close": False, "reopen": True, "house": None}
# What was done, and what was so already: with one comment's name and words, or how many there were.
DONE = {
    Act.APPROVE: gettext_lazy("Approved: %(what)s"),
    Act.UNAPPROVE: gettext_lazy("Sent back to the queue: %(what)s"),
    Act.SPAM: gettext_lazy("Marked as spam: %(what)s"),
    Act.BIN: gettext_lazy("Moved to the bin: %(what)s"),
}
SO_ALREADY = {
    Act.APPROVE: gettext_lazy("Approved already: %(what)s"),
    Act.UNAPPROVE: gettext_lazy("Sent back to the queue already: %(what)s"),
    Act.SPAM: gettext_lazy("Marked as spam already: %(what)s"),
    Act.BIN: gettext_lazy("Moved to the bin already: %(what)s"),
}


@dataclass
class Answer:
    """What an act came to: a sentence for the moderator, and what his page must know to show it."""

    says: str
    level: int = messages.SUCCESS
    status: int = 200
    batch: uuid.UUID | None = None  # what an undo would take back
    done: Sequence[Comment] = ()
    missed: dict[int, str] = field(default_factory=dict)  # what somebody else decided, by comment
    show: Sequence[int] = ()  # comments to show anew


class EditForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=245, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    )
    body = forms.CharField(
        label=gettext_lazy("Comment"), max_length=65_525, widget=UnfoldAdminTextareaWidget(attrs={"rows": 8})
    )
    why = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("For the log. May stay empty."),
    )


class ReplyForm(forms.Form):
    body = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=65_525, widget=UnfoldAdminTextareaWidget(attrs={"rows": 6})
    )


def for_moderators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(self: "Queue", request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(MODERATE):
            raise PermissionDenied
        response = view(self, request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


@admin.register(Comment)
class Queue(ForModerators):
    """The list of comments is the queue."""

    @cached_property
    def crumbs(self) -> Any:
        """The model as the breadcrumbs name it: by the menu's word, since "Comments" stands there already."""
        named = copy(self.opts)
        named.verbose_name_plural = gettext_lazy("Queue")
        return named

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="comments_comment_changelist"),
            path("<int:pk>/change/", view(self.edit), name="comments_comment_change"),
            path("<int:pk>/reply/", view(self.reply), name="comments_comment_reply"),
        ]

    # The queue

    @for_moderators
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        wanted = Wanted.of(request.GET)
        if request.method == "POST":
            return self.answer(request, wanted, self.act(request))
        page = desk.page_of(wanted, addresses=sees_addresses(request))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.crumbs,
            "title": _("Comments"),
            "page": page,
            "wanted": page.wanted,
            "sizes": desk.SIZES,
            "most": moderating.MOST,
            "issues": desk.talked_about(),
            "talk": desk.talk_of(wanted.issue) if wanted.issue else None,
            "sees_addresses": sees_addresses(request),
            **(extra_context or {}),
        }
        return render(request, "admin/comments/comment/queue.html", context)

    def act(self, request: HttpRequest) -> Answer:
        """
        Do what the pressed button says: "approve" (what is chosen), "approve:12:3" (comment 12 as of version 3),
        "undo:<batch>", "undo" (what I did last), "undo-last" (to what is chosen), "pin:12:3", "close:<issue>".
        """
        name, __, rest = request.POST.get("do", "").partition(":")
        try:
            if name in BECOMES:
                return decided(name, moderating.decide(chosen(request, rest), name, by=request.user))
            if name == "undo-last":
                return undone(moderating.undo_last(chosen(request, rest), by=request.user))
            if name == "undo":
                return undone(moderating.undo(batch_of(request, rest), by=request.user))
            if name in (Act.PIN, Act.UNPIN):
                return pinned(request, rest, name == Act.PIN)
            if name in SWITCHES:
                return switched(request, rest, SWITCHES[name])
        except Refused as refused:
            return Answer(str(refused), messages.ERROR, 409)
        except Stale as stale:
            return overtaken(stale)
        return Answer(_("There is no such button."), messages.ERROR, 400)

    def answer(self, request: HttpRequest, wanted: Wanted, answer: Answer) -> HttpResponse:
        """Tell what was done: a script in JSON, a browser on the page that it came from."""
        if wants_json(request):
            return self.in_json(request, wanted, answer)
        tell(request, answer)
        return redirect_after_post(queue_url(wanted))

    def in_json(self, request: HttpRequest, wanted: Wanted, answer: Answer, **more: Any) -> JsonResponse:
        addresses = sees_addresses(request)
        pks = [*answer.missed, *answer.show]
        rows = desk.with_neighbours(Comment.objects.filter(pk__in=pks[:SHOWN_AGAIN]))
        drawn = desk.cards(rows, addresses=addresses, notices=answer.missed)
        content = {
            "says": answer.says,
            "batch": answer.batch and str(answer.batch),
            "done": [{"pk": row.pk, "version": row.version, "status": row.status} for row in answer.done],
            "cards": {card.comment.pk: self.card(request, wanted, card) for card in drawn},
            "missed": answer.missed,
            "reload": len(pks) > SHOWN_AGAIN,
            "counts": wanted.comments(by_address=addresses).counts(),
            **more,
        }
        return JsonResponse(content, status=answer.status)

    def card(self, request: HttpRequest, wanted: Wanted, card: desk.Card) -> str:
        return render_to_string("admin/comments/comment/_card.html", {"card": card, "wanted": wanted}, request)

    # One comment

    @for_moderators
    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change the words of a comment: the form (GET), and keeping them (POST)."""
        comment = get_object_or_404(Comment.objects.exclude(status=Comment.Status.WITHDRAWN), pk=pk)
        form = EditForm(request.POST or None, initial={"name": comment.name, "body": comment.body})

        def save(version: int) -> Answer:
            line = moderating.edit(pk, version, by=request.user, **form.cleaned_data)
            if line is None:
                return Answer(_("Nothing was changed."), messages.INFO, show=[pk])
            return Answer(_("Edited. What its author wrote is kept."), batch=line.batch, show=[pk])

        return self.words(request, comment, form, save, "edit")

    @for_moderators
    def reply(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer a comment as the staff: the form (GET), and publishing the answer (POST)."""
        comment = get_object_or_404(Comment.objects.exclude(status=Comment.Status.WITHDRAWN), pk=pk)
        form = ReplyForm(request.POST or None)

        def save(version: int) -> Answer:
            answer, outcome = moderating.reply(pk, version, by=request.user, **form.cleaned_data)
            approved = [row for row in outcome.done if row.pk == pk]
            says = _("Approved, and answered.") if approved else _("Answered.")
            return Answer(says, batch=outcome.batch, done=outcome.done, show=[pk, answer.pk])

        return self.words(request, comment, form, save, "reply")

    def words(
        self, request: HttpRequest, comment: Comment, form: forms.Form, save: Callable[[int], Answer], act: str
    ) -> HttpResponse:
        """
        A page with a form for words about one comment, at which nothing typed is lost.

        422 with what is wrong beside the field; 409, with both texts, where somebody acted on the comment meanwhile.
        """
        wanted = Wanted.of(request.GET)
        status, stale = 200, ""
        if request.method == "POST":
            try:
                if form.is_valid():
                    return self.answer(request, wanted, save(row_number(request.POST.get("version"))))
                status = 422
            except Stale as found:
                comment.refresh_from_db()
                status, stale = 409, said(found)
            except Refused as refused:
                form.add_error(None, str(refused))
                status = 422
        context = {
            **self.admin_site.each_context(request),
            "opts": self.crumbs,
            "title": _("Edit a comment") if act == "edit" else _("Answer a comment"),
            "act": act,
            "form": form,
            "stale": stale,
            "card": desk.cards([comment], addresses=sees_addresses(request))[0],
            "wanted": wanted,
            "queue_url": queue_url(wanted),
            "words_url": f"{request.path}{wanted.query()}",
        }
        if wants_json(request):
            drawn = render_to_string("admin/comments/comment/_words.html", context, request)
            return JsonResponse({"says": stale, "form": drawn}, status=status)
        return render(request, "admin/comments/comment/words.html", context, status=status)


# What a request says


def sees_addresses(request: HttpRequest) -> bool:
    return bool(request.user.has_perm(SEE_ADDRESSES))


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def pair(text: str) -> tuple[int, int] | None:
    """A comment's number and the version seen, "12:3"; None if that is not what it says."""
    pk, __, version = text.partition(":")
    number = row_number(pk)
    return (number, row_number(version)) if number else None


def chosen(request: HttpRequest, rest: str) -> list[tuple[int, int]]:
    """The comment that the button names, or else those that are ticked. Raises Refused if there is none."""
    named = [rest] if rest else request.POST.getlist("chosen")
    pairs = [found for found in map(pair, named) if found]
    if not pairs:
        raise Refused(_("Choose at least one comment first."))
    return pairs


def batch_of(request: HttpRequest, rest: str) -> uuid.UUID:
    """What to take back: what the button names, or the last thing that this moderator did. Raises Refused."""
    try:
        batch = uuid.UUID(rest) if rest else moderating.last_batch(request.user)
    except ValueError:
        batch = None
    if batch is None:
        raise Refused(_("There is nothing to undo."))
    return batch


# What became of it, in words


def decided(act: str, outcome: Outcome) -> Answer:
    missed = overtaken_in(outcome)
    if outcome.done:
        says = DONE[Act(act)] % {"what": counted(outcome.done)}
    elif missed:
        says = _("Nothing was done: somebody decided before you.")
    else:
        says = SO_ALREADY[Act(act)] % {"what": counted(outcome.same)} if outcome.same else _("It is gone.")
    return Answer(
        says,
        messages.SUCCESS if outcome.done else messages.WARNING,
        200 if outcome.done or not missed else 409,
        batch=outcome.batch if outcome.done else None,
        done=outcome.done,
        missed=missed,
    )


def undone(outcome: Outcome) -> Answer:
    missed = overtaken_in(outcome)
    if outcome.done:
        says = _("Undone: %(what)s") % {"what": counted(outcome.done)}
    elif missed:
        says = _("Not undone: somebody did something else since.")
    else:
        says = _("There is nothing to undo.") if outcome.same else _("Undone.")
    return Answer(
        says,
        messages.WARNING if missed else messages.SUCCESS,
        200 if outcome.done or not missed else 409,
        done=outcome.done,
        missed=missed,
        show=[comment.pk for comment in outcome.done],
    )


def pinned(request: HttpRequest, rest: str, wanted: bool) -> Answer:
    (pk, version), *__ = chosen(request, rest)
    line = moderating.pin(pk, version, pinned=wanted, by=request.user)
    says = _("Pinned to the head of its thread.") if wanted else _("No longer pinned.")
    return Answer(says, batch=line.batch if line else None, show=[pk])


def switched(request: HttpRequest, rest: str, is_open: bool | None) -> Answer:
    talk = desk.talk_of(row_number(rest))
    if talk is None:
        raise Http404("No issue that readers ever had has this number.")
    report = Report.objects.get(pk=talk.pk)
    line = moderating.set_open(report, is_open, by=request.user)
    says = {
        True: _("Comments on “%(title)s” are open."),
        False: _("Comments on “%(title)s” are closed."),
        None: _("Comments on “%(title)s” are as the house rules say."),
    }[is_open]
    return Answer(says % {"title": talk.title}, batch=line.batch if line else None)


def counted(comments: Sequence[Comment]) -> str:
    """One comment by its author and first words, more by their number."""
    if len(comments) == 1:
        return _("%(name)s, “%(words)s”") % {"name": comments[0].name, "words": excerpt(comments[0].body, 60)}
    return ngettext("%(number)d comment.", "%(number)d comments.", len(comments)) % {"number": len(comments)}


def overtaken_in(outcome: Outcome) -> dict[int, str]:
    """What was done to the comments that an act missed: who, what, when."""
    done = desk.decisions_about(outcome.missed)
    return {
        comment.pk: f"{desk.told(done[comment.pk][0])}." if comment.pk in done else _("Somebody changed it meanwhile.")
        for comment in outcome.missed
    }


def said(stale: Stale) -> str:
    return f"{desk.told(stale.decision)}." if stale.decision else _("Somebody changed it meanwhile.")


def overtaken(stale: Stale) -> Answer:
    answer = Answer(_("Not done. %(why)s") % {"why": said(stale)}, messages.WARNING, 409)
    if stale.decision and stale.decision.comment_id:
        answer.missed = {stale.decision.comment_id: said(stale)}
    return answer


def tell(request: HttpRequest, answer: Answer) -> None:
    """Put the sentences on the next page, the first with its button that takes it back."""
    undo = f"undo:{answer.batch}" if answer.batch else ""
    messages.add_message(request, answer.level, answer.says, extra_tags=undo)
    names = dict(Comment.objects.filter(pk__in=list(answer.missed)[:SHOWN_AGAIN]).values_list("pk", "name"))
    # If nothing was done, the first sentence says so.
    says = (
        _("Not done for %(name)s (comment %(pk)d): %(why)s") if answer.done else _("%(name)s (comment %(pk)d): %(why)s")
    )
    for pk, name in names.items():
        messages.warning(request, says % {"name": one_line(name), "pk": pk, "why": answer.missed[pk]})


def queue_url(wanted: Wanted) -> str:
    query = wanted.query()
    return reverse("admin:comments_comment_changelist") + ("" if query == "?" else query)


def redirect_after_post(url: str) -> HttpResponse:
    """303: whatever was sent, the next page is to be fetched (RFC 9110 §15.4.4)."""
    response = redirect(url)
    response.status_code = 303
    return response
