"""Tokens kept between commands: only where the profile asks for it, and only as the platform encrypts them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from o365nb.tenant.profile import Profile, config_path
from o365nb.tenant.redact import redact


def location(profile: Profile) -> Path:
    """Where this profile's tokens are kept, or what stands for the place in the platform's key store."""
    return config_path().parent / "tokens" / f"{profile.name}.bin"


def token_cache(profile: Profile, say: Callable[[str], None]) -> Any:
    """msal's cache for a profile: None keeps tokens in memory, the default on an examiner's machine.

    Where the platform cannot encrypt, that is said in one line and nothing is written: never plain text.
    """
    if not profile.cache:
        return None
    from msal_extensions import PersistedTokenCache

    persistence = _encrypted(location(profile))
    if isinstance(persistence, str):
        say(f"Tokens are kept in memory only: this machine cannot encrypt them ({persistence}).")
        return None
    return PersistedTokenCache(persistence)


def sign_out(profile: Profile) -> str:
    """Remove what `token_cache` kept; says in words what was there. Tokens already given out end by themselves."""
    place = location(profile)
    there = place.exists()
    if there:
        persistence = _encrypted(place)
        if not isinstance(persistence, str):
            persistence.save("{}")  # a key store has no file to remove: its entry is emptied
    for path in (place, place.with_name(f"{place.name}.lockfile")):
        path.unlink(missing_ok=True)
    return f"Signed out of {profile.name}: the kept tokens are gone." if there else f"Nothing was kept: {profile.name}."


def _encrypted(place: Path) -> Any:
    """The platform's encrypted store, or why there is none."""
    from msal_extensions import build_encrypted_persistence
    from msal_extensions.persistence import PersistenceNotFound

    try:
        store = build_encrypted_persistence(str(place))
        try:
            store.load()
        except PersistenceNotFound:
            store.save("{}")  # tried now: at the first token it would be too late to choose the memory
    except (ImportError, RuntimeError, OSError, ValueError) as error:  # PersistenceEncryptionError is an OSError
        return redact(str(error).partition("\n")[0] or type(error).__name__, limit=100)
    return store
