"""Who may see or change the calendar, by Graph."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, segment


class CalendarPermissions(Collector):
    """The same that Exchange tells of the calendar's folder; it needs no role in Exchange."""

    source = "calendar_permissions"
    title = "calendar permissions"
    needs = (Right("Calendars.Read", "Exchange Online"),)

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        pages = tenant.graph.pages(f"/users/{segment(person.id)}/calendar/calendarPermissions")
        yield from from_graph(pages, "graph-calendar-permission-json", person.upn)
