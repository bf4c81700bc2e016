"""The built-in texts of letters, for groups that have none of their own."""

from typing import NamedTuple

STANDARD_LANGUAGE = "en"


class Text(NamedTuple):
    """What a letter says, personalized like a message."""

    subject: str
    body: str


BUILT_IN: dict[str, dict[str, Text]] = {
    "confirm": {
        "en": Text(
            "Please confirm: {{ group.name }}",
            """Hello,

somebody, most likely you, asked that messages of “{{ group.name }}” are sent to {{ contact.email }}.

Is that what you want? Then open this page and confirm it:

{{ links.confirm }}

If not, there is nothing to do. Without your confirmation you get no messages.
""",
        ),
        "de": Text(
            "Bitte bestätigen: {{ group.name }}",
            """Guten Tag,

jemand, vermutlich Sie selbst, hat darum gebeten, Nachrichten von „{{ group.name }}“ an {{ contact.email }} zu schicken.

Möchten Sie das? Dann öffnen Sie diese Seite und bestätigen Sie es:

{{ links.confirm }}

Wenn nicht, brauchen Sie nichts zu tun. Ohne Ihre Bestätigung bekommen Sie keine Nachrichten.
""",
        ),
    },
    "welcome": {
        "en": Text(
            "Welcome to {{ group.name }}",
            """Hello,

from now on {{ contact.email }} gets the messages of “{{ group.name }}”.

Your settings:
{{ links.preferences }}

No longer interested? Unsubscribe here at any time:
{{ links.unsubscribe }}
""",
        ),
        "de": Text(
            "Willkommen bei {{ group.name }}",
            """Guten Tag,

ab jetzt bekommt {{ contact.email }} die Nachrichten von „{{ group.name }}“.

Ihre Einstellungen:
{{ links.preferences }}

Kein Interesse mehr? Hier können Sie sich jederzeit abmelden:
{{ links.unsubscribe }}
""",
        ),
    },
    "goodbye": {
        "en": Text(
            "You are unsubscribed from {{ group.name }}",
            """Hello,

{{ contact.email }} gets no more messages of “{{ group.name }}”. This is the last one.

Was it a mistake? You can come back here:
{{ links.preferences }}
""",
        ),
        "de": Text(
            "Sie sind abgemeldet von {{ group.name }}",
            """Guten Tag,

{{ contact.email }} bekommt keine Nachrichten von „{{ group.name }}“ mehr. Dies ist die letzte.

War es ein Versehen? Hier können Sie wiederkommen:
{{ links.preferences }}
""",
        ),
    },
}


def built_in(kind: str, *languages: str) -> Text:
    """The text of a letter in the first of these languages that there is one in; `de-AT` finds German."""
    texts = BUILT_IN[kind]
    spoken = [language.lower().replace("_", "-").partition("-")[0] for language in languages]
    return texts[next((language for language in spoken if language in texts), STANDARD_LANGUAGE)]
