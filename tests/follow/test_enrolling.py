"""Taking in a list: what is read of a sheet and what is blamed, who comes in, what is kept, and in how much memory."""

import csv
import io
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from follow import enrolling
from follow.bouncing import suppress
from follow.enrolling import (
    CHOICES,
    Gone,
    Outcome,
    Row,
    Unreadable,
    decoded,
    enrol,
    forget_uploads,
    keep_upload,
    kept_upload,
    read_sheet,
    survey,
)
from follow.models import Choice, Delivery, Follower, Growth
from follow.subscribing import confirm, end, erase_own, forget_ended
from follow.topics import find
from newsroom.lib.sheets import csv_lines
from tests.factories import complete_issue, follower, person, published
from tests.follow.asking import asked

NOW = datetime(2025, 4, 12, 12, 0, tzinfo=UTC)
HEAD = "email,confirmed_at,source,choices,frequency\n"
PROOF = "Signed in at the book fair, on paper."


def faults(text: str) -> list[tuple[int, str]]:
    return [(fault.line, fault.sentence) for fault in read_sheet(text, NOW).faults]


# Reading


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_sheet_is_read_however_its_cells_are_separated_and_its_lines_end(separator, end):
    lines = [
        ["Email", "Confirmed at", "choices", "frequency", "source", "shoe size"],
        ["ann@example.org", "2025-04-01", '"china, corrections"', "weekly", '"Fair; 2025, ""paper"""', "38"],
        ["", "", "", "", "", ""],
        ["Ben@EXAMPLE.org", "2025-04-02T10:30:00+08:00", "", "", "", "44"],
    ]
    sheet = read_sheet(end.join(separator.join(line) for line in lines), NOW)
    assert not sheet.faults
    assert sheet.rows == [
        Row(
            2,
            "ann@example.org",
            datetime(2025, 4, 1, tzinfo=UTC),
            'Fair; 2025, "paper"',
            ("china", "corrections"),
            "weekly",
        ),
        Row(4, "Ben@example.org", datetime(2025, 4, 2, 2, 30, tzinfo=UTC)),
    ]


def test_a_time_without_a_zone_is_the_sites():
    with timezone.override("Asia/Shanghai"):
        row = read_sheet(HEAD + "a@example.org,2025-04-01,,,", NOW).rows[0]
    assert row.confirmed_at == datetime(2025, 3, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (",2025-04-01,,,", "“email” is empty"),
        ("nobody,2025-04-01,,,", "no address"),
        ("a@b@example,2025-04-01,,,", "no address"),
        (f"a@{'b.' * 150}org,2025-04-01,,,", "longer than an address can be"),
        ("a@example.org,,,,", "“confirmed_at” is empty"),
        ("a@example.org", "“confirmed_at” is empty"),
        ("a@example.org,01.04.2025,,,", "“01.04.2025” is no date"),
        ("a@example.org,2025-02-30,,,", "no date"),
        ("a@example.org,2025-04-13,,,", "in the future"),
        ("a@example.org,1389-04-13,,,", "before 1990"),
        ("a@example.org,9999-12-31T23:59:59-23:59,,,", "no year of ours"),
        (f"a@example.org,2025-04-01,{'s' * 301},,", "more than 300 characters"),
        ("a@example.org,2025-04-01,,everything corrections,", "“everything” means nothing here, and nothing else is"),
        ("a@example.org,2025-04-01,,story:12,", "“story:12” means nothing here"),
        ("a@example.org,2025-04-01,,b@example.org,", "“…@…” means nothing here"),
        ("a@example.org,2025-04-01,,Corrections,", "“corrections” alone would bring nothing"),
        ("a@example.org,2025-04-01,,,daily", "“daily” is no frequency"),
    ],
)
def test_a_line_that_is_wrong_is_blamed_by_its_number_and_left_out(line, part):
    sheet = read_sheet(HEAD + "good@example.org,2025-04-01,,,\n" + line + "\nlast@example.org,2025-04-01,,,\n", NOW)
    assert [row.email for row in sheet.rows] == ["good@example.org", "last@example.org"]
    (fault,) = sheet.faults
    assert fault.line == 3
    assert part in fault.sentence
    assert "example.org" not in fault.sentence


def test_who_gets_every_issue_needs_no_section_of_it_besides():
    sheet = read_sheet(HEAD + 'a@example.org,2025-04-01,,"china, issues;corrections issues",\n', NOW)
    assert sheet.rows[0].choices == ("issues", "corrections")


def test_lines_are_counted_as_an_editor_counts_them_also_after_a_text_of_several():
    text = HEAD + 'a@example.org,2025-04-01,"two\nlines",,\n\nnobody,2025-04-01,,,\n'
    assert faults(text) == [(5, "“email” is no address that mail can be sent to.")]


