"""Which endpoint, and how to reach and convince it: said by flags, variables, flyteplan.yaml and Flyte's own files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flyteplan.errors import UsageError
from flyteplan.model.config import Target
from flyteplan.record import dataclass, replace
from flyteplan.remote.connection.apikey import VARIABLE as API_KEY
from flyteplan.remote.connection.apikey import api_key_settings
from flyteplan.remote.connection.auth import Auth, auth
from flyteplan.remote.connection.configfile import ConfigFile, read_config_file, resolved
from flyteplan.remote.connection.endpoint import Endpoint, guessed_org, parse_endpoint
from flyteplan.remote.connection.secret import Secret
from flyteplan.remote.connection.settings import (
    AuthType,
    Settings,
    UnreadableError,
    environment_settings,
    merged,
    read_auth_type,
)

__all__ = ["Auth", "AuthType", "Connection", "Flags", "Secret", "connection", "guessed_org"]

_TARGET = "target "
_NO_LOGIN = Auth()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the command line says; "" and None where it says nothing."""

    endpoint: str = ""
    insecure: bool | None = None
    config: str = ""
    auth_type: str = ""
    org: str = ""
    project: str = ""
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A Flyte endpoint, and how to reach it.

    `endpoint` is a gRPC target (dns:///host:port) and `host` the same without the scheme (host:port); `address` is
    the endpoint as the Flyte CLI names it in the keyring, with a port only if one was written. `origin` says where
    the endpoint comes from, for messages. `ca_file` is an absolute path, and with it `skip_verify` is never set.
    `org`, `project` and `domain` are what was said, else ""; `guessed_org` is Flyte's guess when no org was.
    """

    endpoint: str
    host: str
    address: str
    origin: str
    insecure: bool = False
    ca_file: str = ""
    skip_verify: bool = False
    org: str = ""
    guessed_org: str = ""
    project: str = ""
    domain: str = ""
    auth: Auth = _NO_LOGIN


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one source says, and the name of the source of its endpoint."""

    settings: Settings
    origin: str


def connection(flags: Flags, environ: Mapping[str, str], cwd: str, target: Target) -> Connection:
    """What flags, variables, target and Flyte's configuration file say, the first of them that says it.

    The file is that of `--config`, else the first of ./config.yaml, ./.flyte/config.yaml, the same at the top of the
    Git checkout, $UCTL_CONFIG, $FLYTECTL_CONFIG, ~/.union/config.yaml, ~/.flyte/config.yaml. Two things differ from
    the Flyte CLI on purpose. A ./config.yaml counts only if it has an `admin` section with an endpoint: most files of
    that name are not Flyte's. And a file that was found, not named by `--config`, speaks for the endpoint that it
    names: its `admin` section does not apply to another one, so that a secret goes only where it belongs.
    With `--config`, a target that names another endpoint than the file is refused.
    FLYTE_API_KEY stands before the other variables. Variables count with and without a file.

    Raises UsageError (no endpoint, or one that is none, contradictions) and InputError (the file is wrong).
    """
    own = dict(target.connection)
    file = read_config_file(flags.config or own.get("config", ""), cwd, environ)
    layers = [*_said_here(flags, environ, target), *_said_in(file)]
    endpoint, origin = _endpoint(layers)
    if file:
        layers[-1] = _for_endpoint(layers[-1], endpoint, origin, flags)
    layers = [_of_target(layer, endpoint) for layer in layers]
    sources = [layer.settings for layer in layers]
    said = merged(sources)
    insecure = _insecure(flags, endpoint, origin, said)
    dialled, ca_file = endpoint.dialled(insecure), resolved(said.ca_file or "", cwd, environ)
    return Connection(
        endpoint=dialled,
        host=dialled.removeprefix("dns:///"),
        address=endpoint.written,
        origin=origin,
        insecure=insecure,
        ca_file=ca_file,
        skip_verify=bool(said.skip_verify) and not ca_file and not insecure,
        org=said.org or "",
        guessed_org=guessed_org(endpoint.host),
        project=said.project or "",
        domain=said.domain or "",
        auth=auth(sources, insecure, environ, cwd),
    )


def _said_here(flags: Flags, environ: Mapping[str, str], target: Target) -> Iterator[_Layer]:
    yield _Layer(_flag_settings(flags), "--endpoint")
    if environ.get(API_KEY, "").strip():
        yield _Layer(api_key_settings(environ[API_KEY]), API_KEY)
    yield _Layer(environment_settings(environ), "FLYTE_ADMIN_ENDPOINT")
    yield _Layer(_target_settings(target), f"{_TARGET}{target.name}")


def _target_settings(target: Target) -> Settings:
    get = dict(target.connection).get
    return Settings(
        endpoint=target.endpoint,
        org=target.org,
        project=target.project,
        domain=target.domain,
        insecure=get("insecure"),
        skip_verify=get("insecure_skip_verify"),
        ca_file=get("ca_cert_file_path"),
        auth_type=read_auth_type(get("auth_type")) if get("auth_type") else None,
        client_id=get("client_id"),
        client_secret_variable=get("client_secret_env_var"),
        client_secret_file=get("client_secret_location"),
        scopes=get("scopes"),
    )


def _said_in(file: ConfigFile | None) -> Iterator[_Layer]:
    if file:
        yield _Layer(file.settings, str(file.endpoint_at))


def _flag_settings(flags: Flags) -> Settings:
    try:
        auth_type = read_auth_type(flags.auth_type) if flags.auth_type else None
    except UnreadableError as error:
        raise UsageError(f"--auth-type {flags.auth_type} is not known (write {error})") from None
    return Settings(
        endpoint=flags.endpoint,
        insecure=flags.insecure,
        auth_type=auth_type,
        org=flags.org,
        project=flags.project,
        domain=flags.domain,
    )


def _endpoint(layers: Sequence[_Layer]) -> tuple[Endpoint, str]:
    for layer in layers:
        if layer.settings.endpoint:
            return parse_endpoint(layer.settings.endpoint, layer.origin), layer.origin
    hint = "give --endpoint, set FLYTE_ADMIN_ENDPOINT, or write endpoint: into the target or into .flyte/config.yaml"
    raise UsageError(f"no endpoint ({hint})")


def _for_endpoint(layer: _Layer, endpoint: Endpoint, origin: str, flags: Flags) -> _Layer:
    """The file's layer; if it was found and is about another endpoint, only what it says about tasks."""
    said = layer.settings
    if not said.endpoint or parse_endpoint(said.endpoint, layer.origin).is_at(endpoint):
        return layer
    if not flags.config:
        return replace(layer, settings=Settings(org=said.org, project=said.project, domain=said.domain))
    if origin.startswith(_TARGET):
        here = f"--config is about {said.endpoint}, and {origin} about {endpoint.written}"
        raise UsageError(f"{here} (say with --endpoint which of them it is)")
    return layer


def _of_target(layer: _Layer, endpoint: Endpoint) -> _Layer:
    """How a target logs in goes only to the endpoint that it names: a flag may name another one."""
    said = layer.settings
    if not layer.origin.startswith(_TARGET) or not said.endpoint:
        return layer
    if parse_endpoint(said.endpoint, layer.origin).is_at(endpoint):
        return layer
    return replace(layer, settings=Settings(org=said.org, project=said.project, domain=said.domain))


def _insecure(flags: Flags, endpoint: Endpoint, origin: str, said: Settings) -> bool:
    """Whether without TLS: http:// says so, https:// the contrary, `insecure` where the endpoint has no scheme."""
    if endpoint.plaintext is None:
        return bool(said.insecure)
    if flags.insecure is not None and flags.insecure != endpoint.plaintext:
        scheme, flag = ("http", "--no-insecure") if endpoint.plaintext else ("https", "--insecure")
        raise UsageError(f"{flag} contradicts {scheme}:// of {origin} (leave one of the two out)")
    return endpoint.plaintext
