"""Following addresses that people wrote: what comes of it, and where nothing is ever sent."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from newsroom.lib import outbound
from newsroom.lib.outbound import Verdict, follow, is_public


class Site(BaseHTTPRequestHandler):
    """Answers as its path says: /404, /to/…; /nohead answers GET alone, /drip never comes to an end."""

    asked: list[tuple[str, str, str | None]] = []
    ended = Event()

    def do_HEAD(self) -> None:
        type(self).asked.append((self.command, self.path, self.headers.get("Host")))
        assert not {"Cookie", "Authorization"} & set(self.headers)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
        elif self.path == "/nohead":
            self.send_response(200 if self.command == "GET" else 405)
        elif self.path == "/drip":
            while not self.ended.wait(0.05):
                self.wfile.write(b"X")
            return
        else:
            status = self.path.strip("/")
            self.send_response(int(status) if status.isdecimal() else 200)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 - as http.server names them

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Site.asked.clear()
    Site.ended.clear()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


def ask(url: str, *, anywhere: bool = True) -> outbound.Answer:
    """As `follow`, but that this machine's own addresses count as public, and every port as usual."""
    judge = (lambda address: True) if anywhere else is_public
    return follow(url, agent="Tests", may_connect=judge, ports=set(range(65536)))


class TestWhatComesOfIt:
    @pytest.mark.parametrize(
        ("path", "verdict"),
        [
            *(("/", Verdict.ALIVE), ("/204", Verdict.ALIVE), ("/404", Verdict.DEAD), ("/410", Verdict.DEAD)),
            *(("/403", Verdict.UNSURE), ("/429", Verdict.UNSURE), ("/500", Verdict.UNSURE), ("/503", Verdict.UNSURE)),
            *(("/nohead", Verdict.ALIVE), ("/to//410", Verdict.DEAD), ("/to//", Verdict.ALIVE)),
            *(("/a b/ü?q=ä#z", Verdict.ALIVE), ("?a=1&b=2", Verdict.ALIVE)),
        ],
    )
    def test_by_what_the_site_answers(self, site, path, verdict):
        assert ask(site + path).verdict == verdict

    def test_what_it_answers_is_told(self, site):
        assert ask(f"{site}/404").outcome == "404 Not Found"

    def test_a_circle_of_redirects_ends(self, site):
        Site.protocol_version = "HTTP/1.0"
        assert ask(f"{site}/to/" + f"{site}/to/" * 10 + site).verdict == Verdict.DEAD
        assert len(Site.asked) == outbound.REDIRECTS + 1

    def test_a_host_that_nobody_knows(self):
        answer = ask("http://nobody.invalid/")
        assert answer.verdict in (Verdict.DEAD, Verdict.UNSURE)  # UNSURE where no name server can be asked

    def test_nobody_listens(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        assert ask(f"http://127.0.0.1:{port}/").verdict == Verdict.UNSURE

    def test_an_answer_that_never_ends_is_cut_off(self, site, monkeypatch):
        monkeypatch.setattr(outbound, "WHOLE", 0.5)
        assert ask(f"{site}/drip").verdict == Verdict.UNSURE


class TestWhereNothingIsSent:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1"]
    )
    def test_this_machine(self, site, host):
        port = site.rpartition(":")[2]
        answer = ask(f"http://{host}:{port}/", anywhere=False)
        assert answer.verdict in (Verdict.FORBIDDEN, Verdict.DEAD)
        assert Site.asked == []

    def test_not_by_a_redirect_either(self, site):
        """The first host counts as public, the one it sends us to is judged as always."""
        port = site.rpartition(":")[2]
        seen = []

        def judge(address: str) -> bool:
            seen.append(address)
            return len(seen) == 1

        answer = follow(
            f"{site}/to/http://127.0.0.1:{port}/secret", agent="Tests", may_connect=judge, ports=set(range(65536))
        )
        assert answer.verdict == Verdict.FORBIDDEN
        assert [path for _method, path, _host in Site.asked] == [f"/to/http://127.0.0.1:{port}/secret"]

    @pytest.mark.parametrize(
        "url",
        [
            *(
                "ftp://paper.example/",
                "file:///etc/passwd",
                "gopher://paper.example/",
                "javascript:alert(1)",
                "//a/",
                "",
            ),
            *(
                "http://user:secret@paper.example/",
                "http://paper.example:22/",
                "http://paper.example:99999/",
                "http://[/",
            ),
            "http://paper.example/" + "a" * 3000,
        ],
    )
    def test_what_is_no_address_of_the_public_web(self, url):
        assert follow(url, agent="Tests", may_connect=lambda address: pytest.fail("it was looked up")).verdict == (
            Verdict.FORBIDDEN
        )

    def test_a_name_with_one_private_address_among_others(self, site, monkeypatch):
        """As a hostile name server would have it (DNS rebinding)."""
        rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: rows)
        assert follow("http://two-faced.example/", agent="Tests").verdict == Verdict.FORBIDDEN
        assert Site.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *(("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True)),
        *(("10.0.0.1", False), ("172.16.5.4", False), ("192.168.0.1", False), ("127.0.0.1", False), ("0.0.0.0", False)),
        *(("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False)),
        *(("::1", False), ("::", False), ("fe80::1%eth0", False), ("fc00::1", False), ("ff02::1", False)),
        *(("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("2002:a00:1::", False), ("192.0.2.1", False)),
    ],
)
def test_what_is_public(address, public):
    assert is_public(address) is public
