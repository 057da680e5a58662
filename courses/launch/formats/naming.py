"""What an entry of a package may be called, and what it is by its ending; never by what the package says. Pure."""

import re
from collections.abc import Iterator

from courses.launch.formats.limits import Limits
from lms.core.language import N_

Fault = tuple[str, str, dict[str, object]]
"""A rule, its message, and what that says."""

SERVER_SIDE = frozenset(
    {
        "php", "php3", "php4", "php5", "php7", "php8", "phps", "pht", "phtm", "phtml", "phar", "asp", "aspx",
        "ascx", "ashx", "asmx", "asax", "cshtml", "vbhtml", "cer", "jsp", "jspx", "jspf", "jsw", "jsv", "jhtml",
        "cfm", "cfml", "cfc", "cgi", "fcgi", "pl", "pm", "py", "pyc", "pyo", "pyw", "pyz", "rb", "erb", "rhtml",
        "shtml", "shtm", "stm", "ssi", "war", "ear", "do", "action",
    }
)  # fmt: skip
EXECUTABLE = frozenset(
    {
        "exe", "com", "bat", "cmd", "scr", "pif", "msi", "msp", "msc", "cpl", "dll", "sys", "drv", "so", "dylib",
        "app", "dmg", "pkg", "deb", "rpm", "apk", "ipa", "jar", "jnlp", "class", "sh", "bash", "zsh", "csh", "ksh",
        "fish", "command", "run", "ps1", "psm1", "psd1", "vb", "vbs", "vbe", "jse", "ws", "wsf", "wsh", "wsc",
        "hta", "lnk", "scf", "inf", "reg", "gadget", "application", "elf",
    }
)  # fmt: skip
SERVER_SETTINGS = frozenset({".htaccess", ".htpasswd", "web.config", ".user.ini", "php.ini", ".env"})
LEFT_OUT = re.compile(
    r"^__MACOSX(/|$)|(^|/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini)$|(^|/)\.(git|svn)(/|$)", re.IGNORECASE
)
"""What computers leave in folders, and no course needs."""

MEDIA_TYPES = {
    "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml", "css": "text/css", "js": "text/javascript",
    "mjs": "text/javascript", "cjs": "text/javascript", "json": "application/json", "map": "application/json",
    "jsonld": "application/ld+json", "webmanifest": "application/manifest+json", "xml": "application/xml",
    "xsd": "application/xml", "xsl": "application/xml", "xslt": "application/xml", "txt": "text/plain", "md": "text/plain",
    "csv": "text/csv", "vtt": "text/vtt", "srt": "text/plain", "pdf": "application/pdf", "wasm": "application/wasm",
    "png": "image/png", "apng": "image/apng", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "bmp": "image/bmp", "ico": "image/x-icon", "cur": "image/x-icon",
    "svg": "image/svg+xml", "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "ogv": "video/ogg",
    "mov": "video/quicktime", "m3u8": "application/vnd.apple.mpegurl", "ts": "video/mp2t", "mp3": "audio/mpeg",
    "m4a": "audio/mp4", "aac": "audio/aac", "oga": "audio/ogg", "ogg": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav",
    "flac": "audio/flac", "weba": "audio/webm", "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf",
    "otf": "font/otf", "eot": "application/vnd.ms-fontobject", "swf": "application/x-shockwave-flash",
    "zip": "application/zip", "epub": "application/epub+zip", "rtf": "application/rtf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text", "doc": "application/msword", "ppt": "application/vnd.ms-powerpoint",
    "xls": "application/vnd.ms-excel", "glb": "model/gltf-binary", "gltf": "model/gltf+json",
}  # fmt: skip
UNKNOWN_TYPE = "application/octet-stream"
"""With nosniff a browser stores it and never runs it."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
"""Control characters, and those that turn the direction of reading, so that a name shows as what it is not."""


def media_type(name: str) -> str:
    return MEDIA_TYPES.get(_ending(name), UNKNOWN_TYPE)


def is_left_out(name: str) -> bool:
    return LEFT_OUT.search(name) is not None


def faults_of_name(name: str, limits: Limits) -> Iterator[Fault]:
    """What is wrong with an entry's path. A folder ends in a slash."""
    path = name.removesuffix("/")
    parts = path.split("/")
    if name.startswith("/"):
        yield (
            "zip-absolute-name",
            N_("This name begins at the root of a disk. Zip the content of the course's folder."),
            {},
        )
    elif "" in parts:
        yield (
            "zip-empty-folder-name",
            N_("This name has two slashes together, or none of it is left. Zip the folder again."),
            {},
        )
    if ".." in parts or "." in parts:
        yield (
            "zip-parent-folder",
            N_("This name leads out of the package with dots. Zip the content of the folder again."),
            {},
        )
    if "\\" in name:
        yield (
            "zip-backslash",
            N_("This name has a backslash. Zip the folder with another tool that writes slashes."),
            {},
        )
    if _CONTROL.search(name):
        yield "zip-control-character", N_("This name has a character that cannot be seen. Rename the file."), {}
    if ":" in name:
        yield "zip-drive-letter", N_("This name has a colon, as drives have. Rename the file."), {}
    if any(part.strip(". ") and part != part.rstrip(". ") for part in parts):
        yield (
            "zip-trailing",
            N_("A name ends in a dot or a space, which some systems drop. Rename the file or folder."),
            {},
        )
    elif any(part and not part.strip(". ") and part not in (".", "..") for part in parts):
        yield "zip-trailing", N_("A name is made of dots or spaces alone. Rename the file or folder."), {}
    if len(name) > limits.name:
        yield "zip-long-name", N_("This name is longer than %(most)s characters. Shorten names."), {"most": limits.name}
    if len(parts) - 1 > limits.depth:
        yield (
            "zip-deep",
            N_("This is more than %(most)s folders deep. Make the folders flatter."),
            {"most": limits.depth},
        )


def faults_of_type(name: str) -> Iterator[Fault]:
    """Whether a file of that ending may come in."""
    last = name.rsplit("/", 1)[-1].lower()
    endings = last.split(".")[1:]
    if last in SERVER_SETTINGS:
        yield "zip-file-type", N_("This file sets up a web server. Take it out of the package."), {}
    elif found := next((each for each in endings if each in SERVER_SIDE), None):
        message = N_("Files of the type .%(ending)s run on a server, and are never run here. Take the file out.")
        yield "zip-file-type", message, {"ending": found}
    elif endings and endings[-1] in EXECUTABLE:
        message = N_("Files of the type .%(ending)s are programs. Take the file out; offer it for download elsewhere.")
        yield "zip-file-type", message, {"ending": endings[-1]}


def _ending(name: str) -> str:
    last = name.rsplit("/", 1)[-1]
    return last.rsplit(".", 1)[1].lower() if "." in last else ""
