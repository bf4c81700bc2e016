"""What the columns of other tools' exports mean.

Names are compared in the form `plain` gives them. The first name of a target that a file has is the one used;
its other names, and all that `ignored` and `ignored_pattern` name, are left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


def plain(header: str) -> str:
    """A column's name without case, punctuation and underscores: `E-mail 1 - Value` is `e mail 1 value`."""
    return " ".join(re.findall(r"[^\W_]+", header.casefold()))


@dataclass(frozen=True, slots=True)
class Export:
    """One tool's export, recognised when all of its `marks` stand in the header.

    `targets` maps a built-in attribute to its column's names; `new` maps a column to the text attribute
    made for it.
    """

    name: str
    marks: frozenset[str]
    targets: Mapping[str, tuple[str, ...]]
    new: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    ignored_pattern: re.Pattern[str] = re.compile(r"(?!)")

    def knows_as_irrelevant(self, name: str) -> bool:
        """Whether a column (in plain form) carries nothing that a contact has."""
        spare = any(name in names for names in self.targets.values())
        return spare or name in self.ignored or self.ignored_pattern.fullmatch(name) is not None


def _names(text: str) -> frozenset[str]:
    return frozenset(plain(line) for line in text.strip().splitlines())


MAILCHIMP = Export(
    name="Mailchimp",
    marks=frozenset({"email address", "member rating", "leid", "euid"}),
    targets={
        "email": ("email address",),
        "first_name": ("first name",),
        "last_name": ("last name",),
        "mobile": ("phone number", "sms phone number"),
        "language": ("language",),
        "country": ("cc",),
        "time_zone": ("timezone",),
    },
    # A birthday there has no year, so it is no date of birth.
    new={"birthday": "Birthday", "address": "Address", "company": "Company"},
    ignored=_names(
        """
MEMBER_RATING
OPTIN_TIME
OPTIN_IP
CONFIRM_TIME
CONFIRM_IP
LATITUDE
LONGITUDE
GMTOFF
DSTOFF
REGION
LAST_CHANGED
LEID
EUID
NOTES
TAGS
"""
    ),
)

GOOGLE = Export(
    name="Google Contacts",
    marks=frozenset({"e mail 1 value", "name prefix"}),
    targets={
        "email": ("e mail 1 value",),
        "first_name": ("first name", "given name"),
        "last_name": ("last name", "family name"),
        "preferred_name": ("nickname",),
        "title": ("name prefix",),
        "mobile": ("phone 1 value",),
        "date_of_birth": ("birthday",),
        "language": ("language",),
        "city": ("address 1 city",),
        "zip_code": ("address 1 postal code",),
        "country": ("address 1 country",),
    },
    ignored=_names(
        """
Name
Middle Name
Additional Name
Yomi Name
Given Name Yomi
Additional Name Yomi
Family Name Yomi
Phonetic First Name
Phonetic Middle Name
Phonetic Last Name
Name Suffix
File As
Initials
Short Name
Maiden Name
Gender
Location
Billing Information
Directory Server
Mileage
Occupation
Hobby
Sensitivity
Priority
Subject
Notes
Photo
Labels
Group Membership
Organization Name
Organization Title
Organization Department
"""
    ),
    ignored_pattern=re.compile(
        r"(e mail|phone|address|organization|website|relation|event|im|jot|calendar link|external id"
        r"|custom field) \d+ .+"
    ),
)

_OUTLOOK_ENGLISH_IGNORED = _names(
    """
Middle Name
Suffix
Company
Department
Job Title
Assistant's Phone
Callback
Car Phone
ISDN
Pager
Primary Phone
Radio Phone
TTY/TDD Phone
Telex
Account
Anniversary
Assistant's Name
Billing Information
Categories
Children
Directory Server
Gender
Government ID Number
Hobby
Initials
Internet Free Busy
Keywords
Location
Manager's Name
Mileage
Notes
Office Location
Organizational ID Number
PO Box
Priority
Private
Profession
Referred By
Sensitivity
Spouse
Web Page
"""
)
OUTLOOK = Export(
    name="Outlook",
    marks=frozenset({"e mail address", "e mail display name"}),
    targets={
        "email": ("e mail address",),
        "title": ("title",),
        "first_name": ("first name",),
        "last_name": ("last name",),
        "mobile": ("mobile phone",),
        "date_of_birth": ("birthday",),
        "language": ("language",),
        "city": ("home city", "business city"),
        "zip_code": ("home postal code", "business postal code"),
        "country": ("home country region", "business country region", "home country", "business country"),
    },
    ignored=_OUTLOOK_ENGLISH_IGNORED,
    ignored_pattern=re.compile(
        r"(business|home|other|company main) .+|e mail (\d )?(type|address|display name)|user \d"
    ),
)

