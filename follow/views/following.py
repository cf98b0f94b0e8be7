"""Stub."""

from django.http import HttpRequest, HttpResponse


def follow(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def email(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def sent(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError
