"""Whether somebody does the work: heartbeats of workers and jobs that failed, from the queue's own tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

from tidings.kernel import db

# Workers give a sign every 10 s; one that missed three is not counted on.
SILENT_AFTER_SECONDS = 30
FAILED_JOBS_SHOWN = 5


@dataclass(frozen=True)
class FailedJob:
    """A job that gave up; `at` is None if the queue has forgotten when."""

    id: int
    task: str
    attempts: int
    at: datetime | None


@dataclass(frozen=True)
class Health:
    """`workers` alive now, `waiting` jobs that are due, the newest failed jobs and how many there are."""

    workers: int
    last_sign: datetime | None
    waiting: int
    failed: int
    failed_jobs: list[FailedJob]


def health() -> Health:
    """The state of the queue now, by the database's clock."""
    now = db.now()
    signs = list(
        ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list("last_heartbeat", flat=True)
    )
    alive = [sign for sign in signs if now - sign < timedelta(seconds=SILENT_AFTER_SECONDS)]
    failed = ProcrastinateJob.objects.filter(status="failed")
    return Health(
        workers=len(alive),
        last_sign=signs[0] if signs else None,
        waiting=ProcrastinateJob.objects.filter(status="todo").exclude(scheduled_at__gt=now).count(),
        failed=failed.count(),
        failed_jobs=_newest(failed),
    )


def _newest(failed: QuerySet[ProcrastinateJob]) -> list[FailedJob]:
    event = (
        ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type="failed").order_by("-at").values("at")[:1]
    )
    jobs = failed.annotate(failed_at=Subquery(event)).order_by("-pk")[:FAILED_JOBS_SHOWN]
    return [FailedJob(job.pk, job.task_name, job.attempts, job.failed_at) for job in jobs]
