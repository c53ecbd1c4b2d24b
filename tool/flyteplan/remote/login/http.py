"""Requests to an authorization server: never redirected, never over plaintext to another machine."""

from __future__ import annotations

import ssl
import warnings
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flyteplan.remote.connection import Connection
from flyteplan.remote.login.errors import LoginError

if TYPE_CHECKING:
    import requests
    from requests.adapters import HTTPAdapter

_SECONDS = (10, 30)  # to connect, and between two bytes of the answer
_FORM = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded", "Cache-Control": "no-cache"}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def post_form(connection: Connection, url: str, body: str, authorization: str = "") -> requests.Response:
    """Raises LoginError where there is no answer at all; an answer may be a refusal."""
    import requests

    checked(url, connection.insecure)
    headers = _FORM | ({"Authorization": authorization} if authorization else {})
    proxy = connection.auth.http_proxy
    with requests.Session() as session, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # skip-verify was asked for, and said loudly where the endpoint is opened
        if connection.ca_file:
            session.mount("https://", _trusting(connection.ca_file))
        try:
            return session.post(
                url,
                data=body.encode(),
                headers=headers,
                auth=_as_it_is,
                allow_redirects=False,
                timeout=_SECONDS,
                verify=not (connection.skip_verify and is_host_of(connection, url)),
                proxies={"http": proxy, "https": proxy} if proxy else None,
            )
        except requests.RequestException as error:
            raise _unreachable(url, error) from None


def checked(url: str, insecure: bool) -> None:
    """Raises LoginError for a URL that secrets must not go to."""
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and (insecure or parts.hostname in _LOOPBACK))
    if not safe or not parts.hostname:
        raise LoginError(f"the server sends logins to {url or 'nowhere'}, which is not https", "tell its operators")


def is_host_of(connection: Connection, url: str) -> bool:
    """Skip-verify is about the endpoint itself; a provider of logins elsewhere has to prove who it is."""
    return urlsplit(f"//{connection.host}").hostname == urlsplit(url).hostname


def _trusting(ca_file: str) -> HTTPAdapter:
    """Trusts the CA file besides the usual authorities: the provider of logins may be known by either."""
    from requests.adapters import HTTPAdapter

    context = _context(ca_file)

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: object, **options: object) -> None:
            super().init_poolmanager(*args, ssl_context=context, **options)  # type: ignore[arg-type]

        def proxy_manager_for(self, proxy: str, **options: object) -> object:
            return super().proxy_manager_for(proxy, ssl_context=context, **options)

    return Adapter()


def _context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise LoginError(
            f"the CA file {ca_file} can not be read: {error.strerror or error}", "check its path"
        ) from None
    return context


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps `requests` from putting a password of ~/.netrc in the place of our credentials."""
    return request


def _unreachable(url: str, error: requests.RequestException) -> LoginError:
    from requests.exceptions import ConnectTimeout, ProxyError, ReadTimeout, SSLError

    reasons = {
        SSLError: ("its certificate is not trusted", "set admin.caCertFilePath"),
        ProxyError: ("the HTTP proxy does not work", "check admin.httpProxyURL and HTTPS_PROXY"),
        ConnectTimeout: ("it does not answer", "check the network, or set admin.httpProxyURL"),
        ReadTimeout: ("it does not answer in time", "try again"),
    }
    for kind, (reason, hint) in reasons.items():
        if isinstance(error, kind):
            return LoginError(f"no login at {url}: {reason}", hint)
    return LoginError(f"no login at {url}: it can not be reached", "check the network, or set admin.httpProxyURL")
