"""Whom a login trusts with its secrets."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.oauth_server import SECRET, OAuthServer, oauth_server

from flyteplan.remote.connection import Auth, AuthType, Connection, Secret
from flyteplan.remote.login import Login, LoginError, OAuthMetadata, PublicClient, login


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost that signed itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.timezone.utc)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[OAuthServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with oauth_server(context) as running:
        yield running


class Endpoint:
    def __init__(self, url: str) -> None:
        self._url = url

    def metadata(self) -> OAuthMetadata:
        return OAuthMetadata(token_endpoint=f"{self._url}/token")

    def public_client(self) -> PublicClient:
        return PublicClient()


def asker(server: OAuthServer, host: str = "localhost", proxy: str = "", **tls: Any) -> Login:
    auth = Auth(type=AuthType.CLIENT_SECRET, client_id="me", client_secret=Secret(SECRET), http_proxy=proxy)
    found = Connection(
        endpoint=f"dns:///{host}:443", host=f"{host}:443", address=host, origin="--endpoint", auth=auth, **tls
    )
    return login(found, Endpoint(server.url), pytest.fail)


def test_a_certificate_of_nobodys_gets_no_secret(server: OAuthServer) -> None:
    with pytest.raises(LoginError, match=r"its certificate is not trusted \(set admin.caCertFilePath\)"):
        asker(server).refresh(None)
    assert server.forms == []


def test_a_ca_file_is_trusted(server: OAuthServer, certificate: Path) -> None:
    asker(server, "elsewhere.example.com", ca_file=str(certificate)).refresh(None)
    assert len(server.forms) == 1


@pytest.mark.parametrize("text", ["", None])
def test_a_ca_file_that_can_not_be_read_is_a_login_error(server: OAuthServer, tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(LoginError, match=r"the CA file .*ca.pem can not be read: .*\(check its path\)"):
        asker(server, ca_file=str(path)).refresh(None)


def test_skip_verify_is_about_the_endpoint_itself(server: OAuthServer) -> None:
    asker(server, "localhost", skip_verify=True).refresh(None)
    assert len(server.forms) == 1
    with pytest.raises(LoginError, match="its certificate is not trusted"):
        asker(server, "elsewhere.example.com", skip_verify=True).refresh(None)


def test_a_configured_proxy_is_used(server: OAuthServer, certificate: Path) -> None:
    with pytest.raises(LoginError, match=r"the HTTP proxy does not work \(check admin.httpProxyURL"):
        asker(server, proxy="http://127.0.0.1:1", ca_file=str(certificate)).refresh(None)
    assert server.forms == []


def test_a_password_of_netrc_does_not_replace_the_secret(
    server: OAuthServer, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login somebody password else\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    asker(server, ca_file=str(certificate)).refresh(None)
    assert len(server.forms) == 1
