"""Cover, verdict, story, cause, glossary: what a reader in a hurry sees."""

from __future__ import annotations

import re
from dataclasses import replace

from o365nb.analysis.cause import spoken_for
from o365nb.errors import BadInput
from o365nb.model import Hypothesis, Verdict, plain, utc
from o365nb.report.clock import Clock
from o365nb.report.dossier import Dossier
from o365nb.report.facts import six_numbers
from o365nb.report.markup import View
from o365nb.report.story import TAKEN, tell
from o365nb.report.words import GLOSSARY, VERDICTS
from o365nb.text import plural

DOORS = {"live": "a live tenant", "export": "exported files", "practice": "the practice tenant (an invented incident)"}


def cover(of: Dossier) -> View:
    """Name, accounts, window, where the evidence came from, tool version."""
    info, clock = of.case.info, of.clock
    facts = [
        ("Case", info.name),
        ("Period examined", f"{clock.when(info.window.start)} to {clock.when(info.window.end)}"),
        (
            "Evidence from",
            DOORS.get(info.door, info.door) + (f", {info.tenant}" if info.tenant and info.door == "live" else ""),
        ),
        ("Evidence as of", clock.when(of.as_of)),
        ("Organisation", ", ".join(info.accepted_domains or info.domains) or "not given"),
        ("Ticket", info.ticket),
        ("Made with", f"o365nb {info.tool_version}"),
    ]
    shown = [(label, value) for label, value in facts if value]
    words = f"Case {info.name}: {VERDICTS[of.found.verdict.verdict].title.lower()} ({', '.join(of.subjects)})"
    return View("cover", clock, [dict(shown)], words, title=_title(of), subjects=of.subjects, facts=shown)


def brief(of: Dossier) -> View:
    """The case in two lines: whose account, the answer, when the attacker was there, from what evidence."""
    clock, verdict, words = of.clock, of.found.verdict, VERDICTS[of.found.verdict.verdict]
    first, last = verdict.first_attacker_event, verdict.last_attacker_event
    there = f"attacker's acts {clock.span(first, last)}" if first and last else "no act is attributed to an attacker"
    facts = [
        f"case {of.case.info.name}",
        f"examined {clock.when(of.case.info.window.start)} to {clock.when(of.case.info.window.end)}",
        there,
        f"evidence from {DOORS.get(of.case.info.door, of.case.info.door)}, as of {clock.when(of.as_of)}",
    ]
    said = f"{_title(of)}: {words.title.lower()}. {'; '.join(facts)}."
    tone = {"grave": "bad"}.get(words.tone, words.tone)
    rows = [{"fact": fact} for fact in facts]
    return View("brief", clock, rows, said, title=_title(of), answer=words.title, tone=tone, facts=facts)


def _title(of: Dossier) -> str:
    if len(of.subjects) == 1:
        return f"The account {of.subjects[0]}"
    return f"{plural(len(of.subjects), 'account')} of {(of.case.info.accepted_domains or ('the organisation',))[0]}"


def verdict(of: Dossier) -> View:
    """The answer, why, and the six numbers."""
    words, numbers = VERDICTS[of.found.verdict.verdict], six_numbers(of.found, of.clock)
    rows = [{"number": n.label, "value": n.value, "note": n.note} for n in numbers]
    said = f"{words.title}. {words.headline}"
    because = [dated(sentence, of.clock) for sentence in of.found.verdict.because]
    return View("verdict", of.clock, rows, said, words=words, numbers=numbers, because=because)


_MOMENT = r"(20\d\d-\d\d-\d\d \d\d:\d\d UTC)"
#: When a reason of the verdict happened: in its first brackets, or at the end of the sentence that sums up.
_HAPPENED = re.compile(rf"(?<= )(?P<open>\(|from ){_MOMENT}(?: to {_MOMENT})?")


def dated(sentence: str, clock: Clock) -> str:
    """A reason of the verdict with its own time as the report writes times; times in the evidence stay as they are."""

    def told(found: re.Match[str]) -> str:
        try:
            first, last = utc(_iso(found[2])), utc(_iso(found[3] or found[2]))
        except BadInput:  # no time, only written like one: a name in the evidence
            return found[0]
        if found["open"] != "(":
            return clock.span(first, last)
        here, universal = clock.stretch(first, last)
        return f"({here}; {universal}" if universal else f"({here}"

    return _HAPPENED.sub(told, sentence, count=1)


def _iso(moment: str) -> str:
    return f"{moment.removesuffix(' UTC').replace(' ', 'T')}:00Z"


def story(of: Dossier) -> View:
    """What happened, in plain sentences."""
    chapters = tell(of.found, of.clock)
    rows = [
        {"chapter": chapter.title, "sentence": sentence.text, "findings": sentence.findings}
        for chapter in chapters
        for sentence in chapter.sentences
    ]
    return View("story", of.clock, rows, " ".join(str(row["sentence"]) for row in rows), chapters=chapters)


#: What a weight of evidence is called, from so many decibans on: ten make an explanation ten times as likely.
_STRENGTHS = ((10, "strong"), (5, "clear"), (0, "slight"))
_WEIGHT = re.compile(r"(?P<open>; |\()(?P<weight>[+-]\d+) dB\)\.$")


def in_words(reason: str) -> str:
    """A reason with the strength of its evidence in a word instead of decibans."""

    def word(found: re.Match[str]) -> str:
        strength = next(name for least, name in _STRENGTHS if abs(int(found["weight"])) >= least)
        return f"{found['open']}{strength})."

    return _WEIGHT.sub(word, reason)


def way_in(of: Dossier) -> View:
    """How they got in, for readers who want no numbers: the strength of each reason is a word."""
    return _explained(of, plainly=True)


def cause(of: Dossier) -> View:
    """How they got in, with what speaks for and against in decibans, and the alternatives."""
    return _explained(of, plainly=False)


def _explained(of: Dossier, *, plainly: bool) -> View:
    found = of.found.cause
    spoken = found.hypotheses if any(h.supporting or h.contradicting for h in found.hypotheses) else ()
    ranked = sorted(spoken, key=lambda h: (-h.probability, h.id))
    shown = [h for h in ranked if h.probability >= 0.05 and (spoken_for(found) or h.supporting)][:4]
    shown = shown or [h for h in ranked if spoken_for(found)][:1]
    weighed = any(_WEIGHT.search(reason) for h in shown for reason in (*h.supporting, *h.contradicting))
    lead = _cause_lead(of)
    return View(
        "cause",
        of.clock,
        [plain(h) for h in ranked],
        lead,
        lead=lead,
        shown=[_worded(h) for h in shown] if plainly else shown,
        ids=not plainly,
        spoken_for=spoken_for(found),
        legend=(_WORDED if plainly else _WEIGHED) if weighed else "",
        rest=[h for h in ranked if h not in shown and h.probability >= 0.005],
        question="" if plainly and (found.determined or _calm(of)) else found.next_question,
    )


#: How the strengths are to be read.
_WORDED = "A strong reason shifts the odds of an explanation at least tenfold, a clear one at least threefold."
_WEIGHED = "dB: decibans. Ten of them for or against an explanation shift its odds tenfold."


def _worded(one: Hypothesis) -> Hypothesis:
    supporting, contradicting = map(in_words, one.supporting), map(in_words, one.contradicting)
    return replace(one, supporting=tuple(supporting), contradicting=tuple(contradicting))


def _calm(of: Dossier) -> bool:
    """Whether there is no takeover to explain."""
    return of.found.verdict.verdict is Verdict.NOT_SUPPORTED


def _cause_lead(of: Dossier) -> str:
    found = of.found.cause
    if not any(h.supporting for h in found.hypotheses):
        return "Cannot tell: nothing in the evidence speaks for any way in. The figures are what is usual elsewhere."
    unspoken = "" if spoken_for(found) else " Nothing speaks for any particular way in."
    if _calm(of):
        return f"No takeover has to be explained. The explanations were weighed all the same.{unspoken}"
    if of.found.verdict.verdict not in TAKEN:
        return f"A takeover is not shown. These explanations fit the evidence best, the innocent among them.{unspoken}"
    if found.determined:
        return "The way in is established: one explanation leads clearly, and log evidence carries it."
    return "The way in is not settled: that needs log evidence and a clear lead. These explanations fit best."


def glossary(of: Dossier) -> View:
    """The words of this report."""
    rows = [{"word": word, "meaning": meaning} for word, meaning in GLOSSARY]
    return View("glossary", of.clock, rows, plural(len(rows), "word"), words=GLOSSARY)
