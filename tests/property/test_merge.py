"""Whatever is edited apart, however it is exchanged: all end with the same, and with all of it."""

from collections.abc import Callable

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.property import offices
from tests.property.budget import budget
from tests.property.merge_machine import MergeMachine


@pytest.mark.timeout(7200)
def test_devices_converge_and_lose_nothing() -> None:
    run_state_machine_as_test(MergeMachine, settings=budget(examples=40, steps=30))


@pytest.mark.timeout(7200)
def test_a_device_on_a_server_converges_with_files(pg_url: Callable[[], str]) -> None:
    url = pg_url()
    offices.make_on_server(url)

    class WithServer(MergeMachine):
        @staticmethod
        def server() -> str:
            return url

    run_state_machine_as_test(WithServer, settings=budget(examples=8, steps=20))
