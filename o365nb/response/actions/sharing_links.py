"""Sharing links that the attacker made: taken away one by one, by their own ids."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from o365nb.errors import Denied, NotFound
from o365nb.model import Persistence, Phase, Step
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.removal import send
from o365nb.response.shared_links import SharedLink
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment
from o365nb.tenant.permissions import Right

#: What a receipt keeps of a link; never its address, which opens the file to whoever has it.
_KEPT = ("roles", "expirationDateTime", "hasPassword")
_RIGHT = "Files.ReadWrite.All"
_LINK_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BY_HAND = "Take it away in SharePoint: the file, Manage access, Links."


class RemoveSharingLink(Action):
    """A link keeps the file open after every session is gone. Only the one whose id the log names is touched.

    The id is asked for on the very file, by the file's own id: no other link can be meant. Where either does not
    agree, or not everything is shown to who signed in, a person decides.
    """

    kinds = ("sharing_link",)
    name = "remove_sharing_link"
    title = "Take a sharing link away"
    reversible = False
    irreversible_because = "a link that is gone cannot be made again with its address; share the file anew"
    needs = (Right(_RIGHT, "SharePoint Online"),)

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            links = situation.links.get(item.id, ())
            for link in links:
                yield self._drafted(situation, item, link)
            if not links:
                yield self._drafted(situation, item, None)

    def _drafted(self, situation: Situation, item: Persistence, link: SharedLink | None) -> Draft:
        why = (
            f" The log names the link ({link.link}); it cannot be made again with its address."
            if link
            else f" The log does not name the link, and the file may have others that are innocent. {_BY_HAND}"
        )
        # PnP wants the path from the site's root, as the log writes it.
        path = "/" + link.url.split("/", 3)[-1] if link else ""
        command = powershell("Remove-PnPFileSharingLink", FileUrl=path, Identity=link.link) if link else ""
        return self.draft(
            "X11",
            Phase.ERADICATE,
            f"{one_line(item.description)}{f' ({link.link})' if link else ''}",
            f"{sentence(item.because)} It opens the file to whoever has its address, with no password or session."
            + why,
            command,
            automatic=link is not None,
            finding_ids=item.finding_ids,
            arguments={
                "upn": item.owner,
                "url": link.url if link else "",
                "item": link.item if link else "",
                "link": link.link if link else "",
                "object": item.id,
            },
        )

    def before(self, tenant: Tenant, step: Step) -> State:
        """`present` is None where the file or its links are not all shown: then nobody can say that it is gone."""
        if not step.arguments["link"]:
            return {"present": None, "why": "the log does not name the link"}
        try:
            item = tenant.graph.get(_item_path(step), {"$select": "id,name,parentReference,sharepointIds"}).data
            drive = str((item.get("parentReference") or {}).get("driveId") or "")
            own = str((item.get("sharepointIds") or {}).get("listItemUniqueId") or "").lower()
            if own != step.arguments["item"] or not drive:
                return {"present": None, "why": "another file stands at that address now"}
            return self._shown(tenant, step, drive, str(item["id"]))
        except NotFound:
            return {"present": None, "why": "no file is at that address: moved or renamed, its link goes with it"}
        except Denied:
            return {"present": None, "why": f"not to be read with these rights ({_RIGHT} on that site)"}

    def _shown(self, tenant: Tenant, step: Step, drive: str, item: str) -> State:
        path = f"/drives/{segment(drive)}/items/{segment(item)}/permissions"
        listed = [one for page in tenant.graph.pages(path) for one in page.records]
        where = {"drive": drive, "item": item}
        for one in listed:
            if str(one.get("id")).lower() == step.arguments["link"] and one.get("link"):
                return {"present": True, "inherited": _inherited(one), **where, "id": str(one["id"]), **_told(one)}
        # Who is not the owner of a file is shown only what concerns them (Graph, driveitem-list-permissions).
        if person := tenant.identity().person:
            return {"present": None, **where, "why": f"not among what {person} is shown of that file"}
        if not all(_LINK_ID.fullmatch(str(one.get("id"))) for one in listed if one.get("link")):
            return {"present": None, "why": "the links of that file have ids of another form than the log's"}
        return {"present": False, **where}

    def changed(self, step: Step, state: State) -> str:
        if state["present"] is None:
            return f"{state['why']}. {_BY_HAND}"
        return "it belongs to the folder above the file" if state.get("inherited") else ""

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        # Shown before and accepted: a person who saw it sees that it is gone.
        unseen = state["present"] is None and "item" in state and since is not None
        return state["present"] is False or unseen

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (_removal("(its drive)", "(the file)", step.arguments["link"]),) if step.arguments["link"] else ()

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        state = self.before(tenant, step)
        if not state["present"]:
            raise NotFound("The link is no longer shown.", status=404, code="itemNotFound")
        return send(tenant.graph, _removal(state["drive"], state["item"], state["id"]))

    def words(self, state: State) -> str:
        if state["present"] is None:
            return one_line(state["why"])
        if not state["present"]:
            return "no link of that id is on the file"
        return f"there: a link to {state['type']} for {state['scope']}"


def _item_path(step: Step) -> str:
    """The file by its address: Graph takes it as a token (shares-get, encoding sharing URLs)."""
    address = quote(step.arguments["url"], safe=":/")
    token = base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")
    return f"/shares/u!{token}/driveItem"


def _removal(drive: str, item: str, link: str) -> Request:
    return Request("DELETE", f"/drives/{segment(drive)}/items/{segment(item)}/permissions/{segment(link)}")


def _inherited(permission: dict[str, Any]) -> bool:
    return bool(permission.get("inheritedFrom"))


def _told(permission: dict[str, Any]) -> dict[str, Any]:
    link = permission["link"]
    shared = {name: permission.get(name) for name in _KEPT}
    return {"type": str(link.get("type") or ""), "scope": str(link.get("scope") or ""), **shared}
