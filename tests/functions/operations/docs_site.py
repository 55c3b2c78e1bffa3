"""The site of the documentation, built once a process as the layer's makefile builds it."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from layers.docs.build_site import main

from teppan_docs import site


@cache
def built_site() -> Path:
    """Return the folder of the site."""
    folder = Path(tempfile.mkdtemp(prefix="teppan-site-"))
    atexit.register(shutil.rmtree, folder)
    main(folder)
    return folder


def use_site() -> None:
    """Let the function serve the built site; its own folder exists in the built layer only."""
    site.FOLDER = built_site()
