"""Just-in-time roles: what the account holds for a time, and may take up."""

from __future__ import annotations

from collections.abc import Iterator

from o365nb.collectors.base import Collector, Person, Raw, Right, Shortfall, from_graph
from o365nb.model import Window
from o365nb.tenant import Tenant, literal

# Not the requests to take one up: to read these takes a right that writes (Graph, unifiedroleassignmentschedulerequest:
# RoleAssignmentSchedule.ReadWrite.Directory), and what came of them is told by the instances and the directory audits.
_DIRECTORY = ("roleAssignmentScheduleInstances", "roleEligibilityScheduleInstances")
_GROUPS = ("assignmentScheduleInstances", "eligibilityScheduleInstances")


class Pim(Collector):
    """Roles of the directory, and membership of groups."""

    source = "pim"
    title = "just-in-time roles"
    needs = tuple(
        Right(permission, "Microsoft Entra ID P2 or ID Governance")
        for permission in (
            "RoleAssignmentSchedule.Read.Directory",
            "RoleEligibilitySchedule.Read.Directory",
            "PrivilegedAssignmentSchedule.Read.AzureADGroup",
            "PrivilegedEligibilitySchedule.Read.AzureADGroup",
        )
    )

    def fetch(self, tenant: Tenant, person: Person, window: Window) -> Iterator[Raw | Shortfall]:
        mine = {"$filter": f"principalId eq {literal(person.id)}"}
        for kind in _DIRECTORY:
            asked = {**mine, "$expand": "roleDefinition"}
            pages = tenant.graph.pages(f"/roleManagement/directory/{kind}", asked)
            yield from from_graph(pages, "graph-role-assignment-json", f"{kind}-{person.upn}")
        for kind in _GROUPS:
            pages = tenant.graph.pages(f"/identityGovernance/privilegedAccess/group/{kind}", mine)
            yield from from_graph(pages, "graph-group-role-json", f"group-{kind}-{person.upn}")
