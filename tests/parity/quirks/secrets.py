"""secrets and service_account: the security context, and what becomes of the rest of it."""

from __future__ import annotations

from pathlib import Path

from flyte import Secret
from tests.parity.bases import account, identity, secrets
from tests.parity.quirk import SAME, Quirk, Raises, Refused

ENV_VAR, FILE = 1, 2
MOUNT = "/etc/flyte/secrets"
OLD = [("", "old", ENV_VAR, "OLD")]
ALL_OF_IT = (["execution_identity", "iam_role", "k8s_service_account", "oauth2_client"], 1)

QUIRKS: tuple[Quirk, ...] = (
    Quirk(
        line="secrets: [] is ignored",
        sdk=lambda: {"secrets": []},
        does=OLD,
        manifest={"secrets": []},
        gives=[],
        field=secrets,
    ),
    Quirk(
        line="secrets: role, client, identity and tokens are lost, the account stays",
        sdk=lambda: {"secrets": ["new"]},
        does=(["k8s_service_account"], 0),
        manifest={"secrets": ["new"]},
        gives=SAME,
        field=identity,
    ),
    Quirk(
        line="secrets: the deployed ones are lost",
        sdk=lambda: {"secrets": ["hf-token"]},
        does=[("", "hf-token", ENV_VAR, "HF_TOKEN")],
        manifest={"secrets": ["hf-token"]},
        gives=SAME,
        field=secrets,
    ),
    Quirk(
        line="secrets: a text is one secret",
        sdk=lambda: {"secrets": "hf-token"},
        does=[("", "hf-token", ENV_VAR, "HF_TOKEN")],
        manifest={"secrets": "hf-token"},
        gives=Refused("FP1103"),
        field=secrets,
    ),
    Quirk(
        line="secrets: a tuple is taken, a manifest has lists",
        sdk=lambda: {"secrets": ("a", Secret("b"))},
        does=[("", "a", ENV_VAR, "A"), ("", "b", ENV_VAR, "B")],
        manifest={"secrets": ["a", {"key": "b"}]},
        gives=SAME,
        field=secrets,
    ),
    Quirk(
        line="secrets: a mapping is taken for its keys",
        sdk=lambda: {"secrets": {"key": "hf-token"}},
        does=[("", "key", ENV_VAR, "KEY")],
        manifest={"secrets": {"key": "hf-token"}},
        gives=Refused("FP1103"),
        field=secrets,
    ),
    Quirk(
        line="secrets: with an account",
        sdk=lambda: {"secrets": ["new"], "service_account": "trainer"},
        does="trainer",
        manifest={"secrets": ["new"], "service_account": "trainer"},
        gives=SAME,
        field=account,
    ),
    Quirk(
        line="secrets: with an account, the rest is lost",
        sdk=lambda: {"secrets": ["new"], "service_account": "trainer"},
        does=(["k8s_service_account"], 0),
        manifest={"service_account": "trainer", "secrets": ["new"]},
        gives=SAME,
        field=identity,
    ),
    Quirk(
        line="service_account: alone keeps the rest",
        sdk=lambda: {"service_account": "trainer"},
        does=ALL_OF_IT,
        manifest={"service_account": "trainer"},
        gives=SAME,
        field=identity,
    ),
    Quirk(
        line="service_account: empty is ignored",
        sdk=lambda: {"service_account": ""},
        does="deployed",
        manifest={"service_account": ""},
        gives=Refused("FP1209"),
        field=account,
    ),
    Quirk(
        line="service_account: null is ignored",
        sdk=lambda: {"service_account": None},
        does="deployed",
        manifest={"service_account": None},
        gives=Refused("FP1211"),
        field=account,
    ),
    Quirk(
        line="Secret: the variable is GROUP_KEY",
        sdk=lambda: {"secrets": [Secret("api-key", group="acme-corp")]},
        does=[("acme-corp", "api-key", ENV_VAR, "ACME_CORP_API_KEY")],
        manifest={"secrets": [{"key": "api-key", "group": "acme-corp"}]},
        gives=SAME,
        field=secrets,
    ),
    Quirk(
        line="Secret: a variable of its own",
        sdk=lambda: {"secrets": [Secret("my.key", as_env_var="MY_KEY")]},
        does=[("", "my.key", ENV_VAR, "MY_KEY")],
        manifest={"secrets": [{"key": "my.key", "as_env_var": "MY_KEY"}]},
        gives=SAME,
        field=secrets,
    ),
    Quirk(
        line="Secret: a variable in small letters",
        sdk=lambda: {"secrets": [Secret("key", as_env_var="my_key")]},
        does=Raises(ValueError, "Invalid environment variable name"),
        manifest={"secrets": [{"key": "key", "as_env_var": "my_key"}]},
        gives=Refused("FP1208"),
    ),
    Quirk(
        line="Secret: a key with a dot makes no variable",
        sdk=lambda: {"secrets": ["my.key"]},
        does=Raises(ValueError, "Invalid environment variable name"),
        manifest={"secrets": ["my.key"]},
        gives=Refused("FP1208"),
    ),
    Quirk(
        line="Secret: a key that begins with a digit makes no variable",
        sdk=lambda: {"secrets": [Secret("1abc")]},
        does=Raises(ValueError, "Invalid environment variable name"),
        manifest={"secrets": [{"key": "1abc"}]},
        gives=Refused("FP1208"),
    ),
    Quirk(
        line="Secret: an empty key",
        sdk=lambda: {"secrets": [""]},
        does=Raises(ValueError, "Invalid environment variable name"),
        manifest={"secrets": [""]},
        gives=Refused("FP1209"),
    ),
    Quirk(
        line="Secret: mounted as a file",
        sdk=lambda: {"secrets": [Secret("my.key", mount=Path(MOUNT))]},
        does=[("", "my.key", FILE, "")],
        manifest={"secrets": [{"key": "my.key", "mount": MOUNT}]},
        gives=SAME,
        field=secrets,
    ),
    Quirk(
        line="Secret: a text does for the mount",
        sdk=lambda: {"secrets": [Secret("my.key", mount=MOUNT)]},  # type: ignore[arg-type]
        does=[("", "my.key", FILE, "")],
        manifest={"secrets": [{"key": "my.key", "mount": MOUNT}]},
        gives=SAME,
        field=secrets,
    ),
    Quirk(
        line="Secret: mounted elsewhere",
        sdk=lambda: {"secrets": [Secret("key", mount=Path("/run"))]},
        does=Raises(ValueError, "Only /etc/flyte/secrets is supported"),
        manifest={"secrets": [{"key": "key", "mount": "/run"}]},
        gives=Refused("FP1208"),
    ),
    Quirk(
        line="Secret: of a file and a variable the variable wins",
        sdk=lambda: {"secrets": [Secret("key", mount=Path(MOUNT), as_env_var="KEY")]},
        does=[("", "key", ENV_VAR, "KEY")],
        manifest={"secrets": [{"key": "key", "mount": MOUNT, "as_env_var": "KEY"}]},
        gives=Refused("FP1105"),
        field=secrets,
    ),
    Quirk(
        line="Secret: one secret twice",
        sdk=lambda: {"secrets": ["key", "key"]},
        does=[("", "key", ENV_VAR, "KEY"), ("", "key", ENV_VAR, "KEY")],
        manifest={"secrets": ["key", "key"]},
        gives=Refused("FP1208"),
        field=secrets,
    ),
)
