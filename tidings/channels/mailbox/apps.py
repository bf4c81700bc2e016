from django.apps import AppConfig


class MailboxConfig(AppConfig):
    name = "tidings.channels.mailbox"
