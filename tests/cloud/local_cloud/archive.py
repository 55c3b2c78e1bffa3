"""Archives of sources for Lambda."""

import io
import zipfile


def archive(files: dict[str, str]) -> bytes:
    """Return a zip archive of sources, as Lambda accepts it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, source in files.items():
            zipped.writestr(name, source)
    return buffer.getvalue()
