import json

import pytest

from denoising.cluster.members import read_cluster
from denoising.errors import DenoisingError
from tools.slurm import configuration, tasks_per_node

HOSTS = ["one", "two", "three"]


def variables(task: int, node: int, local: int) -> dict[str, str]:
    numbers = {"JOB_ID": 31_207, "PROCID": task, "NODEID": node, "LOCALID": local}
    return {f"SLURM_{name}": str(number) for name, number in numbers.items()} | {"SLURM_STEP_TASKS_PER_NODE": "2(x2),1"}


@pytest.mark.parametrize(("task", "node", "local"), [(0, 0, 0), (1, 0, 1), (2, 1, 0), (4, 2, 0)])
def test_each_task_is_a_worker_at_an_address_of_its_own(task: int, node: int, local: int) -> None:
    cluster = read_cluster(configuration(variables(task, node, local), HOSTS))
    assert cluster.worker == task
    assert cluster.addresses == ("one:22414", "one:22415", "two:22414", "two:22415", "three:22414")


def test_two_jobs_one_after_the_other_have_no_address_in_common() -> None:
    addresses: list[str] = []
    for job in ("31207", "31208"):
        text = configuration({**variables(0, 0, 0), "SLURM_JOB_ID": job}, HOSTS)
        addresses += read_cluster(text).addresses
    assert len(set(addresses)) == 10


def test_tasks_that_are_dealt_out_to_the_nodes_in_turn_are_refused() -> None:
    with pytest.raises(DenoisingError, match="--distribution=block"):
        configuration(variables(1, 1, 0), HOSTS)


@pytest.mark.parametrize(("text", "counts"), [("1", [1]), ("2(x3),1", [2, 2, 2, 1]), ("1(x2)", [1, 1])])
def test_the_numbers_of_tasks_are_read_as_slurm_writes_them(text: str, counts: list[int]) -> None:
    assert tasks_per_node(text) == counts


@pytest.mark.parametrize("text", ["", "0", "2(3)", "two", "1,"])
def test_other_numbers_of_tasks_are_refused(text: str) -> None:
    with pytest.raises(DenoisingError, match="SLURM_STEP_TASKS_PER_NODE"):
        tasks_per_node(text)


def test_the_configuration_is_one_line() -> None:
    text = configuration(variables(0, 0, 0), HOSTS)
    assert "\n" not in text
    assert json.loads(text)["task"] == {"type": "worker", "index": 0}
