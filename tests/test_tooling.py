"""What the project promises about its settings, its locks and itself."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements/base.txt", "requirements/dev.txt")
PRODUCTION = {
    "SECRET_KEY": "not-secret-but-long-enough-for-what-is-tried-here-0123456789",
    "SITE_URL": "https://newsroom.example",
    "DATABASE_URL": "postgres://newsroom@localhost/newsroom",
}


def start(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Read the settings as every command does, with nothing set but these variables."""
    environment = {"PATH": os.environ["PATH"], "DOTENV": os.devnull, "VAR_DIR": str(tmp_path), **variables}
    show = "from newsroom import settings as s; print(s.SECRET_KEY, s.SITE_URL, s.DATABASES['default']['NAME'])"
    return subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


class TestSettings:
    def test_nothing_set_is_the_embedded_site(self, tmp_path):
        done = start(tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "http://127.0.0.1:8000" in done.stdout
        key = tmp_path / "secret-key"
        assert key.read_text() in done.stdout
        assert key.stat().st_mode & 0o777 == 0o600

    def test_the_embedded_key_stays_the_same(self, tmp_path):
        assert start(tmp_path).stdout == start(tmp_path).stdout

    def test_production(self, tmp_path):
        done = start(tmp_path, **PRODUCTION)
        assert (done.returncode, done.stderr) == (0, "")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("variables", "names"),
        [
            ({"SECRET_KEY": "x"}, "SITE_URL and DATABASE_URL"),
            ({**PRODUCTION, "SITE_URL": ""}, "SITE_URL"),
            ({**PRODUCTION, "DATABASE_URL": ""}, "DATABASE_URL"),
            ({**PRODUCTION, "SITE_URL": "http://newsroom.example"}, "https://"),
            ({**PRODUCTION, "DATABASE_URL": "sqlite:///newsroom.sqlite3"}, "PostgreSQL"),
            ({**PRODUCTION, "DEBUG": "1"}, "DEBUG"),
            ({"EMAIL_URL": "smtp://localhost:25"}, "DEFAULT_FROM_EMAIL"),
            ({"DEFAULT_FROM_EMAIL": "desk@newsroom.example"}, "EMAIL_URL"),
            ({"EMAIL_URL": "pigeon://loft", "DEFAULT_FROM_EMAIL": "desk@newsroom.example"}, "EMAIL_URL"),
            ({"EMAIL_PROVIDER": "pigeon"}, "EMAIL_PROVIDER"),
            ({"EMAIL_PROVIDER": "console"}, "EMAIL_PROVIDER"),
            ({"EMAIL_PROVIDER": "a.b"}, "EMAIL_PROVIDER"),
            ({"EMAIL_PROVIDER": "postmark"}, "DEFAULT_FROM_EMAIL and ANYMAIL_WEBHOOK_SECRET"),
            ({"EMAIL_PROVIDER": "postmark", "EMAIL_URL": "smtp://localhost:25"}, "EMAIL_URL"),
            (
                {"EMAIL_PROVIDER": "postmark", "DEFAULT_FROM_EMAIL": "a@b.example", "ANYMAIL_WEBHOOK_SECRET": "x"},
                "ANYMAIL_WEBHOOK_SECRET",
            ),
            ({"BROKER_URL": "pigeon://loft"}, "BROKER_URL"),
            ({"DATABASE_URL": "newsroom"}, "DATABASE_URL"),
            ({"DATABASE_URL": "mysql://localhost/newsroom"}, "DATABASE_URL"),
            ({"CACHE_URL": "shelf://cellar"}, "CACHE_URL"),
            ({"SITE_URL": "newsroom"}, "SITE_URL"),
            ({"SITE_URL": "http://[newsroom"}, "SITE_URL"),
            ({"SITE_URL": "https://例子.example"}, "SITE_URL"),
            ({"TIME_ZONE": "Asia/Atlantis"}, "TIME_ZONE"),
            ({"PORT": "http"}, "PORT"),
            ({"SECRET_KEY_FILE": "/no/such/file"}, "SECRET_KEY_FILE"),
            ({"VAR_DIR": "/dev/null"}, "VAR_DIR"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
    )
    def test_a_wrong_setting_stops_the_start_with_one_sentence(self, tmp_path, variables, names):
        done = start(tmp_path, **variables)
        assert done.returncode == 1
        assert re.fullmatch(r"Newsroom can't start: [^\n]+\.\n", done.stderr), done.stderr
        assert names in done.stderr
        assert PRODUCTION["SECRET_KEY"] not in done.stderr

    def test_a_variable_may_be_a_file(self, tmp_path):
        files = {}
        for name, value in PRODUCTION.items():
            file = tmp_path / name
            file.write_text(f"{value}\n")
            files[f"{name}_FILE"] = str(file)
        done = start(tmp_path, **files)
        assert done.stderr == ""
        assert done.stdout == f"{PRODUCTION['SECRET_KEY']} {PRODUCTION['SITE_URL']} newsroom\n"

    def test_the_example_lists_every_variable_and_no_other(self):
        read = set()
        for node in ast.walk(ast.parse((ROOT / "newsroom/settings.py").read_text())):
            if isinstance(node, ast.Call):
                function, words = ast.unparse(node.func), [ast.unparse(word).strip("'") for word in node.args]
                names = [word for word in words if re.fullmatch("[A-Z_]{2,}", word)]
                if function == "whole_group":
                    read.update(names)
                elif function == "parsed_url" or function.startswith("env."):
                    read.update(names[:1])  # what follows is a default
        listed = re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
        assert len(read) > 10
        assert sorted(listed) == sorted(read)


class TestLocks:
    @pytest.mark.parametrize("name", LOCKS)
    def test_name_no_host_and_hash_every_file(self, name):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "index-url" not in text
        requirements = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9#]|\Z)", text, re.MULTILINE | re.DOTALL)
        assert len(requirements) > 10
        for requirement in requirements:
            first = requirement.partition("\n")[0]
            assert re.match(r"[a-z0-9._\[\]-]+==\S+", first), first
            assert "--hash=sha256:" in requirement, first

    def test_agree_with_each_other(self):
        pin = re.compile(r"^([a-z0-9.-]+)(?:\[.*?\])?==(\S+)", re.MULTILINE)
        base, dev = (dict(pin.findall((ROOT / name).read_text())) for name in LOCKS)
        assert {name: version for name, version in dev.items() if base.get(name, version) != version} == {}


def test_no_file_names_a_path_of_one_machine():
    pattern = r"(^|[^A-Za-z0-9_.])/(work|farm|root|home|Users)/"
    done = subprocess.run(
        ["git", "grep", "-nIE", pattern, "--", ".", ":!tests/test_tooling.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 1, done.stderr
