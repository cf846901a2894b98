"""S11 judged: the attack is proven from what is left, and the report says in plain words what is not."""

import re
import shutil
from html.parser import HTMLParser

import pytest

from o365nb.analysis.gap_words import WORDS
from o365nb.model import Answer, Context, Label, Outcome, Verdict
from o365nb.progress import Progress
from o365nb.report import render

ANNA = "anna@contoso.example"
UNREADABLE = {"sign_in", "sign_in_noninteractive", "risk_detection", "conditional_access", "alert", "managed_devices"}
#: What a customer cannot be expected to read.
JARGON = re.compile(r"GET /|POST /|\b[45]\d\d [A-Z]|was refused|AADSTS|request [0-9a-f]{8}-|[a-z]_[a-z]|\w+/\w+Events")


#: How the report heads what shares one reason, and how a sentence of its own says that reason.
SHARED = {
    "Not permitted": "the right to do so is missing",
    "Not offered by this cloud": "this cloud does not offer it",
    "Not licensed": "the organisation has no licence for it",
}


class Limits(HTMLParser):
    """The items of the lists of limits, each with the heading that gives the reason of its whole list."""

    def __init__(self):
        super().__init__()
        self.items, self._head, self._inside = [], "", ""

    def handle_starttag(self, tag, attrs):
        if tag == "h2":
            self._head = ""
        elif tag == "h3":
            self._inside, self._head = "head", ""
        elif tag == "ul":
            self._inside = "list" if ("class", "limits") in attrs else ""
        elif tag == "li" and self._inside == "list":
            self.items.append((self._head, ""))

    def handle_endtag(self, tag):
        self._inside = "" if tag in ("ul", "h3") else self._inside

    def handle_data(self, data):
        if self._inside == "head":
            self._head += data
        elif self._inside == "list" and self.items:
            head, text = self.items[-1]
            self.items[-1] = (head, text + data)


def sentence(head, text):
    """An item as the sentence that the ledger makes of it."""
    why, _, need = head.partition(": ")
    if why not in SHARED:
        return text
    what, _, cost = text.partition(". ")
    return f"{what} could not be read: {SHARED[why]}{f' ({need})' if need else ''}. {cost}"


@pytest.fixture(scope="module")
def made(practice_case):
    return practice_case("free_tenant")


@pytest.fixture(scope="module")
def page(made, tmp_path_factory):
    """The report, rendered beside the shared case."""
    out = shutil.copytree(made.case.info.out, tmp_path_factory.mktemp("report") / "out")
    return render(made.case, out, Progress()).read_text("utf-8")


@pytest.fixture(scope="module")
def limits(page):
    read = Limits()
    read.feed(page)
    return [sentence(" ".join(head.split()), " ".join(text.split())) for head, text in read.items]


def test_the_attack_is_confirmed_from_the_audit_log_alone(made):
    found = made.found
    assert (found.verdict.verdict, found.cause.top, found.cause.determined) == (Verdict.CONFIRMED, "H1", True)
    told = {slug for item in made.truth.values() for slug in item["findings"]}
    assert told - {one.slug for one in found.findings if one.context in (Context.YES, Context.LIKELY)} == set()
    called = {one.event_id for one in found.attributions if one.label is Label.ATTACKER}
    assert called == {key for key, item in made.truth.items() if item["label"] == "attacker"} & {
        one.event_id for one in found.attributions
    }
    assert found.detections["ia-token-replay-nonint"].verdict is Answer.BLIND


def test_that_the_whole_mailbox_was_read_cannot_be_excluded(made, limits):
    (rest,) = [seen for seen in made.found.exposure if seen.certainty == "possible"]
    assert (rest.kind, rest.subject, rest.boundless) == ("mail", ANNA, True)
    assert len([seen for seen in made.found.exposure if seen.certainty == "certain"]) > 1000
    said = f"that the whole mailbox of {ANNA} was read until 2026-11-19 03:41 UTC cannot be excluded."
    assert [one for one in limits if one.endswith(said)] == limits[:1]


def test_every_gap_has_its_sentence_in_the_report(made, limits):
    missing = [gap for gap in made.found.coverage if not gap.outcome.seen]
    assert {gap.source for gap in missing} >= UNREADABLE
    shown = set(limits)
    silent = [gap for gap in missing if gap.sentence not in shown]
    assert {gap.source.partition("/")[0] for gap in silent} == {"hunting"}  # told in one sentence for all its tables
    tables = next(one for one in limits if one.startswith("Defender's own records (acts in cloud services"))
    assert len(silent) == tables.partition(")")[0].count(", ")


def test_the_sentences_are_plain_words(limits):
    assert [one for one in limits if JARGON.search(one)] == []
    assert (
        f"The sign-ins of {ANNA} could not be read: the organisation has no licence for it (Microsoft Entra ID P1 is"
        " needed). The unified audit log was used instead: it has the sign-ins too, but no networks and no risk."
    ) in limits


def test_the_week_that_is_kept_is_no_month(made, limits):
    (gap,) = [gap for gap in made.found.coverage if gap.source == "directory_audit"]
    assert gap.outcome is Outcome.PARTIAL
    assert gap.sentence in limits
    assert "Without a Premium licence Entra keeps it 7 days" in gap.sentence


def test_technical_detail_stays_beside_the_line_of_the_ledger(page):
    assert "Technical detail" in page
    assert "Authentication_RequestFromNonPremiumTenantOrB2CTenant" in page


@pytest.mark.parametrize("source", WORDS)
def test_every_source_is_called_by_a_name_for_people(source):
    words = WORDS[source]
    assert not JARGON.search(f"{words.name}. {words.called}. {words.cost}. {words.kept}.")
