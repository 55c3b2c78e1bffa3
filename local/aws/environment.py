"""Environments of the programs that we start, without the developer's AWS account."""

import os
from typing import Final

ROOT_CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""The emulator's own, which are well known: it answers this machine only, and containers in part
(`emulator_patches/callers.py`)."""

_NO_FILES: Final = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
_NO_PROXY: Final = ("127.0.0.1", "localhost")


def without_account() -> dict[str, str]:
    """Return this process's environment with the emulator's credentials in place of all AWS_*.

    A proxy stays, but not for programs of this machine.
    """
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    given = inherited.get("no_proxy", inherited.get("NO_PROXY"))
    direct = ",".join([*([given] if given else []), *_NO_PROXY])
    return {
        **inherited,
        **ROOT_CREDENTIALS,
        **_NO_FILES,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": direct,
        "no_proxy": direct,
    }
