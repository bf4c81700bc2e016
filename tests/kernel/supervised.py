"""A supervisor for the tests of it: `supervised.py GRACE_SECONDS NAME=COMMAND ...`, each COMMAND for a shell.

Says `exit NAME PID` for each call of `on_exit`, then fails, as a caller's function may.
"""

import sys

from tidings.kernel.supervise import Service, Supervisor


def say_exit(service, pid):
    sys.stdout.write(f"exit {service.name} {pid}\n")
    sys.stdout.flush()
    raise RuntimeError("the database is away")


pairs = [argument.split("=", 1) for argument in sys.argv[2:]]
services = [Service(name, ["/bin/sh", "-c", command], env={"NAME": name}) for name, command in pairs]
sys.exit(Supervisor(services, on_exit=say_exit, grace_seconds=float(sys.argv[1])).run())