def test_the_second_of_an_address_is_left_out_whatever_its_case_and_spelling():
    sheet = read_sheet(
        "email,confirmed_at\na@bücher.example,2025-04-01\nA@BÜCHER.example,2025-04-02\na@xn--bcher-kva.example,2025-04-03\n",
        NOW,
    )
    assert [(row.line, row.email) for row in sheet.rows] == [(2, "a@xn--bcher-kva.example")]
    assert sheet.doubles == 2


def test_of_many_faults_a_hundred_are_kept_and_all_are_counted():
    sheet = read_sheet(HEAD + "nobody,2025-04-01,,,\n" * 250, NOW)
    assert (len(sheet.faults), sheet.faulty, sheet.rows) == (100, 250, [])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "“email” and “confirmed_at” are not there"),
        ("email\na@example.org\n", "“confirmed_at” is not there"),
        ("a@example.org,2025-04-01\n", "“email” and “confirmed_at”"),
        (HEAD + 'a@example.org,2025-04-01,"never closed,,\nb@example.org,2025-04-01,,,\n', "Line 2 can’t be read"),
        (HEAD + "a@example.org,2025-04-01,,,\n" + 'b@example.org,2025-04-01,"a" b,,\n', "Line 3 can’t be read"),
        (HEAD + "a@example.org,2025-04-01," + "x" * 200_000 + ",,\n", "Line 2 can’t be read"),
    ],
)
def test_where_nothing_can_be_relied_on_nothing_is_read(text, part):
    with pytest.raises(Unreadable) as raised:
        read_sheet(text, NOW)
    assert part in raised.value.sentence


def test_a_sheet_may_have_so_many_lines_and_no_more(monkeypatch):
    monkeypatch.setattr(enrolling, "MOST_LINES", 3)
    rows = [f"{n}@example.org,2025-04-01\n" for n in range(4)]
    assert len(read_sheet("email,confirmed_at\n" + "".join(rows[:3]), NOW).rows) == 3
    with pytest.raises(Unreadable, match="more than 3 lines"):
        read_sheet("email,confirmed_at\n" + "".join(rows), NOW)


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (HEAD.encode("utf-16"), "UTF-16"),
        (HEAD.encode("utf-16-le"), "UTF-16"),
        ("email\nJos\xe9@example.org".encode("latin-1"), "Line 2 is not in UTF-8"),
        (b"PK\x03\x04 a workbook", "workbook"),
        (b"x" * (20 * 1024 * 1024 + 1), "20 MB"),
    ],
)
def test_files_that_are_no_utf_8_are_refused_with_what_to_do(data, part):
    with pytest.raises(Unreadable) as raised:
        decoded(data)
    assert part in raised.value.sentence


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(mark):
    assert decoded(mark + "email,姓名".encode()) == "email,姓名"


def test_what_was_exported_comes_in_again_but_nobody_who_had_left():
    lines = [
        ["email", "state", "choices", "frequency", "confirmed_at"],
        ["+plus@example.org", "active", "china, corrections", "weekly", "2025-04-01T10:00:00+00:00"],
        ["left@example.org", "ended", "issues", "each", "2025-04-01"],
        ["gone@example.org", "disabled", "issues", "each", "2025-04-01"],
        ["away@example.org", "paused", "issues", "each", "2025-04-01"],
        ["asks@example.org", "unconfirmed", "issues", "each", "2025-04-01"],
    ]
    sheet = read_sheet("".join(csv_lines(lines)).removeprefix("\ufeff"), NOW)
    assert [(row.email, row.choices) for row in sheet.rows] == [("+plus@example.org", ("china", "corrections"))]
    assert [fault.line for fault in sheet.faults] == [3, 4, 5, 6]
    assert "“paused”, so this is nobody to write to now." in sheet.faults[2].sentence


