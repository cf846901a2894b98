"""Making and removing a registration in a tenant, with an administrator's own rights. Nothing is done unasked."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from o365nb.errors import BadInput, NotFound, RequestFailed
from o365nb.registration import MARK, Registration
from o365nb.tenant import Method, Page, Profile, Tenant, literal, segment
from o365nb.tenant.credentials import PASSPHRASE
from o365nb.tenant.permissions import RESOURCES

#: Microsoft Graph Command Line Tools: the public client that Microsoft's own PowerShell signs in with. An
#: administrator consents to these rights for themselves only, and for as long as the work takes.
GRAPH_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
_RIGHTS = ("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All")
_TRIES = 6  # a new application is known everywhere within about a minute


@dataclass(frozen=True, slots=True)
class Certificate:
    """The public side of a new key pair: DER, and until when it is valid. The private key is in its file only."""

    der: bytes
    until: datetime
    thumbprint: str


@dataclass(frozen=True, slots=True)
class Made:
    """A registration that stands: ids, what was granted, and what the tenant could not grant and why."""

    app_id: str
    object_id: str
    principal_id: str
    granted: tuple[str, ...]
    refused: tuple[str, ...]


def administrator(profile: Profile, method: Method) -> Profile:
    """The same tenant, signed in to by an administrator with Microsoft's own public client and only these rights."""
    origin = profile.cloud.graph_scope.removesuffix("/.default")
    scopes = " ".join(f"{origin}/{right}" for right in _RIGHTS)
    cloud = replace(profile.cloud, graph_scope=scopes)
    return replace(profile, client_id=GRAPH_TOOLS, method=method, cloud=cloud, certificate=None, cache=False)