_OUTLOOK_GERMAN_IGNORED = _names(
    """
Weitere Vornamen
Suffix
Firma
Abteilung
Position
Telefon Assistent
Rückmeldung
Autotelefon
Telefon Firma
ISDN
Mobiltelefon 2
Pager
Haupttelefon
Telefon für Hörbehinderte
Telex
Abrechnungsinformation
Beruf
Büro
E-Mail-Typ
E-Mail: Angezeigter Name
Empfohlen von
Geschlecht
Hobby
Initialen
Internet Frei/Gebucht
Jahrestag
Kategorien
Kinder
Konto
Name Assistent
Name des/der Vorgesetzten
Notizen
Organisationsnr.
Ort
Partner
Priorität
Privat
Regierungsnr.
Reisekilometer
Stichwörter
Vertraulichkeit
Verzeichnisserver
Webseite
"""
)
OUTLOOK_GERMAN = Export(
    name="Outlook (German)",
    marks=frozenset({"vorname", "nachname", "e mail adresse", "e mail angezeigter name"}),
    targets={
        "email": ("e mail adresse",),
        "title": ("anrede",),
        "first_name": ("vorname",),
        "last_name": ("nachname",),
        "mobile": ("mobiltelefon",),
        "date_of_birth": ("geburtstag",),
        "language": ("sprache",),
        "city": ("ort privat", "ort geschäftlich"),
        "zip_code": ("postleitzahl privat", "postleitzahl geschäftlich"),
        "country": ("land region privat", "land region geschäftlich"),
    },
    ignored=_OUTLOOK_GERMAN_IGNORED,
    ignored_pattern=re.compile(
        r"(strasse|ort|region|bundesland kanton|postleitzahl|land region|postfach|telefon|fax)"
        r" (geschäftlich|privat)( \d)?|weitere[rs]? .+|e mail \d (adresse|typ|angezeigter name)|benutzer \d"
    ),
)

HUBSPOT = Export(
    name="HubSpot",
    marks=frozenset({"record id", "email", "contact owner"}),
    targets={
        "email": ("email",),
        "first_name": ("first name",),
        "last_name": ("last name",),
        "mobile": ("mobile phone number", "phone number"),
        "date_of_birth": ("date of birth",),
        "language": ("preferred language",),
        "city": ("city",),
        "zip_code": ("postal code",),
        "country": ("country region",),
        "time_zone": ("time zone",),
    },
    ignored=_names(
        """
Record ID
Contact owner
Lead Status
Lifecycle Stage
Marketing contact status
Favorite Content Topics
Preferred channels
Associated Company
Associated Company IDs
Primary Associated Company ID
"""
    ),
    ignored_pattern=re.compile(r"(create date|last activity date|last modified date)( \w+)?"),
)

BREVO = Export(
    name="Brevo",
    marks=frozenset({"contact id", "email", "added time"}),
    targets={
        "email": ("email",),
        "first_name": ("firstname", "prenom", "vorname"),
        "last_name": ("lastname", "nom", "nachname"),
        "mobile": ("sms",),
        "external_id": ("ext id",),
        "time_zone": ("contact timezone",),
    },
    ignored=_names("CONTACT ID\nWHATSAPP\nLANDLINE_NUMBER\nJOB_TITLE\nLINKEDIN\nADDED_TIME\nMODIFIED_TIME"),
)

