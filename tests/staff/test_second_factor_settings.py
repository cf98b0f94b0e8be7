"""Where a second factor is asked for: in production, unless somebody says otherwise; and what a wrong setting says."""

import os
import subprocess
import sys
from typing import Any

import pytest

from newsroom.apps import guessing_is_limited
from tests.test_tooling import PRODUCTION, ROOT


def start(tmp_path: Any, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "DOTENV": os.devnull, "VAR_DIR": str(tmp_path), **variables}
    show = "from newsroom import settings as s; print(s.SECOND_FACTOR_REQUIRED, s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN)"
    return subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({}, "False True"),
        (PRODUCTION, "True False"),
        ({**PRODUCTION, "SECOND_FACTOR_REQUIRED": "0"}, "False False"),
        ({"SECOND_FACTOR_REQUIRED": "1"}, "True True"),
    ],
)
def test_it_is_required_in_production(tmp_path: Any, variables: dict[str, str], shown: str) -> None:
    done = start(tmp_path, **variables)
    assert (done.stdout.strip(), done.stderr) == (shown, "")


@pytest.mark.parametrize("variables", [{"AUDIT_DAYS": "0"}, {"AUDIT_DAYS": "for ever"}])
def test_a_wrong_value_stops_the_start_with_a_sentence(tmp_path: Any, variables: dict[str, str]) -> None:
    done = start(tmp_path, **variables)
    assert done.returncode == 1
    assert done.stderr.startswith("Newsroom can't start: AUDIT_DAYS ")
    assert done.stderr.count("\n") == 1


def test_check_deploy_warns_of_what_makes_guessing_easy(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert [warning.id for warning in guessing_is_limited()] == ["newsroom.W002", "newsroom.W003"]
    settings.SECOND_FACTOR_REQUIRED = True
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert guessing_is_limited() == []
