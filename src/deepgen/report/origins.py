"""Where raw files came from, in words that may be public: no path of a user's machine."""

import re
from pathlib import PurePath
from typing import Any

PRIVATE = {"path", "folder"}  # of a file that only its user has
_BUNDLED = "data/bundled/"
# What `deepgen.data.own_file` and `deepgen.data.local` say behind the path of a user's own file
_OWN = re.compile(r" (\((?:MD5|digest) [^()/]*\))$")


def origin(source: str) -> str:
    """A note of the stage `fetch` without paths; a URL stays, but not a password in it.

    Args:
        source: A URL, a path, a path with what is known of its digest in brackets, or "kept".

    Example:
        >>> origin("https://yann.lecun.com/a.gz"), origin("data/bundled/mnist/a.gz")
        ('https://yann.lecun.com/a.gz', 'bundled')
        >>> origin("/home/me/mirror/mnist/a.gz"), origin("/home/me/TFD.mat (MD5 as known)")
        ('a local mirror', "the user's own file (MD5 as known)")
    """
    if source.lower().startswith(("http://", "https://")):
        return re.sub(r"^(https?://)[^/]*@", r"\1", source, flags=re.IGNORECASE)
    if source == "kept":
        return source
    if source.startswith(_BUNDLED):
        return "bundled"
    if own := _OWN.search(source):
        return f"the user's own file {own[1]}"
    return "a local mirror"


def public(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest for strangers, without host, command, and paths outside the project.

    The path of an input outside the project becomes its name; `fetch` names its sources as
    `origin` does.
    """
    private = {"machine": "host", "run": "command"}
    shown = {
        key: {k: v for k, v in value.items() if k != private[key]} if key in private else value
        for key, value in manifest.items()
        if key != "integrity"  # which is of the whole
    }
    if inputs := manifest.get("inputs"):
        shown["inputs"] = {role: _inside(entry) for role, entry in inputs.items()}
    if manifest.get("stage") == "fetch":
        shown["notes"] = {name: origin(text) for name, text in (manifest["notes"] or {}).items()}
        files = manifest.get("settings", {}).get("files", [])
        if any(PRIVATE & file.keys() for file in files):
            named = [{k: v for k, v in file.items() if k not in PRIVATE} for file in files]
            shown["settings"] = manifest["settings"] | {"files": named}
    return shown


def _inside(entry: dict[str, Any]) -> dict[str, Any]:
    path = PurePath(entry["path"])
    outside = path.is_absolute() or path.parts[:1] in (("..",), ("~",))
    return entry | {"path": path.name} if outside else entry
