"""A profile: which tenant, which app registration, which way to sign in. Never a secret."""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import platformdirs

from o365nb.errors import BadInput
from o365nb.tenant.clouds import CLOUDS, Cloud, cloud

CONFIG = "O365NB_CONFIG"
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN = re.compile(r"(?=.{4,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_KEYS = frozenset({"tenant_id", "client_id", "cloud", "method", "certificate", "cache", "respond"})


class Method(StrEnum):
    """How to sign in."""

    SECRET = "secret"  # noqa: S105 - the name of a way to sign in
    CERTIFICATE = "certificate"
    DEVICE_CODE = "device_code"
    INTERACTIVE = "interactive"
    MANAGED_IDENTITY = "managed_identity"


@dataclass(frozen=True, slots=True)
class Profile:
    """One way into one tenant. `ca_file` is set for a practice tenant on this machine only.

    A managed identity without `client_id` is the machine's own (system-assigned). `cache` keeps tokens between
    commands, encrypted by the platform. `respond` names the profile that changes things, where that is another
    registration than the one that only reads.
    `pace` scales the time of Microsoft's quotas: 1 keeps them, 0 does not (a practice tenant has none by default).
    """

    name: str
    tenant_id: str
    client_id: str
    method: Method = Method.SECRET
    cloud: Cloud = CLOUDS["global"]
    certificate: Path | None = None
    ca_file: Path | None = None
    pace: float = 1.0
    cache: bool = False
    respond: str = ""

    def __post_init__(self) -> None:
        if not (_GUID.fullmatch(self.tenant_id) or _DOMAIN.fullmatch(self.tenant_id)):
            raise BadInput(f"Profile {self.name!r}: tenant_id {self.tenant_id!r} is neither a GUID nor a domain.")
        own = self.method is Method.MANAGED_IDENTITY
        if not _GUID.fullmatch(self.client_id) and not (own and not self.client_id):
            raise BadInput(f"Profile {self.name!r}: client_id {self.client_id!r} is not a GUID. Copy it from the app.")
        if self.method is Method.CERTIFICATE and self.certificate is None:
            raise BadInput(f"Profile {self.name!r}: method certificate needs certificate = a PEM or PFX file.")
        if own and self.ca_file is not None:
            raise BadInput(
                f"Profile {self.name!r}: a managed identity is the real cloud's; a practice tenant has none."
            )
        if self.ca_file is not None:
            here = self.cloud
            for origin in (here.login, here.graph, here.exchange, here.management, here.defender):
                _require_loopback(origin)

    @property
    def simulated(self) -> bool:
        """True for a practice tenant."""
        return self.ca_file is not None

    @classmethod
    def simulator(
        cls,
        *,
        base_url: str,
        ca_file: Path | str,
        tenant_id: str,
        client_id: str,
        method: Method | str = Method.SECRET,
        certificate: Path | None = None,
        pace: float = 0.0,
    ) -> Self:
        """The profile of a practice tenant: global scopes, all hosts at `base_url`.

        Made in code only, so that no configuration file can redirect a sign-in or bring its own CA.
        Raises BadInput for a host that is not this machine.
        """
        _require_loopback(base_url)
        origin = base_url.rstrip("/")
        services = dict.fromkeys(("login", "graph", "exchange", "management", "defender"), origin)
        here = replace(CLOUDS["global"], **services)
        return cls("practice", tenant_id, client_id, Method(method), here, certificate, Path(ca_file), pace)


def _require_loopback(origin: str) -> None:
    parts = urlsplit(origin)
    host = parts.hostname or ""
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here or parts.scheme != "https" or parts.username is not None:
        raise BadInput(f"{origin}: a practice tenant runs on this machine (https://localhost or 127.0.0.1) only.")


def config_path() -> Path:
    """Where profiles are kept: $O365NB_CONFIG, else `profiles.toml` in this user's configuration folder."""
    named = os.environ.get(CONFIG)
    return Path(named) if named else Path(platformdirs.user_config_dir("o365nb", appauthor=False)) / "profiles.toml"


def load_profile(name: str) -> Profile:
    """The profile of that name. Raises BadInput listing the known ones and how to add one."""
    path = config_path()
    known = _read(path)
    if name not in known:
        listed = ", ".join(sorted(known)) or "none yet"
        raise BadInput(
            f"No profile {name!r} in {path} (known: {listed}). Add a table [{name}] with tenant_id, client_id,"
            f" method = {', '.join(Method)}."
        )
    return _profile(name, known[name], path)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not TOML ({error}). Mend that line.") from None


def _profile(name: str, table: Any, path: Path) -> Profile:
    if not isinstance(table, dict):
        raise BadInput(f"{path}: {name} is not a table. Write [{name}] on a line of its own.")
    if strange := sorted(set(table) - _KEYS):
        # The key is named, its value is not: it may be a secret.
        raise BadInput(
            f"{path}, [{name}]: {strange[0]!r} is not a setting of a profile (those are: {', '.join(sorted(_KEYS))})."
            " Secrets are never kept here: set O365NB_CLIENT_SECRET or type it when asked."
        )
    values = {key: _text(table, key, name, path) for key in table if key != "cache"}
    needed = {"tenant_id"} if values.get("method") == Method.MANAGED_IDENTITY else {"tenant_id", "client_id"}
    if missing := sorted(needed - set(values)):
        raise BadInput(f"{path}, [{name}]: {missing[0]} is missing. Copy it from the app registration's overview.")
    try:
        method = Method(values.get("method", Method.SECRET))
    except ValueError:
        raise BadInput(
            f"{path}, [{name}]: method {values['method']!r} is unknown. Write one of: {', '.join(Method)}."
        ) from None
    certificate = path.parent / values["certificate"] if "certificate" in values else None
    where = cloud(values.get("cloud", "global"))
    kept = table.get("cache", False)
    if not isinstance(kept, bool):
        raise BadInput(f"{path}, [{name}]: cache must be true or false, without quotes.")
    client_id = values.get("client_id", "")
    respond = values.get("respond", "")
    return Profile(name, values["tenant_id"], client_id, method, where, certificate, cache=kept, respond=respond)


def _text(table: dict[str, Any], key: str, name: str, path: Path) -> str:
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{path}, [{name}]: {key} must be text in quotes.")
    return value.strip()
