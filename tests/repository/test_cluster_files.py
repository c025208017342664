"""The files in docs/cluster name what there is."""

import ast
import json
import os
import re
import subprocess
from pathlib import Path

import yaml

from denoising.cluster.members import read_cluster

FOLDER = Path(__file__).parents[2] / "docs/cluster"


def test_every_file_is_named_in_the_page() -> None:
    page = FOLDER.with_suffix(".md").read_text(encoding="utf-8")
    assert all(f"cluster/{path.name}" in page for path in FOLDER.iterdir())


def test_the_workers_of_the_manifest_have_the_names_that_their_service_gives() -> None:
    service, job = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
    pod = job["spec"]["template"]["spec"]
    assert pod["subdomain"] == service["metadata"]["name"]
    assert service["spec"]["selector"]["job-name"] == job["metadata"]["name"]
    script = pod["containers"][0]["command"][-1].split("\nif ")[0]
    for number in range(job["spec"]["completions"]):
        told = subprocess.run(
            ["sh", "-c", f'{script}\necho "$TF_CONFIG"'],
            env={**os.environ, "NUMBER": str(number)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        cluster = read_cluster(told)
        assert cluster.worker == number
        names = [f"{job['metadata']['name']}-{of}.{service['metadata']['name']}" for of in range(len(cluster))]
        assert [address.partition(":")[0] for address in cluster.addresses] == names
        assert json.loads(told)["task"]["index"] == number


def test_the_scripts_can_be_read() -> None:
    subprocess.run(["sh", "-n", FOLDER / "slurm.sh"], check=True)
    ast.parse((FOLDER / "ray_train.py").read_text(encoding="utf-8"))
    started = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert all(re.search(r"dvc[\", ]+repro", text) and "stages.train" in text for text in started.values())
