"""The page of search, and what is suggested while somebody types. Both answer the same to everybody."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from newsroom.search import finding, suggesting
from newsroom.search.finding import Question, Results
from newsroom.search.query import LONGEST
from reports.caching import public_page
from reports.models import Section


@public_page
def search(request: HttpRequest) -> HttpResponse:
    question = finding.ask(request.GET)
    results = None if question.is_empty or question.faults else finding.answer(question)
    context = {
        "question": question,
        "results": results,
        "typed": question.query.text,
        "chosen": {name: request.GET.get(name, "") for name in finding.FILTERS},
        "narrowed": [(filter_, address(question, without=filter_.by)) for filter_ in question.filters],
        "more_url": more_address(question, results),
        "meant_url": address(question, text=results.meant) if results and results.meant else "",
        "longest": LONGEST,
        "sections": Section.choices,
        "years": list(map(str, finding.years())),
    }
    return render(request, "search/search.html", context)


@public_page
def suggest(request: HttpRequest) -> HttpResponse:
    found = suggesting.suggest(request.GET.get("q", ""))
    return JsonResponse({"suggestions": found}, json_dumps_params={"ensure_ascii": False})


def address(question: Question, *, text: str | None = None, without: str = "", after: str = "") -> str:
    """Where the question is answered, in one of its variations."""
    words = question.query.text if text is None else text
    parts = {"q": words, **{filter_.by: filter_.value for filter_ in question.filters if filter_.by != without}}
    asked = {name: value for name, value in {**parts, "after": after}.items() if value}
    return f"{reverse('search')}?{urlencode(asked)}" if asked else reverse("search")


def more_address(question: Question, results: Results | None) -> str:
    if not results or not results.next:
        return ""
    return address(question, after=f"{results.next.tier}-{results.next.place}")
