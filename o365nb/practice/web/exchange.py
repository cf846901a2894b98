"""Exchange's administration channel: InvokeCommand with the few cmdlets that the kit runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from o365nb.practice import organisation, rules
from o365nb.practice.changes import Changes
from o365nb.practice.ids import Json
from o365nb.practice.people import Person
from o365nb.practice.state import TenantState
from o365nb.practice.web.answers import json_response
from o365nb.practice.web.cmdlets import Cmdlets, Parameters, changed
from o365nb.practice.web.discovery import kinds
from o365nb.practice.web.faults import ExchangeRefusal, Refusal
from o365nb.practice.web.paging import page_request
from o365nb.practice.web.site import EXCHANGE, Site, body_of

#: Cmdlet to the parameters that this module's own understand; all of them exist in Exchange Online.
_OWN: dict[str, frozenset[str]] = {
    "Get-InboxRule": frozenset({"Identity", "Mailbox", "IncludeHidden", "ResultSize"}),
    "Disable-InboxRule": frozenset({"Identity", "Mailbox", "AlwaysDeleteOutlookRulesBlob", "Force", "Confirm"}),
    "Enable-InboxRule": frozenset({"Identity", "Mailbox", "AlwaysDeleteOutlookRulesBlob", "Force", "Confirm"}),
    "Remove-InboxRule": frozenset({"Identity", "Mailbox", "AlwaysDeleteOutlookRulesBlob", "Force", "Confirm"}),
    "Get-Mailbox": frozenset({"Identity", "Anr", "ResultSize"}),
    "Set-Mailbox": frozenset(
        {"Identity", "ForwardingSmtpAddress", "ForwardingAddress", "DeliverToMailboxAndForward", "AuditEnabled",
         "LitigationHoldEnabled", "GrantSendOnBehalfTo", "Confirm", "Force"}
    ),
    "Get-AcceptedDomain": frozenset({"Identity", "ResultSize"}),
}  # fmt: skip
#: What the official Admin API has endpoints for.
_OFFICIAL = frozenset({"OrganizationConfig", "AcceptedDomain", "Mailbox", "MailboxFolderPermission"})
_CHANGES_NOTHING = frozenset({"Identity", "Confirm", "Force"})


def parameters() -> dict[str, frozenset[str]]:
    """Every cmdlet that this tenant knows, and what it understands."""
    return {**_OWN, **{name: known for kind in kinds("exchange_", Cmdlets) for name, known in kind.parameters.items()}}


class Exchange:
    """InvokeCommand of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._commands: dict[str, Callable[[Parameters, Changes], list[Json]]] = {
            "Get-InboxRule": self._get_rules,
            "Disable-InboxRule": lambda given, by: self._switch(given, by, "Disable-InboxRule", enabled=False),
            "Enable-InboxRule": lambda given, by: self._switch(given, by, "Enable-InboxRule", enabled=True),
            "Remove-InboxRule": self._remove_rule,
            "Get-Mailbox": self._get_mailbox,
            "Set-Mailbox": self._set_mailbox,
            "Get-AcceptedDomain": self._accepted_domains,
        }
        self._open: dict[str, list[Json]] = {}  # answers of which a part was given
        self._known = parameters()
        groups = [kind(lambda: self._state, self._person) for kind in kinds("exchange_", Cmdlets)]
        self._reads = {name: read for group in groups for name, read in group.commands().items()}
        for group in groups:
            self._commands.update(group.changes())

    @property
    def _state(self) -> TenantState:
        return self._site.state

    def routes(self) -> list[Route]:
        official = "/adminapi/v2.0/{tenant}/{endpoint}"
        return [
            Route("/adminapi/beta/{tenant}/InvokeCommand", self.invoke, methods=["POST"]),
            Route(official, self.official, methods=["POST"]),
            Route("/adminapi/v1.0/{tenant}/EXOModuleFile", self.module),
        ]

    async def module(self, request: Request) -> Response:
        """The cmdlets that the caller may run, as the PowerShell module is told them."""
        self._site.authorise(request, EXCHANGE)
        grant = self._site.grant_of(request)
        able = [name for name in sorted(self._known) if grant and grant.rights.may_run(name)]
        return json_response({"value": [{"exportedCmdlets": ",".join(able)}]})

    async def official(self, request: Request) -> Response:
        """The Admin API: each endpoint runs the few cmdlets that are named after it."""
        name, _ = await _command(request, self._known)
        endpoint = request.path_params["endpoint"]
        if name.partition("-")[2] != endpoint or endpoint not in _OFFICIAL:
            raise ExchangeRefusal(400, "BadRequest", f"The cmdlet '{name}' is not supported at this endpoint.")
        return await self.invoke(request)

    async def invoke(self, request: Request) -> Response:
        """Run one cmdlet; the same body posted to the next link gives the next page."""
        by = self._site.authorise(request, EXCHANGE)
        name, given = await _command(request, self._known)
        call = f"{name} {json.dumps(given, sort_keys=True)}"
        if "$skiptoken" in request.query_params and call in self._open:
            found = self._open[call]  # the rest of an answer: the cmdlet does not run again
        else:
            found = self._reads[name](given) if name in self._reads else self._commands[name](given, by)
        self._open[call] = found
        if chosen := request.query_params.get("$select"):
            keep = {*chosen.split(","), "@odata.type"}
            found = [{key: value for key, value in item.items() if key in keep} for item in found]
        asked = re.search(r"odata\.maxpagesize\s*=\s*(\d+)", request.headers.get("prefer", ""))
        size = self._site.page_size(max(1, int(asked[1])) if asked else 1000)
        here = f"{self._site.base_url}{request.url.path}"
        try:
            part, following = page_request(here, dict(request.query_params), default=size, most=size).cut(found)
        except Refusal as refusal:
            raise ExchangeRefusal(400, "BadRequest", refusal.message) from None
        body: Json = {
            "@odata.context": f"{self._site.base_url}/adminapi/beta/{request.path_params['tenant']}/$metadata"
            "#Collection(Exchange.CmdletOutput)",
            "adminapi.warnings@odata.type": "#Collection(String)",
            "@adminapi.warnings": [],
            "value": part,
        }
        if following:
            body["@odata.nextLink"] = following
        else:
            del self._open[call]
        return json_response(body)

    # -- cmdlets ------------------------------------------------------------------------------------------------

    def _get_rules(self, given: Parameters, by: Changes) -> list[Json]:
        person = self._person(given.get("Mailbox"), "Mailbox")
        every = [item for item in self._rules(person) if given.get("IncludeHidden") or not item["hidden"]]
        if given.get("Identity"):
            every = [self._rule(given, person)]
        return [rules.exchange_rule(item, person) for item in sorted(every, key=lambda item: item["priority"])]

    def _switch(self, given: Parameters, by: Changes, cmdlet: str, *, enabled: bool) -> list[Json]:
        person = self._rule_owner(given)
        by.set_rule(person, self._rule(given, person), enabled=enabled, cmdlet=cmdlet)
        return []

    def _remove_rule(self, given: Parameters, by: Changes) -> list[Json]:
        person = self._rule_owner(given)
        by.remove_rule(person, self._rule(given, person))
        return []

    def _get_mailbox(self, given: Parameters, by: Changes) -> list[Json]:
        kept = self._state.objects["mailboxes"]
        name = given.get("Identity")
        if not name:  # as in the service: a Get without identity means all
            return list(kept.values())
        return [kept[self._person(name, "Identity").upn]]

    def _accepted_domains(self, given: Parameters, by: Changes) -> list[Json]:
        wanted = given.get("Identity")
        return [item for item in organisation.accepted_domains() if not wanted or item["DomainName"] == wanted]

    def _set_mailbox(self, given: Parameters, by: Changes) -> list[Json]:
        person = self._person(given.get("Identity"), "Identity")
        kept = self._state.objects["mailboxes"][person.upn]
        values = {name: changed(kept.get(name), value) for name, value in given.items() if name not in _CHANGES_NOTHING}
        if values:
            by.set_mailbox(person, values)
        return []

    # -- who and which ------------------------------------------------------------------------------------------

    def _rules(self, person: Person) -> list[Json]:
        found: list[Json] = self._state.objects["rules"][person.upn]
        return found

    def _rule_owner(self, given: Parameters) -> Person:
        """The mailbox of a rule: named, or the part of the identity before the backslash."""
        identity = str(given.get("Identity") or "")
        return self._person(given.get("Mailbox") or identity.rpartition("\\")[0], "Mailbox")

    def _rule(self, given: Parameters, person: Person) -> Json:
        identity = str(given.get("Identity") or "").strip()
        if not identity:
            raise ExchangeRefusal(
                400, "BadRequest", "Cannot bind argument to parameter 'Identity' because it is empty."
            )
        wanted = identity.rpartition("\\")[2]
        for item in self._rules(person):
            if wanted in (str(item["number"]), item["name"]):
                return item
        raise ExchangeRefusal(
            404, "NotFound", f"The Inbox rule '{identity}' couldn't be found. Please make sure that it exists."
        )

    def _person(self, name: Any, parameter: str) -> Person:
        if not isinstance(name, str) or not name.strip():
            text = f"Cannot bind argument to parameter '{parameter}' because it is empty."
            raise ExchangeRefusal(400, "BadRequest", text)
        wanted = name.strip().lower()
        for person in self._state.world.people.values():
            mailbox = self._state.objects["mailboxes"][person.upn]
            keys = {person.upn, person.id, mailbox["Alias"], mailbox["ExchangeGuid"], mailbox["Identity"].lower()}
            if wanted in keys:
                return person
        text = f"The operation couldn't be performed because object '{name}' couldn't be found on 'FR3P281A01DC001'."
        raise ExchangeRefusal(404, "NotFound", text)


async def _command(request: Request, known: Mapping[str, frozenset[str]]) -> tuple[str, Parameters]:
    """The cmdlet and its parameters. Raises Exchange's 400 for what it would refuse."""
    try:
        body = await body_of(request)
    except Refusal as refusal:
        raise ExchangeRefusal(400, "BadRequest", refusal.message) from None
    asked = body.get("CmdletInput")
    name = asked.get("CmdletName") if isinstance(asked, dict) else None
    given = (asked.get("Parameters") or {}) if isinstance(asked, dict) else None
    if not isinstance(name, str) or not isinstance(given, dict):
        raise ExchangeRefusal(400, "BadRequest", "The request body needs CmdletInput with CmdletName and Parameters.")
    if name not in known:
        text = (
            f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program."
        )
        raise ExchangeRefusal(403, "Forbidden", text)
    if strange := sorted(set(given) - known[name]):
        text = f"A parameter cannot be found that matches parameter name '{strange[0]}'."
        raise ExchangeRefusal(400, "BadRequest", text)
    return name, given
