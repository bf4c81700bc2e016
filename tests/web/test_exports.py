"""The pages of exports."""

from tidings.exports.models import Export
from tidings.locks import leases
from tidings.locks.models import Process


def test_it_starts_an_export_as_chosen(operator, world):
    answer = operator.post(
        f"/groups/{world.group.pk}/export/",
        {
            "format": "xml", "columns": ["email", "state"], "states": ["active"], "separator": "tab",
            "encoding": "utf-8", "packing": "zip",
        },
        follow=True,
    )  # fmt: skip
    export = Export.objects.latest("pk")
    assert (export.format, export.columns, export.states, export.separator, export.packing) == (
        "xml",
        ["email", "state"],
        ["active"],
        "\t",
        "zip",
    )
    html = answer.content.decode()
    assert "The export has begun" in html
    assert f"Cancel export {export.pk}" in html


def test_it_narrows_an_export_by_a_rule(operator, world):
    html = operator.get(f"/groups/{world.group.pk}/export/?where=city+%3D+Bonn").content.decode()
    assert "city = Bonn</textarea>" in html
    wish = {"format": "csv", "separator": "comma", "encoding": "utf-8", "where": "city = Bonn"}
    operator.post(f"/groups/{world.group.pk}/export/", wish)
    assert Export.objects.latest("pk").rule == 'city = "Bonn"'


def test_it_says_who_holds_a_group_that_is_written(operator, world):
    wish = {"format": "csv", "separator": "comma", "encoding": "utf-8"}
    html = operator.post(f"/groups/{world.locked.pk}/export/", wish).content.decode()
    assert "can&#x27;t be used now" in html


def test_it_gives_the_file_and_says_until_when(operator, world):
    export = Export.objects.exclude(file="").get()
    assert f"until {export.kept_until:%Y-%m-%d}" in operator.get("/exports/").content.decode()
    answer = operator.get(f"/exports/{export.pk}/file/")
    assert answer["Content-Disposition"] == f'attachment; filename="{export.filename}"'
    assert b"".join(answer.streaming_content) == b"email\n"


def test_a_file_that_is_gone_is_told(operator, world):
    export = Export.objects.exclude(file="").get()
    Export.objects.update(file="")
    answer = operator.get(f"/exports/{export.pk}/file/")
    assert "kept for 7 days" in answer.content.decode()
    assert "Export again" in operator.get("/exports/").content.decode()


def test_it_cancels_an_export(operator, world):
    wish = {"format": "csv", "separator": "comma", "encoding": "utf-8"}
    operator.post(f"/groups/{world.group.pk}/export/", wish)
    export = Export.objects.latest("pk")
    operator.post(f"/exports/{export.pk}/cancel/")
    assert Export.objects.get(pk=export.pk).process.cancel_requested
    leases.end(export.process_id, Process.State.CANCELLED)


def test_the_list_takes_few_queries(operator, world, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        operator.get("/exports/")
