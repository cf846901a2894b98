"""The snapshot before any change: done by collection, shown in the plan because the order matters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.model import Phase, Step
from o365nb.response.base import Action, Draft, State
from o365nb.response.situation import Situation
from o365nb.tenant import Tenant


class SnapshotEvidence(Action):
    """Nothing is changed before it is kept: a removed rule takes its conditions with it."""

    name = "snapshot_evidence"
    title = "Keep the evidence"
    reversible = True
    irreversible_because = "evidence stays"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        if situation.acts:
            yield self.draft(
                "E1",
                Phase.PRESERVE,
                "evidence of this case",
                "State and logs were collected and hashed before any change; `o365nb verify --case CASE` proves it.",
                "o365nb verify --case CASE",
                arguments={"files": str(situation.evidence_files)},
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        return {"present": True, "files": int(step.arguments["files"])}

    def changed(self, step: Step, state: State) -> str:
        return "" if state["files"] else "no evidence is kept in this case; collect first"

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return bool(state["files"])

    def words(self, state: State) -> str:
        return f"{state['files']} files of evidence in the chain of custody"