@pytest.mark.django_db
def test_companies_and_policies_come_in_by_their_names_and_what_means_nothing_here_is_left_out_alone():
    published(title="News", companies=2, policies=1)
    complete_issue(title="Draft", companies=["Secret Robots"])
    company, other, policy = (
        find(*at).pair for at in (("company", "company-1"), ("company", "company-2"), ("policy", "policy-1"))
    )
    lines = (
        ("a@example.org", "issues china company:company-1 POLICY:policy-1 company:elsewhere"),
        ("b@example.org", "company:company-2; corrections"),
        ("c@example.org", "weather company:secret-robots international"),
        ("d@example.org", "company:secret-robots corrections"),
        ("e@example.org", "company:elsewhere"),
    )
    text = HEAD + "".join(f'{email},2025-04-01,,"{choices}",\n' for email, choices in lines)
    sheet = read_sheet(text, NOW)
    assert [(row.choices, row.things) for row in sheet.rows] == [
        (("issues",), (company, policy)),
        (("corrections",), (other,)),
        (("international",), ()),
    ]
    assert [fault.line for fault in sheet.faults] == [5, 6]
    assert sheet.skipped == {"company:elsewhere": 1, "weather": 1, "company:secret-robots": 1}
    assert enrol(sheet, proof=PROOF, by=None) == Outcome(new=3)
    first = Follower.objects.get(key="a@example.org")
    assert set(first.choices.values_list("kind", "ref")) == {("issues", 0), company, policy}
    with CaptureQueriesContext(connection) as once:
        read_sheet(HEAD + "a@example.org,2025-04-01,,company:company-1,\n", NOW)
    with CaptureQueriesContext(connection) as often:
        read_sheet(HEAD + "".join(f"{n}@example.org,2025-04-01,,company:company-1,\n" for n in range(3)), NOW)
    assert len(once) == len(often) == 2


cells = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
plausible = cells | st.sampled_from(["a@example.org", "2025-04-01", "1990-01-01T00:00+23:59", "china", "'"])


def refusal(read, *given) -> str:
    """The sentence with which something is refused, "." if it is not."""
    try:
        read(*given)
    except Unreadable as refused:
        return refused.sentence
    return "."


@given(st.text(st.characters(exclude_categories=("Cs",))))
@example('email,confirmed_at\n"')
@example("email;confirmed_at\n\x00;\x00")
def test_whatever_the_text_it_is_read_or_refused_with_a_sentence(text):
    assert refusal(read_sheet, text, NOW).endswith(".")


@given(st.lists(st.lists(plausible, min_size=5, max_size=5), max_size=8))
def test_every_line_with_something_in_it_is_a_row_a_fault_or_a_double(lines):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([HEAD.strip().split(","), *lines])
    sheet = read_sheet(out.getvalue(), NOW)
    filled = [line for line in lines if any(cell.strip() for cell in line)]
    assert len(sheet.rows) + sheet.faulty + sheet.doubles == len(filled)
    for row in sheet.rows:
        assert row.confirmed_at <= NOW
        assert row.email.isascii() or "@" in row.email
        assert set(row.choices) <= set(CHOICES)
        assert row.choices
    assert all(fault.sentence.endswith(".") for fault in sheet.faults)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_they_are_text_or_refused(data):
    assert refusal(decoded, data).endswith(".")


# Saving


def sheet_of(*emails: str):
    return read_sheet("email,confirmed_at,source\n" + "".join(f"{email},2025-04-01,Fair\n" for email in emails), NOW)


def known(email: str, **fields) -> Follower:
    follower = Follower(**fields)
    follower.set_email(email)
    follower.save()
    return follower


@pytest.mark.django_db
def test_everybody_comes_in_with_choices_and_the_proof_of_consent_and_no_mail_is_written():
    sheet = read_sheet(
        HEAD + "a@example.org,2025-04-01,Fair,china corrections,weekly\nb@example.org,2025-04-02,,,\n", NOW
    )
    outcome = enrol(sheet, proof=PROOF, by=person("Administrator"))
    assert outcome == Outcome(new=2)
    ann, ben = Follower.objects.order_by("key")
    assert (ann.email, ann.domain, ann.frequency, ann.source, ann.consent_text) == (
        "a@example.org",
        "example.org",
        "weekly",
        "Fair",
        PROOF,
    )
    assert ann.confirmed_at == datetime(2025, 4, 1, tzinfo=UTC)
    assert {str(choice) for choice in ann.choices.all()} == {"china", "corrections"}
    assert (ben.source, [str(choice) for choice in ben.choices.all()]) == ("An imported list", ["issues"])
    assert Follower.objects.active().count() == 2
    assert not Delivery.objects.exists()
    assert Growth.objects.get().came == 2


@pytest.mark.django_db
def test_known_and_suppressed_addresses_stay_as_they_are_and_nobody_who_left_comes_back():
    left = known("left@example.org", confirmed_at=NOW, ended_at=NOW)
    asked = known("Asked@example.org")
    suppress("never@example.org", by=None)
    sheet = sheet_of("left@example.org", "asked@example.org", "NEVER@example.org", "new@example.org")
    expected = Outcome(new=1, known=2, suppressed=1)
    assert survey(sheet) == expected
    assert Follower.objects.count() == 2
    assert enrol(sheet, proof=PROOF, by=None) == expected
    left.refresh_from_db()
    asked.refresh_from_db()
    assert left.ended_at == NOW
    assert asked.confirmed_at is None
    assert not Choice.objects.filter(follower__in=[left, asked]).exists()
    assert list(Follower.objects.active().values_list("email", flat=True)) == ["new@example.org"]
    assert enrol(sheet, proof=PROOF, by=None) == Outcome(known=3, suppressed=1)
    assert Growth.objects.get().came == 1


