"""Rows of stored files: one per file, one per chunk."""

from django.db import models


class StoredFile(models.Model):
    name = models.TextField()
    size = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "files"
        constraints = [models.UniqueConstraint("name", name="files_name_once")]

    def __str__(self) -> str:
        return self.name


class Chunk(models.Model):
    pk = models.CompositePrimaryKey("file_id", "number")
    file = models.ForeignKey(StoredFile, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "file_chunks"

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.file_id}"
