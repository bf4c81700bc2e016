"""A program that uses the embedded server of the home it is given; the tests start it, also as other users.

Says `{"pid", "started_here"}` in one line when the server runs, and ends when its standard input does.
"""

import json
import sys
from pathlib import Path

from tidings.kernel.embedded.server import running

with running(Path(sys.argv[1])) as server:
    sys.stdout.write(json.dumps({"pid": server.pid, "started_here": server.started_here}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
