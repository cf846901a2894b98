"""Files that are shared: the item as Graph shows it, and the links that open it."""

from __future__ import annotations

from urllib.parse import quote

from o365nb.practice.ids import Json
from o365nb.practice.people import TENANT_ID, Person, named_id

#: SharePoint's word in the name of a link's group, by scope and type of the link.
_KINDS = {
    ("anonymous", "view"): "AnonymousView",
    ("anonymous", "edit"): "AnonymousEdit",
    ("organization", "view"): "OrganizationView",
    ("organization", "edit"): "OrganizationEdit",
}


def address(site: str, name: str) -> str:
    """Where a file stands, as the audit log writes it: nothing in it is encoded."""
    own = site.startswith("personal/")
    return f"https://contoso{'-my' if own else ''}.sharepoint.example/{site}/Documents/{name}"


def item_guid(site: str, name: str) -> str:
    """The id by which SharePoint itself knows a file."""
    return named_id(f"file:{site}/{name}")


def group(site: str, name: str, link: Json) -> str:
    """The name of the group that SharePoint keeps behind a link."""
    kind = _KINDS[link["link"]["scope"], link["link"]["type"]]
    return f"SharingLinks.{item_guid(site, name)}.{kind}.{link['id']}"


def link(key: str, *, scope: str = "anonymous", kind: str = "view") -> Json:
    """A sharing link: Graph's permission. `key` makes its id."""
    identity = named_id(f"sharing-link:{key}")
    return {
        "id": identity,
        "roles": ["write" if kind == "edit" else "read"],
        "shareId": f"u!{identity.replace('-', '')}",
        "expirationDateTime": None,
        "hasPassword": False,
        "link": {
            "scope": scope,
            "type": kind,
            "webUrl": f"https://contoso-my.sharepoint.example/:x:/g/{identity.replace('-', '')[:20]}",
            "preventsDownload": False,
        },
    }


def share(state: Json, person: Person, site: str, name: str, made: Json) -> None:
    """Put a link on a file; the file itself is kept from the first time that it is shared."""
    found = state.setdefault("shared_files", {}).setdefault(address(site, name), _file(person, site, name))
    found["permissions"].append(made)


def _file(person: Person, site: str, name: str) -> Json:
    key = item_guid(site, name)
    return {
        "record": {
            "id": "01" + key.replace("-", "").upper(),
            "name": name,
            "size": 40_000,
            "webUrl": quote(address(site, name), safe=":/"),
            "parentReference": {
                "driveId": "b!" + named_id(f"drive:{site}").replace("-", ""),
                "driveType": "business" if site.startswith("personal/") else "documentLibrary",
            },
            "sharepointIds": {
                "listId": named_id(f"list:{site}"),
                "listItemUniqueId": key,
                "siteId": named_id(f"site:{site}"),
                "tenantId": TENANT_ID,
                "webId": named_id(f"web:{site}"),
            },
        },
        "permissions": [
            {
                "id": named_id(f"owner:{site}"),
                "roles": ["owner"],
                "grantedToV2": {"user": {"id": person.id, "displayName": person.name}},
                "inheritedFrom": None,
            }
        ],
    }
