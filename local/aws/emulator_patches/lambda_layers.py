"""Workers of functions share the unpacked layers, in place of a copy for each worker.

The emulator unpacks every layer of a function for every new worker: a thousand files and 27 MB
each. This patch unpacks the content of a layer once, and links it into the worker's own folder. The
copy stays for the next start: on a busy disk, 5,000 files take 6 s to remove.
"""

import hashlib
import importlib
import os
import shutil
import threading
import types
import zipfile
from pathlib import Path
from typing import Any, Final

MODULE: Final = "core.lambda_runtime"
REQUIRED: Final = ("Worker", "zipfile")
runtime: Any = importlib.import_module(f"ministack.{MODULE}")

_lock = threading.Lock()


def apply() -> None:
    """Replace the archives that the emulator opens."""
    runtime.zipfile = types.SimpleNamespace(**vars(zipfile) | {"ZipFile": LinkedLayer})


class LinkedLayer(zipfile.ZipFile):
    """An archive whose top-level folders are links to a shared copy, if it is a layer."""

    def namelist(self) -> list[str]:
        """Return the names of what `extractall` creates."""
        return sorted({name.partition("/")[0] for name in super().namelist()})

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        """Unpack a function's code; link a layer's folders."""
        if not Path(path).name.startswith("layer_"):
            super().extractall(path, members or super().namelist(), pwd)
            return
        for entry in self._shared_copy().iterdir():
            (Path(path) / entry.name).symlink_to(entry)
        Path(str(self.filename)).unlink()  # the emulator has written the archive for this call

    def _shared_copy(self) -> Path:
        """Return the folder with the unpacked content, which is unpacked for its first worker."""
        content = Path(str(self.filename)).read_bytes()
        copy = Path(os.environ["LAYERS_DIRECTORY"]) / hashlib.sha256(content).hexdigest()
        with _lock:
            if not copy.exists():
                unfinished = copy.with_suffix(".unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                super().extractall(unfinished, super().namelist())
                unfinished.rename(copy)
        return copy
