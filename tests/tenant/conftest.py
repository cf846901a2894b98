import datetime as dt
import threading
import webbrowser
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from scripted import Scripted

from o365nb.tenant.http import Endpoint, Http, Session


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    ca = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(path)
    return ca, path


@pytest.fixture
def ca_file(authority):
    return authority[1]


@pytest.fixture
def scripted(authority):
    server = Scripted(authority[0])
    yield server
    server.close()


@pytest.fixture
def slept():
    return []


@pytest.fixture
def http(ca_file, slept):
    session = Session(ca_file)
    yield Http(session, sleep=slept.append)
    session.close()


@pytest.fixture
def tokens():
    return []


@pytest.fixture
def endpoint(scripted, tokens):
    def token(claims):
        tokens.append(claims)
        return f"token-{len(tokens)}"

    return Endpoint("Graph", scripted.origin, token)


@pytest.fixture
def pem():
    """`pem(path)`: an app's key and certificate in one file, as an analyst keeps it."""
    return _pem


def _pem(path, *, certificate=True):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "o365nb")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2036, 1, 1, tzinfo=dt.UTC))
        .sign(key, hashes.SHA256())
    )
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(text + (made.public_bytes(serialization.Encoding.PEM) if certificate else b""))
    return path


class Person(webbrowser.BaseBrowser):
    """Sits at the browser and signs in: posts what the login page holds back to the client, as form_post does.

    `page(asked)` gives the fields of that page; `asked` is the query of the address that was opened.
    """

    def open(self, url, new=0, autoraise=True):
        self.address, self.asked = url, parse_qs(urlsplit(url).query)
        self.thread = threading.Thread(target=self._post)
        self.thread.start()
        return True

    def _post(self):
        with requests.Session() as session:
            session.trust_env = False
            session.post(self.asked["redirect_uri"][0], self.page(self.asked), timeout=5)


@pytest.fixture
def person():
    made = Person("person")
    webbrowser.register("person", None, made, preferred=True)
    yield made
    webbrowser._tryorder.remove("person")
    webbrowser._browsers.pop("person")
    made.thread.join()