# What our own exports tell of a membership; its attributes are called as the catalogue calls them.
TIDINGS = Export(
    name="Tidings",
    marks=frozenset({"state", "joined by", "joined at"}),
    targets={},
    ignored=_names("state\njoined_by\njoined_at"),
)

EXPORTS = (MAILCHIMP, GOOGLE, OUTLOOK_GERMAN, OUTLOOK, HUBSPOT, BREVO, TIDINGS)

# Columns of files that list who must not be written to.
OPT_OUT_MARKS = frozenset({"unsub time", "unsub campaign title", "clean time", "clean campaign title"})

# Mapp Engage names its columns `user.FirstName`; its first column says who a row is about.
ENGAGE = "Mapp Engage"
ENGAGE_PREFIX = "user."
ENGAGE_CUSTOM_PREFIX = "user.customattribute."
ENGAGE_MEMBER_PREFIX = "user.memberattribute."
ENGAGE_TARGETS: Mapping[str, str] = {
    "user.email": "email",
    "user.mobilenumber": "mobile",
    "user.identifier": "external_id",
    "user.firstname": "first_name",
    "user.lastname": "last_name",
    "user.nickname": "preferred_name",
    "user.title": "title",
    "user.gender": "gender",
    "user.dateofbirth": "date_of_birth",
    "user.isolanguagecode": "language",
    "user.isocountrycode": "country",
    "user.zipcode": "zip_code",
    "user.city": "city",
    "user.timezone": "time_zone",
    "user.source": "source",
    "user.maxmessages": "message_limit",
}

# What its XML calls them, in lower case.
ENGAGE_ELEMENTS: Mapping[str, str] = {
    "email": "user.Email",
    "mobilenumber": "user.MobileNumber",
    "faxnumber": "user.FaxNumber",
    "identifier": "user.Identifier",
    "firstname": "user.FirstName",
    "lastname": "user.LastName",
    "nickname": "user.Nickname",
    "title": "user.Title",
    "gender": "user.Gender",
    "dateofbirth": "user.DateOfBirth",
    "isolanguagecode": "user.ISOLanguageCode",
    "isocountrycode": "user.ISOCountryCode",
    "zipcode": "user.ZipCode",
    "city": "user.City",
    "timezone": "user.TimeZone",
    "source": "user.Source",
    "maxmessages": "user.MaxMessages",
}

_SYNONYMS: Mapping[str, str] = {
    "email": "email,e mail,mail,email address,e mail address,emailadresse,e mail adresse,mailadresse,"
    "adresse e mail,correo electrónico,e posta",
    "mobile": "mobile,mobile number,mobile phone,mobile phone number,phone,phone number,cell,cell phone,sms,"
    "handy,handynummer,mobil,mobilnummer,mobiltelefon,telefon,telefonnummer",
    "external_id": "external id,customer id,customer number,member id,member number,kundennummer,kunden nr,"
    "kunden id,mitgliedsnummer,mitglieds nr",
    "first_name": "first name,firstname,given name,forename,vorname,prénom,prenom,nombre,imię",
    "last_name": "last name,lastname,surname,family name,nachname,familienname,nom,apellidos,nazwisko",
    "preferred_name": "preferred name,nickname,rufname,spitzname",
    "title": "title,salutation,anrede,titel",
    "gender": "gender,sex,geschlecht",
    "date_of_birth": "date of birth,birth date,birthdate,birthday,dob,geburtsdatum,geburtstag",
    "language": "language,language code,lang,locale,sprache",
    "country": "country,country code,land,ländercode,pays",
    "zip_code": "zip code,zip,zipcode,postal code,postcode,plz,postleitzahl,code postal",
    "city": "city,town,ort,stadt,wohnort,ville,ciudad,miasto",
    "time_zone": "time zone,timezone,zeitzone",
    "source": "source,quelle,herkunft",
    "message_limit": "message limit,max messages,maxmessages",
    "push_endpoint": "push endpoint,push token,device token,registration token,fcm token,apns token",
    "push_app": "push app,app of the push endpoint",
}
SYNONYMS: Mapping[str, str] = {
    plain(name): target for target, names in _SYNONYMS.items() for name in names.split(",")
}
