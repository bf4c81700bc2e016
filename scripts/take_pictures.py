"""Takes the pictures of the README from a running demo: `make shots ARGS="http://127.0.0.1:8000 PASSWORD"`.

A sendout to the demo's large group is started first, so that something goes on in the pictures.
"""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from demo.story import HOME, LARGE, MESSAGE, USER

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
# Name of the picture, page, colours, width in pixels.
SHOTS = (
    ("sendout-dark", "/sendouts/{sendout}/", "dark", 1400),
    ("groups-light", "/groups/", "light", 1400),
    ("import-light", "/imports/1/", "light", 1400),
    ("sendout-phone", "/sendouts/{sendout}/", "light", 390),
)


def main(base: str, password: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    sendout = _start_sendout()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(base_url=base, device_scale_factor=1)
        _sign_in(page, password)
        page.wait_for_timeout(3_000)
        for name, path, colours, width in SHOTS:
            page.set_viewport_size({"width": width, "height": 820})
            page.emulate_media(color_scheme=colours)
            page.goto(path.format(sendout=sendout))
            page.wait_for_timeout(800)
            page.screenshot(path=PICTURES / f"{name}.png")
        browser.close()


def _start_sendout() -> str:
    """Starts a sendout to the large group of the demo; returns its id."""
    tidings = str(Path(sys.executable).with_name("tidings"))
    words = [
        tidings,
        "send",
        "--yes",
        LARGE,
        "--subject",
        "Winter is near, {{ contact.first_name }}",
        "--no-wait",
        "--json",
    ]
    words += ["--html", str(MESSAGE / "plain.html")]
    said = subprocess.run(
        words, check=True, capture_output=True, text=True, env={"TIDINGS_HOME": str(HOME)}
    ).stdout
    return said.split('"id":')[1].split(",")[0].strip()


def _sign_in(page: Page, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("E-mail").fill(USER)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


if __name__ == "__main__":
    main(*sys.argv[1:])
