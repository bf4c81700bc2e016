"""How dates, numbers and money are written, by language: as in Unicode CLDR 47, but years always in full."""

from dataclasses import dataclass, replace

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"


@dataclass(frozen=True)
class Locale:
    """The written forms of one language; patterns as the `date` filter takes them."""

    months: tuple[str, ...]
    weekdays: tuple[str, ...]  # from Monday
    long_date: str
    short_date: str
    grouping: str = "."
    decimal: str = ","
    money: str = "{amount}" + NO_BREAK + "{symbol}"
    ungrouped_digits: int = 3  # so many digits before the decimal mark stand without a grouping mark


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Locale(
    months=_words("January February March April May June July August September October November December"),
    weekdays=_words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    long_date="%B %-d, %Y",
    short_date="%-m/%-d/%Y",
    grouping=",",
    decimal=".",
    money="{symbol}{amount}",
)

LOCALES = {
    "en": ENGLISH,
    "en-gb": replace(ENGLISH, long_date="%-d %B %Y", short_date="%d/%m/%Y"),
    "de": Locale(
        months=_words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        weekdays=_words("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
        long_date="%-d. %B %Y",
        short_date="%d.%m.%Y",
    ),
    "es": Locale(
        months=_words(
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
        ),
        weekdays=_words("lunes martes miércoles jueves viernes sábado domingo"),
        long_date="%-d de %B de %Y",
        short_date="%d/%m/%Y",
        ungrouped_digits=4,
    ),
    "fr": Locale(
        months=_words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        weekdays=_words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        long_date="%-d %B %Y",
        short_date="%d/%m/%Y",
        grouping=NARROW_NO_BREAK,
    ),
    "it": Locale(
        months=_words(
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
        ),
        weekdays=_words("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
        long_date="%-d %B %Y",
        short_date="%d/%m/%Y",
    ),
    "nl": Locale(
        months=_words(
            "januari februari maart april mei juni juli augustus september oktober november december"
        ),
        weekdays=_words("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"),
        long_date="%-d %B %Y",
        short_date="%d-%m-%Y",
        money="{symbol}" + NO_BREAK + "{amount}",
    ),
    "pl": Locale(  # months in the genitive, as dates need them
        months=_words(
            "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
            "listopada grudnia"
        ),
        weekdays=_words("poniedziałek wtorek środa czwartek piątek sobota niedziela"),
        long_date="%-d %B %Y",
        short_date="%d.%m.%Y",
        grouping=NO_BREAK,
        ungrouped_digits=4,
    ),
    "pt": Locale(
        months=_words(
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
        ),
        weekdays=_words("segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo"),
        long_date="%-d de %B de %Y",
        short_date="%d/%m/%Y",
        money="{symbol}" + NO_BREAK + "{amount}",
    ),
}

CURRENCY_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "PLN": "zł", "BRL": "R$"}
"""Others stand with their code."""

WHOLE_CURRENCIES = frozenset({"JPY", "KRW", "ISK", "CLP", "VND"})
"""Prices in these are written without decimals."""


def locale_tag(language: object) -> str:
    """The key in LOCALES for a language tag such as `de` or `de-AT`; English for a language without one."""
    if not isinstance(language, str):
        return "en"
    tag = language.lower().replace("_", "-")
    return next((known for known in (tag, tag.partition("-")[0]) if known in LOCALES), "en")
