"""The live door at work: every source for every account, side by side, each ending as a line of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event

from o365nb import collectors
from o365nb.case import Case
from o365nb.collectors.messages import fetch_eml
from o365nb.errors import NotFound
from o365nb.model import iso
from o365nb.progress import Progress
from o365nb.tenant import Tenant, redact

AT_ONCE = 256  # sources under way: nearly all only wait for the turn that their service's quota gives them


def collect(
    case: Case,
    tenant: Tenant,
    progress: Progress,
    *,
    again: bool = False,
    only_gaps: bool = False,
    at_once: int = AT_ONCE,
) -> None:
    """Fetch every source for every subject; what the ledger already has whole is not asked for again.

    With `only_gaps`, only what the ledger names as missing; with `again`, everything anew.
    Sources are asked side by side: every service has quotas of its own. One source failing never stops the others:
    it becomes a line of the ledger.
    """
    people = [collectors.find_person(tenant, upn) for upn in case.info.subjects]
    jobs = [
        (unit, person)
        for unit in collectors.all_collectors()
        for person in (people[:1] if unit.tenant_wide else people)
        # By its own name only: the audit log as a whole says nothing of what others did in it.
        for known in [[one for one in case.ledger.about(unit.source, person.upn) if one.source == unit.source]]
        if again or not any(entry.outcome.seen for entry in known)
        if known or not only_gaps
    ]
    stop = Event()
    with (
        progress.task("Collecting evidence", total=len(jobs), unit="sources") as task,
        ThreadPoolExecutor(at_once) as pool,
    ):
        running = {pool.submit(_collect, case, tenant, unit, person, stop, anew=again): unit for unit, person in jobs}
        try:
            for done in as_completed(running):
                done.result()
                task.advance(note=running[done].title)
        except BaseException:
            stop.set()  # what is under way ends with the answer at hand; the next run goes on from there
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _collect(
    case: Case, tenant: Tenant, unit: collectors.Collector, person: collectors.Person, stop: Event, *, anew: bool
) -> None:
    def after(_: collectors.Raw) -> None:
        if stop.is_set():
            raise KeyboardInterrupt

    window = case.info.window
    try:
        collectors.collect_one(unit, tenant, person, window, case, anew=anew, after=after)
    except Exception as error:  # noqa: BLE001 - one source must not take the others down; it is said in the ledger
        reason = f"the collector failed: {type(error).__name__}: {redact(str(error))}"
        collectors.record_failure(unit, person, window, case, reason)


def fetch_messages(case: Case, tenant: Tenant, message_ids: Sequence[str]) -> Iterator[str]:
    """Keep whole messages (.eml) of the case's accounts as evidence; yields their paths inside the case folder.

    Raises NotFound for an id that no mailbox of the case holds.
    """
    people = [collectors.find_person(tenant, upn) for upn in case.info.subjects]
    for wanted in message_ids:
        found = False
        for person in people:
            try:
                messages = list(fetch_eml(tenant, person, wanted))
            except NotFound:
                continue
            found = True
            for raw in messages:
                yield case.store(
                    "eml",
                    raw.name,
                    raw.body,
                    records=raw.records,
                    query=raw.query,
                    owner=person.upn,
                    request_ids=[raw.request_id] if raw.request_id else [],
                    tenant_time=iso(tenant.now()),
                )
        if not found:
            raise NotFound(f"No mailbox of this case holds the message {wanted}. Check the internet message id.")
