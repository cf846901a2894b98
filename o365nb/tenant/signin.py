"""Signing in with msal, in every way a profile can name. Tokens live in memory unless the profile keeps them."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable
from typing import Any

import requests

from o365nb.errors import O365nbError, SignInFailed, Unreachable
from o365nb.tenant.credentials import PASSPHRASE, SECRET, certificate, client_secret
from o365nb.tenant.http import LOST_CONNECTION_RETRIES, Session, cut_off
from o365nb.tenant.profile import Method, Profile
from o365nb.tenant.redact import redact
from o365nb.tenant.token_cache import token_cache

#: Shows a person what to do to sign in (the device code message).
Prompt = Callable[[str], None]

#: Said every time, for the same words in a mail are how accounts are stolen.
DEVICE_CODE_WARNING = (
    "Attackers use device codes for phishing too: enter this code only because you started this sign-in yourself,"
    " never one that somebody sent you."
)

#: What the common refusals mean and what to do. Codes: Microsoft Entra authentication error reference.
_MEANINGS: dict[str, str] = {
    "7000215": f"the client secret is wrong. Set {SECRET} to the secret's value (not its id).",
    "7000222": "the client secret has expired. Make a new one in the app registration.",
    "700016": "the app (client_id) is not known in this tenant. Check client_id and tenant_id, consent to the app.",
    "700027": "the certificate is not registered with the app. Upload its public part to the app registration.",
    "90002": "the tenant is not found. Check tenant_id and cloud.",
    "900023": "the tenant is not found. Check tenant_id and cloud.",
    "53003": "Conditional Access blocks this sign-in (device code often). Use another method or an exception.",
    "530036": "Conditional Access blocks device code. Use interactive, certificate or an exception.",
    "65001": "nobody has consented to the app's permissions. An administrator must grant them.",
    "500011": "the service is not known in this tenant. Check that the tenant has it.",
    "50076": "multi-factor authentication is needed. Use interactive or device_code.",
    "50126": "user name or password is wrong.",
    "50057": "the account is disabled.",
}


class SignIn:
    """One signed-in application or person, giving a token per resource. Safe to ask from many threads at once.

    Raises SignInFailed when the identity provider refuses, Unreachable when nobody answers. Neither
    message nor repr ever holds a secret or a token.
    """

    def __init__(
        self, profile: Profile, secret: str | None = None, prompt: Prompt | None = None, cache: Any = None
    ) -> None:
        self._profile, self._prompt = profile, prompt or _to_terminal
        self._secret = secret or (client_secret() if profile.method is Method.SECRET else "")
        self._lock = threading.Lock()  # one thread asks for a token, the others find it in the cache
        self._given: dict[str, str] = {}  # scope to the newest token
        self._mine = threading.local()  # the same, as this thread last got it
        self._session = Session(profile.ca_file)
        if profile.method is Method.MANAGED_IDENTITY:
            self._session.trust_env = False  # the machine's own endpoint is never asked through a proxy
        try:
            kept = cache if cache is not None else token_cache(profile, self._prompt)
            self._app = self._guard(lambda: self._application(kept), repeatable=True)
        except O365nbError:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def token(self, scope: str, claims: str | None = None) -> str:
        """An access token for `scope` (several, of one resource, with blanks between), kept while it is good.

        `claims` is what a service demands of a new one: it is fetched once, however many threads were refused.
        """
        with self._lock:
            mine: dict[str, str] = self._mine.__dict__
            renewed = claims is not None and self._given.get(scope) != mine.get(scope)
            asked = None if renewed else claims
            result = self._guard(lambda: self._acquire(scope.split(), asked), repeatable=not self._personal)
            if not isinstance(result, dict) or not isinstance(token := result.get("access_token"), str):
                raise self._refused(result if isinstance(result, dict) else {})
            self._given[scope] = mine[scope] = token
            return token

    @property
    def _personal(self) -> bool:
        """Whether a person signs in, who is not to be asked twice."""
        return self._profile.method in (Method.INTERACTIVE, Method.DEVICE_CODE)

    def account(self) -> dict[str, Any] | None:
        """The person who signed in, as msal knows them; None for an application by itself."""
        if not self._personal:
            return None
        with self._lock:
            return next(iter(self._app.get_accounts()), None)

    def _application(self, cache: Any) -> Any:
        import msal

        profile = self._profile
        if profile.method is Method.MANAGED_IDENTITY:
            named, own = msal.UserAssignedManagedIdentity, msal.SystemAssignedManagedIdentity
            identity = named(client_id=profile.client_id) if profile.client_id else own()
            return msal.ManagedIdentityClient(
                identity, http_client=self._session, token_cache=cache, client_capabilities=["CP1"]
            )
        common: dict[str, Any] = {
            "authority": f"{profile.cloud.login}/{profile.tenant_id}",
            "instance_discovery": False,  # the login hosts are ours to name, see clouds.py
            "client_capabilities": ["CP1"],  # understands claims challenges: long-lived, revocable tokens
            "http_client": self._session,
            "token_cache": cache,
        }
        if profile.method is Method.SECRET:
            return msal.ConfidentialClientApplication(profile.client_id, client_credential=self._secret, **common)
        if profile.method is Method.CERTIFICATE:
            credential = certificate(profile)
            return msal.ConfidentialClientApplication(profile.client_id, client_credential=credential, **common)
        return msal.PublicClientApplication(profile.client_id, **common)

    def _acquire(self, scopes: list[str], claims: str | None) -> Any:
        method = self._profile.method
        if method is Method.MANAGED_IDENTITY:
            resource = scopes[0].removesuffix("/.default")
            return self._app.acquire_token_for_client(resource=resource, claims_challenge=claims)
        if method in (Method.SECRET, Method.CERTIFICATE):
            return self._app.acquire_token_for_client(scopes, claims_challenge=claims)
        for account in self._app.get_accounts():
            if found := self._app.acquire_token_silent(scopes, account, claims_challenge=claims):
                return found
        if method is Method.INTERACTIVE:
            return self._app.acquire_token_interactive(
                scopes, prompt="select_account", timeout=300, claims_challenge=claims
            )
        flow = self._app.initiate_device_flow(scopes, claims_challenge=claims)
        if "user_code" not in flow:
            return flow
        said = redact(flow.get("message") or f"Open {flow.get('verification_uri')}: {flow['user_code']}")
        self._prompt(f"{said}\n{DEVICE_CODE_WARNING}")
        return self._app.acquire_token_by_device_flow(flow, claims_challenge=claims)

    def _guard(self, call: Callable[[], Any], *, repeatable: bool) -> Any:
        """Run a call into msal; its many ways to fail become ours. Causes are not chained: they hold requests.

        A connection that was cut in the middle is made again where that is safe; one that nobody takes is not.
        """
        from msal.exceptions import MsalError

        where, advice = self._profile.cloud.login, "Check the network, the proxy and the address."
        if self._profile.method is Method.MANAGED_IDENTITY:
            where, advice = (
                "this machine's managed identity",
                "Only a machine in Azure that has one can use this method.",
            )
        try:
            return _repeated(call, LOST_CONNECTION_RETRIES if repeatable else 0)
        except requests.exceptions.SSLError:
            problem = "its TLS certificate is not trusted here"
        except requests.exceptions.RequestException:
            problem = "nobody answers there"
        except MsalError as error:
            problem = f"it is in trouble ({redact(error, self._secret, limit=100)})"
        except OSError as error:  # the platform's key store failed between two commands
            problem = f"the kept tokens cannot be used ({redact(error, limit=100)}); run `o365nb signout`"
        except (ValueError, RuntimeError) as error:
            raise self._refused({"error_description": _first_words(error)}) from None
        raise Unreachable(f"Cannot sign in at {where}: {problem}. {advice}")

    def _refused(self, result: dict[str, Any]) -> SignInFailed:
        said = str(result.get("error_description") or result.get("error") or "no reason given")
        code = re.search(r"AADSTS(\d{4,7})", said)
        meaning = _MEANINGS.get(code[1], "") if code else ""
        reason = meaning or redact(said, self._secret, os.environ.get(PASSPHRASE, ""), limit=240)
        named = f" (AADSTS{code[1]})" if code else ""
        return SignInFailed(f"Sign-in to tenant {self._profile.tenant_id} was refused{named}: {reason}")


def _repeated(call: Callable[[], Any], retries: int) -> Any:
    """What a call gives; made again, at most `retries` times, when its connection was cut off."""
    for _ in range(retries):
        try:
            return call()
        except requests.exceptions.ConnectionError as error:
            if not cut_off(error):
                raise
    return call()


def _first_words(error: BaseException) -> str:
    """What went wrong first: msal hides the tenant's own answer behind advice of its own."""
    return str(error.__context__ or error)


def _to_terminal(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