def new_certificate(path: Path, name: str, days: int) -> Certificate:
    """Make a key pair: key and certificate go into one new PEM file that only this user can read.

    The key is encrypted when the passphrase's variable is set. Raises BadInput when the file is there already.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC).replace(microsecond=0)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # clocks differ
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    phrase = os.environ.get(PASSPHRASE, "").encode()
    lock = serialization.BestAvailableEncryption(phrase) if phrase else serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(f"{path}: there is a file already; a key is never overwritten. Name another.") from None
    with os.fdopen(handle, "wb") as file:
        file.write(private + made.public_bytes(serialization.Encoding.PEM))
    thumbprint = made.fingerprint(hashes.SHA256()).hex().upper()
    return Certificate(made.public_bytes(serialization.Encoding.DER), made.not_valid_after_utc, thumbprint)


def steps(registration: Registration) -> Iterator[str]:
    """What `create` would send, in words."""
    way = "redirect http://localhost, no secret" if registration.delegated else "a certificate, no secret"
    yield f"POST /applications: '{registration.name}', this tenant only, {way}"
    yield "POST /servicePrincipals: the same, as it may act in this tenant"
    for service, resource in RESOURCES.items():
        named = [name for one, _, name in registration.offered() if one.service == service]
        if named and registration.delegated:
            yield f"POST /oauth2PermissionGrants: consent for you alone to {resource.name}: {', '.join(named)}"
        elif named:
            where = f"/servicePrincipals/{{{resource.name}}}/appRoleAssignedTo"
            yield f"POST {where}, {len(named)} times = the administrator's consent: {', '.join(named)}"


def create(
    tenant: Tenant, registration: Registration, certificate: Certificate | None, say: Callable[[str], None]
) -> Made:
    """Make application and service principal, and grant what they need. Raises what the tenant answers.

    After an error the half-made application is named, so that `o365nb app remove` can take it away.
    """
    used = dict.fromkeys(one.service for one in registration.permissions)
    known = {service: _principal(tenant, RESOURCES[service].app_id) for service in used}
    app = tenant.graph.post("/applications", _application(registration, certificate)).data
    app_id, object_id = str(app["appId"]), str(app["id"])
    try:
        body = {"appId": app_id, "tags": [MARK]}
        made = _eventually(tenant, partial(tenant.graph.post, "/servicePrincipals", body)).data
        principal = str(made["id"])
        grant = _consent if registration.delegated else _assign
        granted, refused = grant(tenant, registration, principal, known)
    except RequestFailed:
        say(f"The application {app_id} was made, but not finished: `o365nb app remove --app-id {app_id}` removes it.")
        raise
    return Made(app_id, object_id, principal, tuple(granted), tuple(refused))


def find(tenant: Tenant, kind: str, app_id: str) -> dict[str, Any]:
    """The one application made by `create`, by its id or its name. Raises BadInput when there is none, or several.

    Anybody may call an application so: only one that carries the kit's mark is ever removed.
    """
    wanted = f"appId eq {literal(app_id)}" if app_id else f"displayName eq {literal(f'{MARK} {kind}')}"
    pages = tenant.graph.pages("/applications", {"$filter": wanted, "$select": "id,appId,displayName,tags"})
    found = [app for page in pages for app in page.records]
    ours = [app for app in found if MARK in (app.get("tags") or ())]
    if found and not ours:
        raise BadInput(f"{found[0]['appId']}: this application was not made by o365nb. Remove it in the portal.")
    if not ours:
        raise BadInput(f"There is no application {app_id or f'{MARK} {kind}'} in this tenant. Nothing to remove.")
    if len(ours) > 1:
        listed = ", ".join(str(app["appId"]) for app in ours)
        raise BadInput(f"Several applications are called so ({listed}). Name one: --app-id.")
    return ours[0]


def remove(tenant: Tenant, app: dict[str, Any]) -> bool:
    """Delete the application, and with it its service principal and consent. True when it is seen to be gone.

    Entra keeps it restorable for 30 days.
    """
    path = f"/applications/{segment(str(app['id']))}"
    tenant.graph.delete(path)
    for attempt in range(_TRIES):
        try:
            tenant.graph.get(path)
        except NotFound:
            return True
        tenant.pause(2.0**attempt)
    return False


def _application(registration: Registration, certificate: Certificate | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "displayName": registration.name,
        "signInAudience": "AzureADMyOrg",
        "requiredResourceAccess": registration.manifest(),
        "tags": [MARK],
    }
    if registration.delegated:
        body["isFallbackPublicClient"] = True
        body["publicClient"] = {"redirectUris": ["http://localhost"]}
    if certificate:
        body["keyCredentials"] = [
            {
                "type": "AsymmetricX509Cert",
                "usage": "Verify",
                "displayName": f"CN={registration.name}",
                "key": base64.b64encode(certificate.der).decode(),
            }
        ]
    return body


def _assign(
    tenant: Tenant, registration: Registration, principal: str, known: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Application permissions: one assignment each, which is the consent."""
    granted, refused = [], []
    for one, role, name in registration.offered():
        resource = known[one.service]
        if not resource:
            refused.append(f"{name}: the tenant does not have {one.resource.name}")
            continue
        body = {"principalId": principal, "resourceId": resource, "appRoleId": role}
        path = f"/servicePrincipals/{segment(resource)}/appRoleAssignedTo"
        _eventually(tenant, partial(tenant.graph.post, path, body))
        granted.append(name)
    return granted, refused


def _consent(
    tenant: Tenant, registration: Registration, principal: str, known: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Delegated permissions, for the administrator who signed in and nobody else."""
    granted, refused = [], []
    person = tenant.identity().object_id
    for service, resource in known.items():
        scopes = [name for one, _, name in registration.offered() if one.service == service]
        if scopes and not resource:
            refused += [f"{name}: the tenant does not have {RESOURCES[service].name}" for name in scopes]
        elif scopes:
            body = {
                "clientId": principal, "consentType": "Principal", "principalId": person, "resourceId": resource,
                "scope": " ".join(scopes),
            }  # fmt: skip
            _eventually(tenant, partial(tenant.graph.post, "/oauth2PermissionGrants", body))
            granted += scopes
    return granted, refused


def _principal(tenant: Tenant, app_id: str) -> str:
    """The object id of a service's own principal in this tenant; "" where it has none."""
    query = {"$filter": f"appId eq {literal(app_id)}", "$select": "id,appId"}
    return next((str(item["id"]) for item in tenant.graph.get("/servicePrincipals", query).records), "")


def _eventually(tenant: Tenant, call: Callable[[], Page]) -> Page:
    """What was made a moment ago may not be known everywhere yet: try again for about a minute."""
    for attempt in range(_TRIES - 1):
        with suppress(NotFound):
            try:
                return call()
            except RequestFailed as error:
                if error.status != 400:
                    raise
        tenant.pause(2.0**attempt)
    return call()
