"""What the checks find in a comment, whatever it is written with, and how long they take over the worst."""

import time

import pytest

from comments.checks import CHECKS, Action, Candidate, Listed, Lists, canonical_host, domain_of, hosts_in, skeleton

MOST = 65_525  # letters of a comment


def found(lists: Lists, body: str = "", **candidate) -> list[str]:
    candidate = Candidate(**{"name": "Reader", "body": body, **candidate})
    return [f"{suspicion.action}: {suspicion.reason}" for check in CHECKS for suspicion in check(candidate, lists)]


def words_found(pattern: str, body: str, name: str = "Reader") -> bool:
    return bool(found(Lists(words=[Listed(pattern)], max_links=0), body, name=name))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("casino", "A Casino!"),
        ("casino", "(casino)"),
        ("casino", "ＣＡＳＩＮＯ"),
        ("casino", "cas\u200bi\u00adno"),
        ("casino", "我们去casino吧"),
        ("CAFÉ", "Cafe\u0301s? Only one café."),
        ("casino*", "casinos"),
        ("*casino", "supercasino now"),
        ("cas*no", "casi-no, but casstno"),
        ("*asin*", "A casino"),
        ("c*s*o", "a caaassso"),
        ("buy now", "So BUY\n  now."),
        ("buy * now", "buy pills now"),
        ("cheap pill*", "cheap pills"),
        ("c++", "I like C++ best"),
        ("100%", "100% true"),
        ("$$$", "make $$$$"),
        ("反垄断调查", "进行反垄断调查了"),
        ("カジノ", "オンラインカジノで"),
        ("कि", "वह कि मैं"),
        ("straße", "STRASSE"),
    ],
)
def test_a_word_of_the_list_is_found(pattern, text):
    assert words_found(pattern, text)
    assert words_found(pattern, "Nothing.", name=text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("casino", "casinos and occasino"),
        ("casino", "casinó"),
        ("ass", "a class of its own"),
        ("casino*", "supercasino"),
        ("*casino", "casinos"),
        ("cas*no", "cas no"),
        ("buy now", "buy it now"),
        ("buy * now", "buy two pills now"),
        ("c++", "vitamin C"),
        ("反垄断", "反对垄断"),
        ("क", "कि"),
        ("a*b", "a-b"),
        ("ab*ba", "aba"),
    ],
)
def test_a_word_of_the_list_is_not_found_in_another(pattern, text):
    assert not words_found(pattern, text)


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/page",
        "see http://sub.evil.example",
        "www.evil.example",
        "WWW.EVIL.Example.",
        "evil.example/offer",
        "http://evil.example:8080/",
        "http://good.example@evil.example/",
        "http://user:word@evil.example",
        "请看evil.example吧",
        "ｅｖｉｌ．ｅｘａｍｐｌｅ",
        "evil。example",
        "ev\u200bil.exam\u00adple",
        "http://%65vil.example",
        "http:\\\\evil.example\\x",
        "<a href='//evil.example'>x</a>",
        "a.b.c.d.evil.example",
    ],
)
def test_a_domain_is_found_however_it_is_written(text):
    lists = Lists(domains={"evil.example": Action.SPAM}, max_links=0)
    assert found(lists, text) == ["spam: Names the domain evil.example"]
    assert found(lists, site=text) == ["spam: Names the domain evil.example"]


@pytest.mark.parametrize(
    "text", ["devil.example", "evil.example.org", "evil-example", "evil. example", "my evil.examples"]
)
def test_a_domain_is_not_found_in_another(text):
    assert not found(Lists(domains={"evil.example": Action.SPAM}, max_links=0), text)


@pytest.mark.parametrize("listed", ["пример.example", "xn--e1afmkfd.example", "ПРИМЕР.example."])
@pytest.mark.parametrize("written", ["https://пример.example", "https://XN--E1AFMKFD.example/", "www.Пример.example"])
def test_an_international_domain_is_one_in_both_its_spellings(listed, written):
    assert found(Lists(domains={canonical_host(listed): Action.HOLD}, max_links=0), written)


def test_the_domain_of_an_address_counts_and_is_not_told_to_those_who_read_the_reason():
    lists = Lists(domains={"family-smith.example": Action.HOLD}, bans={"domain": {"family-smith.example"}})
    reasons = found(lists, "Hello", email_domain="Mail.Family-Smith.example")
    assert reasons == ["spam: The address is of a banned domain", "hold: The address is of a domain on the list"]


