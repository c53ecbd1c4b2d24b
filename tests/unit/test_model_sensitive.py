"""Which names have values that stay out of sight: by whole words, wherever a name is cut into words."""

from __future__ import annotations

import pytest

from flyteplan.model.sensitive import holds_stand_in, is_stand_in, looks_secret, stand_in

SECRET = """
    PASSWORD password Password DB_PASSWORD db-password dbPassword DBPassword PASSWORD_2 POSTGRES_PASSWORD_OLD
    PGPASSWORD PASSWD SSH_PASSPHRASE DB_PASS MYSQL_PWD TOKEN HF_TOKEN hfToken HF_TOKEN_2 GITHUB_TOKEN
    OAUTH2_TOKEN AUTH_TOKENS TOKEN_VALUE SECRET CLIENT_SECRET SECRETS SECRET_URL SECRET_ID DJANGO_SECRET_KEY
    API_KEY APIKEY apiKey OPENAI_API_KEY API_KEYS API_KEY_1 PRIVATE_KEY SSH_PRIVATE_KEY AWS_ACCESS_KEY_ID
    AWS_SECRET_ACCESS_KEY ENCRYPTION_KEY CREDENTIAL CREDENTIALS GOOGLE_APPLICATION_CREDENTIALS AWS_CREDS
    SENTRY_DSN GITHUB_PAT JWT CONNECTION_STRING BASIC_AUTH Authorization _TOKEN ___SECRET___
"""
OPEN = """
    MONKEY KEYBOARD TOKENIZER_PATH TOKENIZERS_PARALLELISM TOKENIZER MAX_TOKENS NUM_TOKENS TOKENS KEY
    PRIMARY_KEY SORT_KEY KEY_API SECRETARY COMPASS PASS BYPASS PASS_COUNT PWD OLDPWD PASSENGER LOG_LEVEL PATH
    PATH_PREFIX PATTERN DSNAME TOKEN_FILE AWS_WEB_IDENTITY_TOKEN_FILE SECRET_NAME PASSWORD_PATH TOKEN_LIMIT
    TOKEN_COUNT PASSWORD_LENGTH TOKEN_TYPE TOKEN_ENDPOINT TOKEN_FILE_2 PRIVATEER ACCESS_LOG AUTHOR HOTKEYS
    SECRETION 123 _
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_what_looks_like_a_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", [*OPEN.split(), ""])
def test_what_does_not(name: str) -> None:
    assert not looks_secret(name)


def test_a_stand_in_is_known_wherever_it_is() -> None:
    one = stand_in("0123")
    assert is_stand_in(one)
    assert holds_stand_in([{"name": "A", "value": one}])
    assert not is_stand_in({"sensitive": True})
    assert not holds_stand_in({"sensitive": "a", "value": "b"})
    assert not holds_stand_in("sensitive")
