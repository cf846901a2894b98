"""Microsoft Defender for Endpoint's own API: machines, who logged on to them, what was done about them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from o365nb.tenant.graph import Graph


class Defender(Graph):
    """Defender for Endpoint of one tenant: OData as Graph's, under /api, and without versions."""

    def url(self, path: str, params: Mapping[str, str] | None = None, *, beta: bool = False) -> str:
        """The full address of a path such as /machines; there is no beta."""
        query = "&".join(f"{name}={quote(value, safe=_PLAIN)}" for name, value in (params or {}).items())
        return f"{self._endpoint.origin}/api{path}" + (f"?{query}" if query else "")


_PLAIN = "$',():/@"  # what OData writes as it is
