"""`o365nb app`: the two least-privilege registrations, read and respond."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from o365nb.commands.options import say
from o365nb.errors import BadInput
from o365nb.safe import one_line, terminal

if TYPE_CHECKING:
    from o365nb.registrar import Made
    from o365nb.registration import Registration
    from o365nb.tenant import Profile, Tenant

app = typer.Typer(help="The app registrations: print them; make and remove them with an administrator's consent.")


class Kind(StrEnum):
    """Collecting and changing are separate rights."""

    READ = "read"
    RESPOND = "respond"


KindArgument = Annotated[Kind, typer.Argument(help="read: collect evidence; respond: change the tenant.")]
ForOption = Annotated[
    list[str] | None, typer.Option("--for", help="Only for this source (read) or action (respond); may be repeated.")
]
AppOnlyOption = Annotated[
    bool, typer.Option("--app-only", help="respond: by itself, without a person signed in. Each such right is heavy.")
]
TenantOption = Annotated[str, typer.Option("--tenant", help="A profile, or a tenant's id or domain.")]
CloudOption = Annotated[str, typer.Option("--cloud", help="The cloud of a tenant without a profile.")]
DeviceOption = Annotated[
    bool, typer.Option("--device-code", help="The administrator signs in with a code, not with the browser here.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it. Without this it is only shown.")]


@app.command("show")
def app_show(
    context: typer.Context,
    kind: KindArgument,
    only: ForOption = None,
    app_only: AppOnlyOption = False,
    manifest: Annotated[bool, typer.Option("--manifest", help="Only requiredResourceAccess, as JSON.")] = False,
    tenant: TenantOption = "",
    cloud: CloudOption = "global",
) -> None:
    """Print a registration: its rights with their reasons, the manifest, the consent URL, PowerShell and az lines."""
    import json

    from o365nb import registration

    wanted = _registration(kind, only, app_only=app_only)
    if manifest:
        typer.echo(json.dumps(wanted.manifest(), indent=2))
        return
    profile = _profile(tenant, cloud, context.obj) if tenant else None
    where, who = (profile.tenant_id, profile.client_id) if profile else ("organizations", "CLIENT_ID")
    from o365nb.tenant.clouds import cloud as named

    for line in registration.lines(wanted, profile.cloud if profile else named(cloud), where, who or "CLIENT_ID"):
        typer.echo(terminal(line))


@app.command("create")
def app_create(
    context: typer.Context,
    kind: KindArgument,
    tenant: TenantOption,
    key: Annotated[Path | None, typer.Option("--key", help="New PEM file for the private key and certificate.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="How long the certificate is valid.")] = 90,
    only: ForOption = None,
    app_only: AppOnlyOption = False,
    cloud: CloudOption = "global",
    device_code: DeviceOption = False,
    yes: YesOption = False,
) -> None:
    """Make a registration in a tenant: an administrator signs in and so consents. Shown only, without --yes."""
    from o365nb import registrar

    wanted, profile = _registration(kind, only, app_only=app_only), _profile(tenant, cloud, context.obj)
    for line in registrar.steps(wanted):
        typer.echo(terminal(line))
    if key is None and not wanted.delegated:
        raise BadInput("Say where the private key goes: --key FILE (a new PEM file). It is never shown or sent.")
    if not yes:
        typer.echo("\nNothing was made. To make it, as an administrator: the same with --yes")
        return
    with _administrator(profile, device_code=device_code) as opened:
        made_key = None if wanted.delegated or key is None else registrar.new_certificate(key, wanted.name, days)
        try:
            made = registrar.create(opened, wanted, made_key, say)
        except BaseException:
            if made_key and key:
                key.unlink(missing_ok=True)  # a key that opens nothing
            raise
    _tell(wanted, profile, made, key if made_key else None)


@app.command("remove")
def app_remove(
    context: typer.Context,
    kind: KindArgument,
    tenant: TenantOption,
    app_id: Annotated[str, typer.Option("--app-id", help="Which one, where several are called so.")] = "",
    cloud: CloudOption = "global",
    device_code: DeviceOption = False,
    yes: YesOption = False,
) -> None:
    """Remove a registration that `app create` made, with its consent. Shown only, without --yes."""
    from o365nb import registrar

    with _administrator(_profile(tenant, cloud, context.obj), device_code=device_code) as opened:
        found = registrar.find(opened, kind.value, app_id)
        what = f"{one_line(found['displayName'])} ({one_line(found['appId'])})"
        if not yes:
            typer.echo(f"DELETE /applications/{one_line(found['id'])}: {what}, its service principal and its consent")
            typer.echo("\nNothing was removed. To remove it: the same with --yes")
            return
        gone = registrar.remove(opened, found)
    typer.echo(f"removed   {what}; Entra can restore it for 30 days" + ("" if gone else ". It still shows: look again"))
    typer.echo("next      delete its key file, and its profile")


def _registration(kind: Kind, only: list[str] | None, *, app_only: bool) -> Registration:
    from o365nb import registration

    if kind is Kind.READ:
        return registration.read(only or ())
    return registration.respond(only or (), delegated=not app_only)


def _profile(tenant: str, cloud: str, simulator: tuple[str, Path] | None) -> Profile:
    """A profile by its name; for a tenant's id or domain, one made for the occasion."""
    from o365nb.doors import profile_for
    from o365nb.registrar import GRAPH_TOOLS
    from o365nb.tenant import Method, Profile
    from o365nb.tenant.clouds import cloud as named

    if "." not in tenant and tenant.count("-") != 4:
        return profile_for(tenant, simulator)
    if simulator:
        return Profile.simulator(
            base_url=simulator[0], ca_file=simulator[1], tenant_id=tenant, client_id=GRAPH_TOOLS, method="interactive"
        )
    return Profile(tenant, tenant, GRAPH_TOOLS, Method.INTERACTIVE, named(cloud))


