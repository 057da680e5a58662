"""Small packages that do what vendors' do: find the API above them, report, keep their place. One means harm."""

from pathlib import Path

FILES = Path(__file__).parent / "files"
SCO_12 = (FILES / "sco_12.html").read_bytes()
SCO_2004 = (FILES / "sco_2004.html").read_bytes()
HOSTILE = (FILES / "hostile.html").read_bytes()

H5P_FILES = {
    "h5p.json": b"""{"title": "Two choices", "language": "en", "mainLibrary": "H5P.Choice", "embedTypes": ["iframe"],
      "preloadedDependencies": [{"machineName": "H5P.Choice", "majorVersion": 1, "minorVersion": 0}]}""",
    "content/content.json": b'{"question": "Which?"}',
    "H5P.Choice-1.0/library.json": b"""{"title": "Choice", "machineName": "H5P.Choice", "majorVersion": 1, "minorVersion": 0,
      "patchVersion": 0, "runnable": 1, "preloadedJs": [{"path": "choice.js"}]}""",
    "H5P.Choice-1.0/choice.js": (FILES / "choice.js").read_bytes(),
}
