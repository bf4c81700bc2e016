"""What stops a run before anything changes."""

from tidings.kernel.errors import TidingsError


class FileError(TidingsError):
    """This file can't be read."""


class NotText(FileError):
    """This is not a text file but {what}. Save it as "CSV UTF-8" and try again."""


class UnreadableText(FileError):
    """The file is not written in {encoding}: {bad:,} of {special:,} special characters in its beginning
    can't be read. Choose another character set, such as {advice}.
    """


class UnknownEncoding(FileError):
    """There is no character set called "{encoding}". Common ones are utf-8, cp1252, cp1250 and utf-16."""


class BadFormat(FileError):
    """This description of a file's format can't be used: {problem}."""


class BadMapping(FileError):
    """This mapping of columns can't be used: {problem}."""


class RecordTooLong(FileError):
    """Line {line:,} goes on for more than {limit:,} characters without an end.
    Is this a CSV file, and in the chosen character set?
    """


class QuotesEverywhereBroken(FileError):
    """Too many quotation marks are opened and never closed, by line {line:,} of the file.
    Choose another quotation mark or separator, or export the file again.
    """


class BrokenArchive(FileError):
    """The archive can't be unpacked: {why}. Pack the file again, or upload it as it is."""


class EncryptedArchive(FileError):
    """The archive is locked with a password. Unpack it first, or pack it without one."""


class NotOneFile(FileError):
    """The archive holds {count:,} files ({names}). Pack one file alone."""


class ArchiveTooLarge(FileError):
    """What is packed in the archive comes to more than {limit:,} bytes, which no file of contacts of its size does.
    Unpack it and upload the file itself.
    """


class BrokenXml(FileError):
    """The file stops being XML in line {line:,}: {problem}. Nothing was changed; export the file again."""


class Doctype(FileError):
    """The file has a DOCTYPE, which could make its reader fetch or build things without end. Take it out."""


class UnknownRoot(FileError):
    """The XML begins with <{name}>. A file of contacts begins with <members>, or with <userdata> as Mapp Engage
    writes it.
    """


class NoPeople(FileError):
    """There is nobody in this XML. People stand as <member> in <members>, or as <user> in <userdata>."""


class PersonTooLong(FileError):
    """One element of this XML goes on for more than {limit:,} bytes. Is this a file of contacts?"""


class UnknownElement(FileError):
    """Line {line:,} says “{name}” of somebody, which nobody in the beginning of the file has. Nothing was changed.
    Say what it means with --map "{name}=first_name" (or =ignore, =new), leave such things out with
    --unknown-columns ignore, or move this person to the beginning of the file.
    """


class UnknownCountry(FileError):
    """There is no country “{code}” whose telephone numbers are known. Write its two letters, such as DE."""


class BadApp(FileError):
    """“{app}” is no app's name. It has at most 100 characters on one line."""


class HeaderError(FileError):
    """The header of this file can't be used."""


class EmptyHeader(HeaderError):
    """The file has no header: its first row is empty. Put the names of the columns there."""


class BrokenHeader(HeaderError):
    """The first row, which should name the columns, can't be read: {problem}"""


class TooManyColumns(HeaderError):
    """The file has {count:,} columns; at most {limit:,} are possible.
    Is "{separator}" really what separates the columns?
    """


class BadColumnName(HeaderError):
    """The name of column {position} ({excerpt}) can't be used: {problem}."""


class DuplicateColumns(HeaderError):
    """More than one column is called {names}. Rename them in the file, so that each has its own name."""


class UnknownColumns(HeaderError):
    """Unknown columns: {names}. Say what each one means with --map "COLUMN=first_name",
    --map "COLUMN=ignore" or --map "COLUMN=new" (a new text attribute of that name),
    or leave all of them out with --unknown-columns ignore.
    """


class OptOutFile(HeaderError):
    """This file lists people who left or can't be reached (it has the column "{column}").
    Import it into a blacklist, not as contacts. If that is not so, say --map "{column}=ignore".
    """


class NoIdentityColumn(HeaderError):
    """No column says who a row is about. The columns are {names}.
    Say which one holds the {wanted} with --map "COLUMN={target}".
    """


class NoApp(HeaderError):
    """Nothing says of which app the push endpoints in the column "{column}" are. Name the app with --app "NAME", or
    say which column holds it with --map "COLUMN=push_app".
    """


class AppAlone(HeaderError):
    """The column "{column}" names apps, but no column holds push endpoints.
    Say which one does with --map "COLUMN=push_endpoint", or leave the apps out with --map "{column}=ignore".
    """


class SeveralColumnsForOne(HeaderError):
    """The columns {names} all mean {target}. Keep one and leave the others out with --map "COLUMN=ignore"."""


class NoSuchColumn(HeaderError):
    """--map names the column "{name}", which this file doesn't have. Its columns are {names}."""


class NoSuchTarget(HeaderError):
    """--map "{column}={target}": there is no attribute "{target}".
    Use one of {targets}, or "ignore", or "new".
    """


class BadMapOption(HeaderError):
    """--map "{option}" is not of the form "COLUMN=attribute", "COLUMN=ignore" or "COLUMN=new"."""


class HeaderChanged(HeaderError):
    """The columns of this file are not those it was mapped for: column {position} is called {found},
    expected was {expected}. Map its columns again.
    """