def _administrator(profile: Profile, *, device_code: bool) -> Tenant:
    from o365nb.registrar import administrator
    from o365nb.tenant import Method, connect

    say("Sign in as an administrator who may consent (Privileged Role Administrator or Global Administrator).")
    return connect(administrator(profile, Method.DEVICE_CODE if device_code else Method.INTERACTIVE), prompt=say)


def _tell(wanted: Registration, profile: Profile, made: Made, key: Path | None) -> None:
    """What stands now, and the profile to write."""
    from o365nb.tenant import powershell
    from o365nb.tenant.permissions import ROLES

    typer.echo(f"\nmade      {wanted.name}: application {made.app_id}, {len(made.granted)} permissions granted")
    for line in made.refused:
        typer.echo(f"missing   {one_line(line)}")
    for roles, units in wanted.roles.items():
        role = next((name for name in roles if name in ROLES), roles[0])
        if wanted.delegated:
            typer.echo(f"role      who signs in needs {' or '.join(roles)} for {', '.join(units)}")
            continue
        typer.echo(f"role      {' or '.join(roles)} for {', '.join(units)}; an administrator gives it:")
        line = powershell(
            "New-MgRoleManagementDirectoryRoleAssignment",
            PrincipalId=made.principal_id,
            RoleDefinitionId=ROLES.get(role, role),
            DirectoryScopeId="/",
        )
        typer.echo(f"          {line}")
    if key:
        typer.echo(f"key       {terminal(key.resolve())}: private key and certificate; keep it as you keep a password")
    typer.echo(
        f'\nFor profiles.toml:\n\n[{wanted.kind}]\ntenant_id = "{profile.tenant_id}"\nclient_id = "{made.app_id}"'
    )
    typer.echo(
        f'method = "certificate"\ncertificate = "{terminal(key.resolve())}"' if key else 'method = "interactive"'
    )
    if wanted.kind == "respond":
        typer.echo('\nand in the profile that collects, so that the response uses this one:\n\nrespond = "respond"')
