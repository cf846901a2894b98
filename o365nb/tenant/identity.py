"""Who is signed in, and with which rights, as far as the token says. Nothing here decides about access."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller of one service.

    `rights` are the permissions in the token, None where the token is opaque; `roles` the directory roles (their
    template ids) it carries. `person` is the UPN of who signed in, "" for an application by itself.
    """

    app_id: str
    app_name: str
    object_id: str
    person: str
    rights: frozenset[str] | None
    roles: frozenset[str]


def identity(token: str, account: Mapping[str, Any] | None) -> Identity:
    """What a token and msal's account say. Claims of Microsoft's access tokens: roles, scp, appid or azp, oid, wids."""
    claims = _claims(token)
    rights: frozenset[str] | None = None
    if claims:
        roles, scopes = claims.get("roles"), claims.get("scp")
        rights = frozenset(roles if isinstance(roles, list) else ()) | frozenset(str(scopes or "").split())
    known = account or {}
    person = claims.get("upn") or claims.get("unique_name") or known.get("username") or ""
    return Identity(
        app_id=str(claims.get("appid") or claims.get("azp") or ""),
        app_name=str(claims.get("app_displayname") or ""),
        object_id=str(claims.get("oid") or known.get("local_account_id") or ""),
        person=str(person) if account or claims.get("scp") else "",
        rights=rights,
        roles=frozenset(map(str, claims.get("wids") or ())),
    )


def _claims(token: str) -> dict[str, Any]:
    """The middle part of a JWT; {} for a token that is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}
