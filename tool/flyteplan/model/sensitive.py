"""Values that stay out of sight: which names have one, and what stands in the place of it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

HIDDEN = "(sensitive)"
_KEY = "sensitive"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# A name that has one of these words has a value that is nobody's business.
WORDS = _words(
    "PASSWORD PASSWORDS PASSWD PASSPHRASE PASSCODE PGPASSWORD PGPASS DBPASSWORD TOKEN AUTHTOKEN ACCESSTOKEN",
    "SECRET SECRETS SECRETKEY APIKEY ACCESSKEY PRIVATEKEY CREDENTIAL CREDENTIALS CREDS CRED AUTHORIZATION BEARER DSN",
    "JWT PAT",
)
# So has one where two words stand together like this. Tokens in the plural may only be counted: MAX_TOKENS.
PAIRS = _words(
    "API_KEY API_KEYS PRIVATE_KEY PRIVATE_KEYS ACCESS_KEY ACCESS_KEYS AUTH_KEY SIGNING_KEY ENCRYPTION_KEY MASTER_KEY",
    "ACCOUNT_KEY STORAGE_KEY SHARED_KEY SERVICE_KEY SSH_KEY APP_KEY CLIENT_KEY LICENSE_KEY API_TOKENS ACCESS_TOKENS",
    "AUTH_TOKENS REFRESH_TOKENS CONNECTION_STRING CONN_STRING CONN_STR BASIC_AUTH",
)
# These mean a password as the last of several words: DB_PASS and MYSQL_PWD, but neither PWD nor PASS_COUNT.
LAST_OF_SEVERAL = _words("PASS PWD")
# With one of these at its end a name tells where the secret is, or how much there is of it: TOKEN_FILE, TOKEN_LIMIT.
ABOUT = _words(
    "FILE PATH DIR DIRECTORY NAME ENDPOINT TYPE COUNT LIMIT SIZE LENGTH TTL TIMEOUT EXPIRY LIFETIME ENABLED REQUIRED"
)


@lru_cache(maxsize=4096)
def looks_secret(name: str) -> bool:
    """Whether a value of this name is most likely a secret: by the words of it, never by a part of a word.

    `DB_PASSWORD`, `apiKey` and `HF_TOKEN_2` do; `MONKEY`, `TOKENIZER_PATH`, `MAX_TOKENS` and `TOKEN_FILE` do not.
    """
    words = [word.upper() for word in _WORD.findall(name)]
    if not words or words[-1] in ABOUT:
        return False
    if len(words) > 1 and words[-1] in LAST_OF_SEVERAL:
        return True
    pairs = ("_".join(pair) for pair in pairwise(words))
    return not WORDS.isdisjoint(words) or not PAIRS.isdisjoint(pairs)


def without_value(name: str) -> str:
    """*name* as it can be shown: of `NAME=value`, which is no name but a line of a file of variables, no value."""
    before, equals, _ = name.partition("=")
    return f"{before}=..." if equals else name


def stand_in(digest: str) -> dict[str, str]:
    """What a plan has in the place of a value: *digest* is another one for another value."""
    return {_KEY: digest}


def is_stand_in(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {_KEY} and isinstance(value[_KEY], str)


def holds_stand_in(value: Any) -> bool:
    """Whether *value* is one, or has one anywhere inside."""
    if is_stand_in(value):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return any(map(holds_stand_in, inner))