def test_bans_count_by_address_name_network_and_domain():
    bans = {"address": {"d" * 64}, "name": {"bad guy"}, "network": {"n" * 64}, "domain": {"evil.example"}}
    assert found(Lists(bans=bans), address="d" * 64) == ["spam: The address is banned"]
    assert found(Lists(bans=bans), name="BAD\u200b  Ｇuy") == ["spam: The name is banned"]
    assert found(Lists(bans=bans), network="n" * 64) == ["spam: The network is banned"]
    assert found(Lists(bans=bans), site="https://shop.evil.example") == ["spam: The domain evil.example is banned"]
    assert not found(Lists(bans=bans), address="e" * 64, name="Good Guy", network="m" * 64, site="https://fine.example")


@pytest.mark.parametrize(
    "name",
    [
        "Ann Weber",
        "ann  weber",
        "Ａｎｎ Ｗｅｂｅｒ",
        "Аnn Wеbеr",
        "Ann\u200b Weber",
        "Ánn Wëber",
        "AnnWeber",
        "Ann VVeber",
        "ΑΝΝ ԜΕΒΕR",
    ],
)
def test_names_that_look_like_the_staffs_are_held(name):
    assert found(Lists(staff_names=["Ann Weber"]), name=name) == ["hold: The name looks like one of the staff’s"]


def test_other_names_and_names_of_nothing_but_signs_are_not():
    assert not found(Lists(staff_names=["Ann Weber", "—"]), name="Anna Weber")
    assert not found(Lists(staff_names=["Ann Weber", "—"]), name="***")
    assert skeleton("Ivan Lille") == skeleton("lvan LiIIe") == skeleton("|vаn L1lle")


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("http://one.example", False),
        ("http://one.example and HTTPS://two.example", True),
        ("www.one.example www.two.example", True),
        ("<a href='http://one.example'>http://one.example</a>", True),
        ("1.5 and 2.5", False),
    ],
)
def test_links_are_counted(body, held):
    assert bool(found(Lists(max_links=2), body)) is held
    assert not found(Lists(max_links=0), body)


def test_what_the_trap_the_spam_service_and_earlier_texts_say():
    assert found(Lists(), trapped=True) == ["spam: A field that people don’t see was filled in"]
    assert found(Lists(), thought_spam=True) == ["spam: The spam service takes it for spam"]
    assert found(Lists(), thought_spam=None) == ["hold: The spam service could not be asked"]
    assert found(Lists(), repeated=True) == ["hold: The same text was sent before"]
    assert not found(Lists(hold_repeats=False), repeated=True)
    assert not found(Lists(), "Hello.")


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://Example.ORG./a", "example.org"),
        ("example.org/a", "example.org"),
        ("http://[::1", ""),
        ("http://", ""),
        ("mailto:x", "mailto"),
    ],
)
def test_the_domain_of_a_website(address, domain):
    assert domain_of(address) == domain


def test_a_text_that_folding_makes_endless_is_held():
    assert found(Lists(words=[Listed("casino")]), "ﷺ" * MOST + "casino")[0].startswith("hold: Written in signs")


HOSTILE = {
    "one word": "a" * MOST,
    "short words": "a " * (MOST // 2),
    "words of the list": "casino" * (MOST // 6),
    "all words": " ".join(f"aaa{n} b{n} word{n}x casino{n}" for n in range(3_000))[:MOST],
    "dots": "a." * (MOST // 2),
    "hosts": "xn--a.xn--b " * (MOST // 12),
    "schemes": "http://" * (MOST // 7),
    "percent": "%61." * (MOST // 4),
    "marks": "a" + "\u0315\u0300" * (MOST // 2),
    "ligatures": "ﷺ" * MOST,
    "unseen": "\u200b" * MOST,
    "Chinese": "赌" * MOST,
    "hyphens": "-" * MOST,
    "spaces": " " * MOST,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_makes_the_checks_slow(text):
    """Five hundred rules of the worst kind over the longest text: two seconds of work at most, mostly a tenth."""
    patterns = [f"word{n}*x*y" for n in range(125)] + [f"a*a*a*{n}" for n in range(125)]
    patterns += [f"a* a* a* b{n}" for n in range(125)] + [f"*casino*{n}*" for n in range(125)]
    lists = Lists(
        words=[Listed(pattern) for pattern in patterns],
        domains={f"d{n}.example": Action.SPAM for n in range(500)},
        staff_names=["Ann Weber"] * 50,
    )
    began = time.process_time()
    found(lists, text, name=text[:245])
    assert time.process_time() - began < 2


def test_hosts_are_as_many_as_are_written_and_no_longer_than_hosts_can_be():
    assert hosts_in("a.example, B.Example and c") == {"a.example", "b.example"}
    assert all(len(host) <= 253 for host in hosts_in("a." * 30_000 + "evil.example"))
    assert found(Lists(domains={"evil.example": Action.SPAM}), "a." * 30_000 + "evil.example")
