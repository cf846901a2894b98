"""Signing in with msal: client secret, certificate, device code, interactive. Tokens live in memory only."""

from __future__ import annotations

import getpass
import os
import re
import sys
from collections.abc import Callable
from typing import Any

import requests

from o365nb.errors import BadInput, O365nbError, SignInFailed, Unreachable
from o365nb.tenant.http import Session
from o365nb.tenant.profile import Method, Profile
from o365nb.tenant.redact import redact

SECRET = "O365NB_CLIENT_SECRET"  # noqa: S105 - the name of the variable, not a secret
PASSPHRASE = "O365NB_CERTIFICATE_PASSPHRASE"  # noqa: S105 - likewise

#: Shows a person what to do to sign in (the device code message).
Prompt = Callable[[str], None]

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
    """One signed-in application or person, giving a token per resource.

    Raises SignInFailed when the identity provider refuses, Unreachable when nobody answers. Neither
    message nor repr ever holds a secret or a token.
    """

    def __init__(self, profile: Profile, secret: str | None = None, prompt: Prompt | None = None) -> None:
        self._profile, self._prompt = profile, prompt or _to_terminal
        self._secret = secret or (_client_secret() if profile.method is Method.SECRET else "")
        self._session = Session(profile.ca_file)
        try:
            self._app = self._guard(self._application)
        except O365nbError:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def token(self, scope: str, claims: str | None = None) -> str:
        """An access token for `scope`, from memory where possible; `claims` force a new one."""
        result = self._guard(lambda: self._acquire(scope, claims))
        if isinstance(result, dict) and isinstance(token := result.get("access_token"), str):
            return token
        raise self._refused(result if isinstance(result, dict) else {})

    def _application(self) -> Any:
        import msal

        profile = self._profile
        common: dict[str, Any] = {
            "authority": f"{profile.cloud.login}/{profile.tenant_id}",
            "instance_discovery": False,  # the login hosts are ours to name, see clouds.py
            "client_capabilities": ["CP1"],  # understands claims challenges: long-lived, revocable tokens
            "http_client": self._session,
        }
        if profile.method is Method.SECRET:
            return msal.ConfidentialClientApplication(profile.client_id, client_credential=self._secret, **common)
        if profile.method is Method.CERTIFICATE:
            credential = _certificate(profile)
            return msal.ConfidentialClientApplication(profile.client_id, client_credential=credential, **common)
        return msal.PublicClientApplication(profile.client_id, **common)

    def _acquire(self, scope: str, claims: str | None) -> Any:
        if self._profile.method in (Method.SECRET, Method.CERTIFICATE):
            return self._app.acquire_token_for_client([scope], claims_challenge=claims)
        for account in self._app.get_accounts():
            if found := self._app.acquire_token_silent([scope], account, claims_challenge=claims):
                return found
        if self._profile.method is Method.INTERACTIVE:
            return self._app.acquire_token_interactive(
                [scope], prompt="select_account", timeout=300, claims_challenge=claims
            )
        flow = self._app.initiate_device_flow([scope], claims_challenge=claims)
        if "user_code" not in flow:
            return flow
        self._prompt(redact(flow.get("message") or f"Open {flow.get('verification_uri')}: {flow['user_code']}"))
        return self._app.acquire_token_by_device_flow(flow, claims_challenge=claims)

    def _guard(self, call: Callable[[], Any]) -> Any:
        """Run a call into msal; its many ways to fail become ours. Causes are not chained: they hold requests."""
        from msal.exceptions import MsalError

        login = self._profile.cloud.login
        try:
            return call()
        except requests.exceptions.SSLError:
            problem = "its TLS certificate is not trusted here"
        except requests.exceptions.RequestException:
            problem = "nobody answers there"
        except MsalError as error:
            problem = f"it is in trouble ({redact(error, self._secret, limit=100)})"
        except (ValueError, RuntimeError) as error:
            raise self._refused({"error_description": _first_words(error)}) from None
        raise Unreachable(f"Cannot sign in at {login}: {problem}. Check the network, the proxy and the address.")

    def _refused(self, result: dict[str, Any]) -> SignInFailed:
        said = str(result.get("error_description") or result.get("error") or "no reason given")
        code = re.search(r"AADSTS(\d{4,7})", said)
        meaning = _MEANINGS.get(code[1], "") if code else ""
        reason = meaning or redact(said, self._secret, os.environ.get(PASSPHRASE, ""), limit=240)
        named = f" (AADSTS{code[1]})" if code else ""
        return SignInFailed(f"Sign-in to tenant {self._profile.tenant_id} was refused{named}: {reason}")


def _first_words(error: BaseException) -> str:
    """What went wrong first: msal hides the tenant's own answer behind advice of its own."""
    return str(error.__context__ or error)


def _client_secret() -> str:
    """From the environment, else typed by a person; never from a file."""
    if given := os.environ.get(SECRET):
        return given
    if not sys.stdin.isatty():
        raise BadInput(f"The client secret is missing. Set {SECRET} or run this on a terminal to type it.")
    if typed := getpass.getpass("Client secret: "):
        return typed
    raise BadInput("No client secret was typed. Run it again, or use another method to sign in.")


def _certificate(profile: Profile) -> dict[str, str]:
    """The credential as msal wants it: one PEM file with key and certificate, or a PFX file."""
    path = profile.certificate
    if path is None or not path.is_file():
        raise BadInput(f"Profile {profile.name!r}: no certificate file at {path}. Name a PEM or PFX file.")
    phrase = os.environ.get(PASSPHRASE)
    secret = {"passphrase": phrase} if phrase else {}
    if path.suffix.lower() in (".pfx", ".p12"):
        return {"private_key_pfx_path": str(path), **secret}
    text = path.read_text("utf-8", "replace")
    certificate = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL)
    if "PRIVATE KEY-----" not in text or certificate is None:
        raise BadInput(f"{path}: needs both the private key and the certificate (PEM). Put both into the file.")
    return {"private_key": text, "public_certificate": certificate[0], **secret}


def _to_terminal(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
