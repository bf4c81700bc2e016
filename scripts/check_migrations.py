"""Fails if a model has changed without a migration. Needs no database."""

import os
import sys

import django
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidings.config.settings")
    # Only the files are compared; an address that nobody answers keeps a database out of it.
    os.environ["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1"
    django.setup()
    MigrationLoader(None)
    try:
        call_command("makemigrations", check=True, dry_run=True, skip_checks=True)
    except SystemExit as missing:
        sys.exit("A model has changed without a migration." if missing.code else 0)


if __name__ == "__main__":
    main()
