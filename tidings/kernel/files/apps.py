from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "tidings.kernel.files"
    label = "files"
