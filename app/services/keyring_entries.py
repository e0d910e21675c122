"""The system's keyring, where there is one: secrets by the account that they belong to."""

from __future__ import annotations

from typing import Final

_SERVICE: Final = "quantbench"


def read(account: str) -> str | None:
    """The secret, or None where there is none or no keyring that opens."""
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(_SERVICE, account)
    except keyring.errors.KeyringError:
        return None


def write(account: str, secret: str) -> bool:
    """Whether the keyring took it, proved by reading it back: the null backend forgets."""
    import keyring
    import keyring.errors

    try:
        keyring.set_password(_SERVICE, account, secret)
        return keyring.get_password(_SERVICE, account) == secret
    except keyring.errors.KeyringError:
        return False


def remove(account: str) -> None:
    """Forget the secret, if there is one."""
    import keyring
    import keyring.errors

    try:
        keyring.delete_password(_SERVICE, account)
    except keyring.errors.KeyringError:
        return  # there was none
