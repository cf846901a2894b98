"""What Entra writes when a user lets an application in: four directory audits in two seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from o365nb.practice.ids import guid
from o365nb.practice.logs.apps import App
from o365nb.practice.logs.directory import Actor, Change
from o365nb.practice.people import named_id

_CATEGORY = "ApplicationManagement"


@dataclass(frozen=True, slots=True)
class Consent:
    """A user's consent to `app` for `scopes` (space-separated) on `resource`. `new`: the tenant had never seen it."""

    actor: Actor
    user_agent: str
    app: App
    resource: App
    scopes: str
    grant: str
    new: bool = True

    @property
    def principal(self) -> str:
        """Object id of the application's service principal in this tenant."""
        return named_id(f"sp:{self.app.id}")


def changes(consent: Consent, at: datetime, rng: Random) -> Iterator[Change]:
    """The records in the order in which the directory writes them."""
    if consent.new:
        yield _change(consent, at, rng, "Add service principal", {
            "AccountEnabled": (None, [True]),
            "AppPrincipalId": (None, [consent.app.id]),
            "DisplayName": (None, [consent.app.name]),
            "Included Updated Properties": (None, "AccountEnabled, AppPrincipalId, DisplayName"),
        }, "Add")  # fmt: skip
    yield _change(consent, at + timedelta(seconds=1), rng, "Add delegated permission grant", {
        "DelegatedPermissionGrant.Scope": (None, f" {consent.scopes}"),
        "DelegatedPermissionGrant.ConsentType": (None, "Principal"),
        "ServicePrincipal.ObjectID": (None, consent.principal),
        "ServicePrincipal.AppId": (None, consent.app.id),
    }, "Assign", target=consent.resource)  # fmt: skip
    yield _change(consent, at + timedelta(seconds=1), rng, "Add app role assignment grant to user", {
        "AppRole.Id": (None, "00000000-0000-0000-0000-000000000000"),
        "User.UPN": (None, consent.actor.upn),
        "ServicePrincipal.AppId": (None, consent.app.id),
    }, "Assign")  # fmt: skip
    given = (
        f"[] => [[Id: {consent.grant}, ClientId: {consent.principal}, PrincipalId: {consent.actor.id}, "
        f"ResourceId: {named_id(f'sp:{consent.resource.id}')}, ConsentType: Principal, Scope:  {consent.scopes}, "
        "CreatedDateTime: , LastModifiedDateTime ]]; "
    )
    yield _change(consent, at + timedelta(seconds=2), rng, "Consent to application", {
        "ConsentContext.IsAdminConsent": (None, "False"),
        "ConsentContext.IsAppOnly": (None, "False"),
        "ConsentContext.OnBehalfOfAll": (None, "False"),
        "ConsentContext.Tags": (None, "WindowsAzureActiveDirectoryIntegratedApp"),
        "ConsentAction.Permissions": (None, given),
        "TargetId.ServicePrincipalNames": (None, consent.app.id),
    }, "Assign")  # fmt: skip


def _change(
    consent: Consent, at: datetime, rng: Random, activity: str, modified: dict[str, tuple[object, object]],
    operation: str, target: App | None = None,
) -> Change:  # fmt: skip
    app = target or consent.app
    return Change(
        guid(rng), at, activity, _CATEGORY, consent.actor, "ServicePrincipal", named_id(f"sp:{app.id}"), app.name,
        modified=modified, operation_type=operation,
        details={"User-Agent": consent.user_agent, "AppId": consent.app.id},
    )  # fmt: skip
