"""What the queue runs is small, and somebody serves its queue."""

import ast
import inspect
import textwrap
from pathlib import Path

import pytest
from django.conf import settings
from procrastinate.contrib.django import app

import tidings

MOST_STATEMENTS = 5
SERVED_QUEUES = {"sending", "prompt", "long"}
app.perform_import_paths()
TASKS = [task for name, task in sorted(app.tasks.items()) if task.func.__module__.startswith("tidings.")]


def statements(function) -> int:
    """Simple statements and heads of compound ones, the docstring aside."""
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    found = [node for node in ast.walk(definition) if isinstance(node, ast.stmt)]
    return len(found) - 2  # the definition itself, and its docstring


def test_a_worker_imports_the_tasks_of_every_package():
    written = {f"tidings.{path.parent.name}.tasks" for path in Path(tidings.__path__[0]).glob("*/tasks.py")}
    assert set(settings.PROCRASTINATE_IMPORT_PATHS) == written


def test_there_are_tasks():
    assert {"locks.run", "sendouts.deliver_batch"} <= {task.name for task in TASKS}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_goes_to_a_queue_that_workers_serve(task):
    assert task.queue in SERVED_QUEUES


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_only_calls_a_step(task):
    assert statements(task.func) <= MOST_STATEMENTS


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_gets_ids_only(task):
    kinds = {p.annotation for p in inspect.signature(task.func).parameters.values() if p.name != "context"}
    assert kinds <= {int, list[int]}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_says_what_it_does(task):
    assert task.func.__doc__
