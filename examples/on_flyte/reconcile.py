"""A scheduled task that keeps a platform in step with a Git repository: what is merged is applied, what was undone too.

    flyte deploy examples/on_flyte/reconcile.py env

The target of flyteplan.yaml names the endpoint. The secret is the API key of an application that may deploy there, as
`flyte create api-key` prints it; a platform without a login needs none. Two runs at once do no harm, and what one that
was cut off has left is done by the next.
"""

from __future__ import annotations

import subprocess
import sys
from tempfile import TemporaryDirectory

import flyte

env = flyte.TaskEnvironment(
    name="reconciler",
    description="Applies the manifests of a Git repository.",
    image=flyte.Image.from_debian_base(name="reconciler").with_apt_packages("git").with_pip_packages("flyteplan"),
    resources=flyte.Resources(cpu=1, memory="512Mi"),
    secrets=[flyte.Secret(key="flyteplan-api-key", as_env_var="FLYTE_API_KEY")],
)

quarterly = flyte.Trigger(
    name="every-quarter-of-an-hour",
    automation=flyte.Cron("*/15 * * * *"),
    inputs={
        "repository": "https://git.example.com/acme/ml-overrides.git",
        "revision": "main",
        "target": "production",
    },
)


@env.task(triggers=quarterly, timeout=600)
def reconcile(repository: str, revision: str = "main", target: str = "production") -> str:
    """Apply the manifests of a branch or tag, and give the last line of what flyteplan says of it.

    Args:
        repository: Where to clone from: a URL, or a path.
        revision: A branch or a tag.
        target: The target of flyteplan.yaml to bring in step.
    """
    with TemporaryDirectory() as folder:
        _run("git", "clone", "--quiet", "--depth=1", f"--branch={revision}", "--", repository, folder)
        applied = _run(sys.executable, "-m", "flyteplan", "apply", "--yes", f"--target={target}", cwd=folder)
    return applied.splitlines()[-1]


def _run(*command: str, cwd: str | None = None) -> str:
    """The output of a command, which also goes to the log; one that fails makes this run fail with its words."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {done.stdout.strip()}")
    return done.stdout
