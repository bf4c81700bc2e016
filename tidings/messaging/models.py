"""Messages, their frozen versions, the draft of the next one, and the files that they show or bring along."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tidings.accounts.models import User
from tidings.messaging.file_types import MAIL_WIDTH


class Message(models.Model):
    """What is said. Its content stands in versions; the highest number is the current one.

    A message that was never saved has a draft and no version yet.
    """

    class Purpose(models.TextChoices):
        MARKETING = "marketing", "Marketing"
        SERVICE = "service", "Service"
        SYSTEM = "system", "System"

    name = models.CharField(max_length=150)
    description = models.TextField(default="", blank=True)
    purpose = models.CharField(max_length=9, choices=Purpose, default=Purpose.MARKETING)
    language = models.CharField(max_length=35, default="", blank=True)
    is_template = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "messages"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=["marketing", "service", "system"]), name="messages_purpose"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_marketing(self) -> bool:
        """Whether opt-outs and limits apply to it."""
        return self.purpose == self.Purpose.MARKETING


class File(models.Model):
    """A picture or a document. Whoever knows the token can load it, nobody can guess it.

    Width and height are pixels, 0 for documents; a picture has a thumbnail, stored as `stored` is.
    """

    name = models.CharField(max_length=150)
    token = models.CharField(max_length=32)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    alt = models.TextField(default="", blank=True)
    stored = models.TextField()
    thumbnail = models.TextField(default="", blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "message_files"
        constraints = [models.UniqueConstraint("token", name="message_files_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether browsers and mail programs show it."""
        return self.content_type.startswith("image/")

    @property
    def is_too_wide(self) -> bool:
        """Whether mail shows less of it than its readers load."""
        return self.width > MAIL_WIDTH


class Written(models.Model):
    """What an author writes: of a version, or of a draft. `text` is empty if it is made from the HTML.

    `attachments` are ids of files, in the order in which mail programs list them.
    """

    class Format(models.TextChoices):
        HTML = "html", "HTML"
        MARKDOWN = "markdown", "Markdown"
        MJML = "mjml", "MJML"
        BLOCKS = "blocks", "Blocks"

    subject = models.TextField(default="", blank=True)
    preview_text = models.TextField(default="", blank=True)
    format = models.CharField(max_length=8, choices=Format, default=Format.HTML)
    source = models.TextField(default="", blank=True)
    text = models.TextField(default="", blank=True)
    attachments = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        abstract = True


class Version(Written):
    """Content that never changes again, so that a sendout can point at it.

    `html` is the source compiled, `text` the author's own, or made from the HTML, as `text_is_own` says.
    """

    message = models.ForeignKey(Message, models.CASCADE, related_name="versions", db_index=False)
    number = models.IntegerField()
    html = models.TextField(default="", blank=True)
    text_is_own = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "message_versions"
        constraints = [
            models.UniqueConstraint("message", "number", name="message_versions_once"),
            models.CheckConstraint(
                condition=models.Q(format__in=["html", "markdown", "mjml", "blocks"]),
                name="message_versions_format",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def own_text(self) -> str:
        """The text as the author wrote it; empty if it was made from the HTML."""
        return self.text if self.text_is_own else ""


class Draft(Written):
    """What the next version of a message will say; one per message, changed by everyone who writes it.

    `revision` counts the saves, so that nobody writes over what somebody else saved meanwhile. `base` is the number
    of the version it began from, 0 if there was none.
    """

    message = models.OneToOneField(Message, models.CASCADE, related_name="draft")
    revision = models.IntegerField(default=1)
    base = models.IntegerField(default=0)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "message_drafts"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(format__in=["html", "markdown", "mjml", "blocks"]),
                name="message_drafts_format",
            )
        ]

    def __str__(self) -> str:
        return f"draft of {self.message_id}"
