from tidings.messaging.actions import create, write


def message(purpose: str = "service") -> str:
    made = create("Order", purpose=purpose, by=None)
    return str(write("", subject="Order", text="Order {{ param.order }}", by=None, message=made).message_id)


def test_it_sends_to_one_contact_once_for_each_key(tidings, make_group) -> None:
    make_group()
    words = (
        "send-one",
        message(),
        "anna@example.com",
        "--param",
        "order=A-1",
        "--idempotency-key",
        "1",
        "--json",
    )
    once, again = (tidings(*words).json for _ in range(2))
    assert (once["id"], once["outcome"]) == (again["id"], "planned")
    assert [one["email"] for one in tidings("single", "list", "--json").json] == ["anna@example.com"]
    assert tidings("single", "show", str(once["id"]), "--json").json == once


def test_it_refuses_a_key_that_was_used_otherwise(tidings, make_group) -> None:
    make_group()
    words = ("send-one", message(), "anna@example.com", "--idempotency-key", "1", "--json", "--param")
    tidings(*words, "order=A-1")
    refused = tidings(*words, "order=A-2")
    assert (refused.code, refused.error["error"]) == (3, "key_used_before")


def test_it_asks_for_the_group_if_there_are_several(tidings, make_group) -> None:
    make_group()
    make_group()
    refused = tidings("send-one", message(), "anna@example.com", "--param", "order=1", "--json")
    assert refused.error["error"] == "no_group_named"


def test_a_parameter_is_given_once(tidings, make_group) -> None:
    make_group()
    assert (
        tidings("send-one", message(), "a@example.com", "--param", "order=1", "--param", "order=2").code == 2
    )


def test_it_sends_to_each_line_of_a_file(tidings, make_group, tmp_path) -> None:
    make_group()
    file, number = tmp_path / "orders.csv", message()
    file.write_text("email,order,idempotency_key\nanna@example.com,A-1,1\nben,A-2,2\n")
    done = tidings("send-many", number, str(file), "--json")
    assert (done.code, [one["result"] for one in done.json]) == (3, ["accepted", "refused"])
    assert [one["line"] for one in done.json] == [2, 3]
    assert tidings("send-many", number, str(file), "--json").json[0]["id"] == done.json[0]["id"]


def test_it_sends_to_each_object_of_a_file(tidings, make_group, tmp_path) -> None:
    make_group()
    file, number = tmp_path / "orders.jsonl", message()
    file.write_text('{"email": "anna@example.com", "params": {"order": "A-1"}}\n\n')
    words = ("send-many", number, str(file), "--format", "jsonl", "--json")
    assert [one["result"] for one in tidings(*words).json] == ["accepted"]
    for bad in ("[]", "{", '{"email": 1}', '{"email": "a@example.com", "to": "b"}'):
        file.write_text(f"{bad}\n")
        assert tidings(*words).error["error"] == "bad_single"
