"""A process that has the program ready and forks what is to be killed: no start of Python each."""

import json
import os
import sys

from tests.faults import sync_worker


def serve() -> None:
    """For each line [task, database, file, point]: says the child's number, and how it ended."""
    for line in sys.stdin:
        task, location, file, point = json.loads(line)
        child = os.fork()
        if not child:
            os.environ["APS_CRASH_AT"] = point
            getattr(sync_worker, task)(location, file)
            os._exit(0)
        print("child", child, flush=True)
        _, status = os.waitpid(child, 0)
        print("ended", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
