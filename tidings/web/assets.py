"""Where the vendored files lie, as paths below the static root. `scripts/vendor_assets.py` writes them."""

VENDOR = {
    "tabler": "vendor/tabler-core-1.6.1/tabler.min.css",
    "htmx": "vendor/htmx.org-2.0.11/htmx.min.js",
    "grapesjs": "vendor/grapesjs-0.23.6/grapes.min.js",
    "grapesjs-style": "vendor/grapesjs-0.23.6/grapes.min.css",
    "grapesjs-mjml": "vendor/grapesjs-mjml-1.0.8/grapes-mjml.min.js",
}
SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
