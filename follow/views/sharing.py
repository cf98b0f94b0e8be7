"""Stub."""

from django.http import HttpRequest, HttpResponse


def wechat(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def mastodon(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def count(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError
