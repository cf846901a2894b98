"""Cover, verdict, story, cause, glossary: what a reader in a hurry sees."""

from __future__ import annotations

from o365nb.model import Verdict, plain
from o365nb.report.clock import amount
from o365nb.report.dossier import Dossier
from o365nb.report.facts import six_numbers
from o365nb.report.markup import View
from o365nb.report.story import TAKEN, tell
from o365nb.report.words import GLOSSARY, VERDICTS

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
    return f"{amount(len(of.subjects), 'account')} of {(of.case.info.accepted_domains or ('the organisation',))[0]}"


def verdict(of: Dossier) -> View:
    """The answer, why, and the six numbers."""
    words, numbers = VERDICTS[of.found.verdict.verdict], six_numbers(of.found, of.clock)
    rows = [{"number": n.label, "value": n.value, "note": n.note} for n in numbers]
    said = f"{words.title}. {words.headline}"
    because = of.found.verdict.because
    return View("verdict", of.clock, rows, said, words=words, numbers=numbers, because=because)


def story(of: Dossier) -> View:
    """What happened, in plain sentences."""
    chapters = tell(of.found, of.clock)
    rows = [
        {"chapter": chapter.title, "sentence": sentence.text, "findings": sentence.findings}
        for chapter in chapters
        for sentence in chapter.sentences
    ]
    return View("story", of.clock, rows, " ".join(str(row["sentence"]) for row in rows), chapters=chapters)


def cause(of: Dossier) -> View:
    """How they got in, with what speaks for and against, and the alternatives."""
    found = of.found.cause
    spoken = found.hypotheses if any(h.supporting or h.contradicting for h in found.hypotheses) else ()
    ranked = sorted(spoken, key=lambda h: (-h.probability, h.id))
    shown = [h for h in ranked if h.probability >= 0.05][:4] or ranked[:1]
    lead = _cause_lead(of)
    return View(
        "cause",
        of.clock,
        [plain(h) for h in ranked],
        lead,
        lead=lead,
        shown=shown,
        rest=[h for h in ranked if h not in shown and h.probability >= 0.005],
        question=found.next_question,
    )


def _cause_lead(of: Dossier) -> str:
    found = of.found.cause
    if not any(h.supporting for h in found.hypotheses):
        return "Cannot tell: nothing in the evidence speaks for any way in. The figures are what is usual elsewhere."
    if of.found.verdict.verdict is Verdict.NOT_SUPPORTED:
        return "No takeover has to be explained. The explanations were weighed all the same."
    if of.found.verdict.verdict not in TAKEN:
        return "A takeover is not shown. These explanations fit the evidence best, the innocent among them."
    if found.determined:
        return "The way in is established: one explanation leads clearly, and log evidence carries it."
    return "The way in is not settled: that needs log evidence and a clear lead. These explanations fit best."


def glossary(of: Dossier) -> View:
    """The words of this report."""
    rows = [{"word": word, "meaning": meaning} for word, meaning in GLOSSARY]
    return View("glossary", of.clock, rows, amount(len(rows), "word"), words=GLOSSARY)
