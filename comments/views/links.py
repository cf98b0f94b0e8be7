"""The pages behind the links in mails about comments (newsroom/lib/mailed.py)."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments.desk import talk_of, told
from comments.digests import may_decide
from comments.emails import CONFIRM, DECIDE, OUT, REPORTS_SHOWN, TIME_TO_CONFIRM, TIME_TO_DECIDE
from comments.models import Comment, Decision
from comments.moderating import decide as decide_about
from comments.notices import confirm as confirm_address
from comments.notices import mute
from newsroom.lib.mailed import NOBODY, Dead, mailed_link, opened

DECIDED = {
    Decision.Act.APPROVE: gettext_lazy("Approved."),
    Decision.Act.SPAM: gettext_lazy("Marked as spam."),
    Decision.Act.BIN: gettext_lazy("Moved to the bin."),
}


QUEUE = ("admin:comments_comment_changelist", gettext_lazy("Open the queue"))


@mailed_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Say that an address is one's own, so that it may be written to."""
    late = _("It was good for two days. Tick “Tell me” below your next comment, and we send you a new one.")
    commenter = opened(token, CONFIRM, good_for=TIME_TO_CONFIRM, late=late)
    done = request.method == "POST"
    if done and not confirm_address(commenter):
        raise NOBODY
    return render(request, "comments/links/confirm.html", {"done": done})


@mailed_link
def out(request: HttpRequest, token: str) -> HttpResponse:
    """
    Get no more mail about comments. Also what List-Unsubscribe-Post sends (RFC 8058).

    The link never grows old, works any number of times, and says the same whether or not we still know the address.
    """
    commenter = opened(token, OUT)
    done = request.method == "POST"
    if done:
        mute(commenter)
    return render(request, "comments/links/out.html", {"done": done})


@dataclass(frozen=True)
class Question:
    """A comment about which a moderator is asked, as it was when the mail was written."""

    comment: Comment
    moderator: Any

    @property
    def reports(self) -> list[str]:
        """For what readers reported it, and nobody has decided about yet: the first five that differ."""
        return list(dict.fromkeys(flag.words for flag in self.comment.flags.all().open()))[:REPORTS_SHOWN]


@mailed_link
def decide(request: HttpRequest, token: str) -> HttpResponse:
    """Decide about one comment as the moderator to whom the link was sent: a page that asks, and a button that acts."""
    question = asked(token)
    context = {
        "comment": question.comment,
        "reports": question.reports,
        "talk": talk_of(question.comment.report_id),
        "moderator": question.moderator,
    }
    if request.method != "POST":
        return render(request, "comments/links/decide.html", context)
    act = request.POST.get("do", "")
    if act not in DECIDED:
        return render(request, "comments/links/decide.html", {**context, "fault": _("Choose what to do.")}, status=422)
    outcome = decide_about(
        [(question.comment.pk, question.comment.version)], act, by=question.moderator, why="By a link in a mail"
    )
    if outcome.missed:
        raise overtaken(outcome.missed[0], question.moderator)
    return render(request, "comments/links/decided.html", {**context, "says": DECIDED[Decision.Act(act)]})


def asked(token: str) -> Question:
    """What a link asks whom. Raises Dead if it is forged, too old, used, overtaken, or not for this person any more."""
    late = _("It was good for three days. What still waits is in the queue.")
    pk, version, user = opened(token, DECIDE, good_for=TIME_TO_DECIDE, late=late, way=QUEUE)
    moderator = get_user_model().objects.filter(pk=user).first()
    if moderator is None or not may_decide(moderator):
        raise Dead(403, _("You can’t decide about comments any more."), _("Your account no longer has the right to."))
    comment = Comment.objects.select_related("parent").filter(pk=pk).first()
    if comment is None:
        raise Dead(410, _("This comment is gone."), _("There is nothing left to decide."), way=QUEUE)
    if comment.version != version or comment.status == Comment.Status.WITHDRAWN:
        raise overtaken(comment, moderator)
    return Question(comment, moderator)


def overtaken(comment: Comment, moderator: Any) -> Dead:
    """What somebody did to the comment since the mail was written: the moderator himself (410) or another (409)."""
    last = comment.decisions.select_related("by").first()
    # Translators: what somebody did to a comment, as a whole sentence, such as "Approved by Ann, 5 minutes ago."
    did = _("%(deed)s.") % {"deed": told(last)} if last else _("Somebody changed it meanwhile.")
    if last and last.by == moderator:
        sentence = _("%(deed)s To change it, go to the queue.") % {"deed": did}
        return Dead(410, _("You have done this already."), sentence, way=QUEUE)
    sentence = _("%(deed)s Nothing else was done.") % {"deed": did}
    return Dead(409, _("Somebody was here before you."), sentence, way=QUEUE)
