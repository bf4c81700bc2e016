"""What the queue runs for contacts."""

from procrastinate.contrib.django import app

from tidings.contacts.person import search_again


@app.periodic(cron="37 * * * *")
@app.task(name="contacts.search_again", queue="long", queueing_lock="contacts.search_again")
def search_for_the_erased(timestamp: int) -> None:  # noqa: ARG001 - the queue tells when it was due
    """Begins the searches for erased persons anew that failed."""
    search_again()