@pytest.mark.django_db
def test_whoever_asks_on_the_site_in_that_second_stays_as_he_asked(monkeypatch):
    look_up = enrolling.known_keys

    def somebody_comes(rows):
        found = look_up(rows)
        known("quick@example.org")
        return found

    monkeypatch.setattr(enrolling, "known_keys", somebody_comes)
    outcome = enrol(sheet_of("quick@example.org", "slow@example.org"), proof=PROOF, by=None)
    assert outcome == Outcome(new=1, known=1)
    quick = Follower.objects.get(key="quick@example.org")
    assert (quick.confirmed_at, quick.choices.count()) == (None, 0)
    assert Growth.objects.get().came == 1


@pytest.mark.django_db
def test_all_come_in_or_nobody(monkeypatch):
    monkeypatch.setattr(enrolling, "BATCH", 2)
    monkeypatch.setattr(Growth, "count", lambda **numbers: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        enrol(sheet_of(*(f"{n}@example.org" for n in range(5))), proof=PROOF, by=None)
    assert not Follower.objects.exists()


@pytest.mark.django_db
def test_a_batch_costs_the_same_with_one_line_and_with_three(monkeypatch):
    counts = []
    for number in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            enrol(sheet_of(*(f"{number}-{n}@example.org" for n in range(number))), proof=PROOF, by=None)
        counts.append(len(queries) - sum("growth" in query["sql"] or "POINT" in query["sql"] for query in queries))
    assert counts[0] == counts[1]
    monkeypatch.setattr(enrolling, "BATCH", 2)
    assert enrol(sheet_of(*(f"many-{n}@example.org" for n in range(5))), proof=PROOF, by=None).new == 5


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["", "Writer", "Moderator", "Editor"])
def test_only_administrators_take_in_a_list(role):
    somebody = person(role)
    with pytest.raises(PermissionDenied):
        enrol(sheet_of("a@example.org"), proof=PROOF, by=somebody)
    with pytest.raises(PermissionDenied):
        keep_upload(b"", by=somebody)
    assert not Follower.objects.exists()


@pytest.mark.django_db
def test_nobody_comes_in_without_a_proof_of_consent():
    with pytest.raises(ValueError, match="proof"):
        enrol(sheet_of("a@example.org"), proof=" \n", by=None)


# What was uploaded


@pytest.mark.django_db
def test_an_upload_is_opened_by_whoever_uploaded_it_alone_and_only_for_a_day(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    ann, ben = person("Administrator"), person("Administrator")
    token = keep_upload(b"email", by=ann)
    path = kept_upload(token, by=ann)
    assert path.read_bytes() == b"email"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for other, by in ((token, ben), (token + "x", ann), ("", ann), ("../secret-key", ann)):
        with pytest.raises(Gone):
            kept_upload(other, by=by)
    tomorrow = timezone.now().timestamp() + 86_401
    monkeypatch.setattr("time.time", lambda: tomorrow)
    with pytest.raises(Gone):
        kept_upload(token, by=ann)


@pytest.mark.django_db
def test_uploads_that_nobody_confirmed_are_deleted_after_a_day(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert forget_uploads() == 0
    old, new = (kept_upload(keep_upload(b"x", by=None), by=None) for _ in range(2))
    yesterday = (timezone.now() - timedelta(hours=25)).timestamp()
    os.utime(old, (yesterday, yesterday))
    keep_upload(b"y", by=None)
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.django_db
def test_an_old_list_brings_nobody_back_who_left_or_was_erased():
    administrator = person("Administrator")
    rows = {name: follower(f"{name}@example.org") for name in ("left", "erased", "asked-anew", "stays")}
    for name in ("left", "asked-anew"):
        end(rows[name].pk)
    erase_own(rows["erased"].pk)
    Follower.objects.filter(key__in=["left@example.org", "asked-anew@example.org"]).update(
        ended_at=timezone.now() - timedelta(days=31)
    )
    forget_ended()
    confirm(asked("asked-anew@example.org").pk)
    sheet = read_sheet("email,confirmed_at\n" + "".join(f"{name}@example.org,2026-01-01\n" for name in rows))
    outcome = enrol(sheet, proof="An old list", by=administrator)
    assert (outcome.new, outcome.known, outcome.left, outcome.suppressed) == (0, 2, 2, 0)
    assert set(Follower.objects.values_list("key", flat=True)) == {"stays@example.org", "asked-anew@example.org"}
