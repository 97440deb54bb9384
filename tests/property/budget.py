"""How much a state machine may try: little in CI, much in the long run."""

import os

from hypothesis import Phase, settings
from hypothesis import strategies as st

SEED = st.integers(0, 2**32)
"""For what happens inside a step: drawn piece by piece, most runs would repeat the same edits.

Mix it with how far the run has come: hypothesis likes to copy a run with one step changed, and then
all that follows shall be new.
"""


def budget(examples: int, steps: int) -> settings:
    """That much in CI, where the first failure is told as it was found; what the profile says else.

    The long run takes its time to make a failure small.
    """
    if os.environ.get("APS_HYPOTHESIS_PROFILE", "ci") != "ci":
        return settings()
    return first_failure(examples, steps)


def first_failure(examples: int, steps: int) -> settings:
    """For what is run to see whether it fails: nobody waits until the failure is small."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        print_blob=False,
    )
