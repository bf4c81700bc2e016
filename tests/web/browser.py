"""A real browser on a real server: what tests of pages share."""

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING = {"runOnly": WCAG_22_AA, "resultTypes": ["violations"]}
# All else that axe looks at is the same in light and dark.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
HEIGHT = 900  # pixels
TABS_AT_MOST = 60

FOCUSED = """() => {
  const element = document.activeElement;
  return (element.getAttribute("aria-label") ?? element.textContent ?? "").trim() || element.id;
}"""


SCHEMES = ("light", "dark")
WIDTHS = (1400, 390)  # pixels


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)


def new_context(browser: Browser, width: int, url: str, session: str = "") -> BrowserContext:
    """A fresh browser profile, signed in if there is a session."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": HEIGHT},
        reduced_motion="reduce",
    )
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    return context


def prefer(page: Page, scheme: str) -> None:
    """The system's preference for light or dark changes, and the page follows."""
    page.emulate_media(color_scheme=scheme)
    page.locator(f"html[data-bs-theme={scheme}]").wait_for(state="attached")


def violations(page: Page, options: dict[str, object] = EVERYTHING) -> str:
    """What axe finds against WCAG 2.2 AA; empty if nothing."""
    is_there = page.evaluate("'axe' in window")
    found = Axe("0" if is_there else AXE_SCRIPT).run(page, options=options)
    return found.generate_report() if found.violations_count else ""


def sideways_pixels(page: Page) -> int:
    """How far the page can be scrolled sideways."""
    return page.evaluate("document.scrollingElement.scrollWidth - innerWidth")


def is_reached_by_tab(page: Page, name: str) -> bool:
    """Whether something of that name gets the focus when one only presses Tab."""
    for _ in range(TABS_AT_MOST):
        page.keyboard.press("Tab")
        if " ".join(page.evaluate(FOCUSED).split()) == name:
            return True
    return False
