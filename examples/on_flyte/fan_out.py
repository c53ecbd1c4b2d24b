"""A plan that is made by many tasks at once, for manifests that one machine would take too long for.

    flyte deploy examples/on_flyte/fan_out.py env
    flyte run deployed-task fan-out.plan --repository https://git.example.com/acme/ml-overrides.git --count 8

Every part reads all manifests of one commit, and asks the platform for the templates of its own tasks alone. What comes
out is the file that `flyteplan plan --out` of one machine would have saved, to the byte: to be read with
`flyteplan diff`, and applied with `flyteplan apply`. The target of flyteplan.yaml names the endpoint.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import flyte
from flyte.io import File

env = flyte.TaskEnvironment(
    name="fan-out",
    description="Plans the manifests of a Git repository in parts, and joins them.",
    image=flyte.Image.from_debian_base(name="fan-out").with_apt_packages("git").with_pip_packages("flyteplan"),
    resources=flyte.Resources(cpu=1, memory="2Gi"),
    secrets=[flyte.Secret(key="flyteplan-api-key", as_env_var="FLYTE_API_KEY")],
)


@env.task(retries=2)
def part(repository: str, commit: str, target: str, number: int, count: int) -> File:
    """Plan the tasks of one share.

    Args:
        repository: Where the manifests are: a URL, or a path.
        commit: The full name of a commit, the same one for all parts.
        target: The target of flyteplan.yaml.
        number: Which share it is, from 1.
        count: How many shares there are.
    """
    with TemporaryDirectory() as folder:
        for git in (("init",), ("fetch", "--depth=1", "--", repository, commit), ("checkout", "FETCH_HEAD")):
            _run("git", git[0], "--quiet", *git[1:], cwd=folder)
        made = _lasting(f"part-{number}.json")
        share = (f"--shard={number}/{count}", f"--out={made}")
        # What is wrong with its tasks is in the part too: all of it is said where the parts are joined.
        _run(sys.executable, "-m", "flyteplan", "plan", f"--target={target}", *share, cwd=folder, made=made)
        return File.from_local_sync(made)


@env.task
def merge(parts: list[File]) -> File:
    """Join the parts of one plan.

    Args:
        parts: All of them, in any order.
    """
    with TemporaryDirectory() as folder:
        paths = [one.download_sync(f"{folder}/{number}.json") for number, one in enumerate(parts, 1)]
        made = _lasting("plan.json")
        _run(sys.executable, "-m", "flyteplan", "merge-plans", *paths, f"--out={made}", cwd=folder, made=made)
        return File.from_local_sync(made)


@env.task
async def plan(repository: str, revision: str = "main", target: str = "production", count: int = 4) -> File:
    """Plan the manifests of a branch, a tag or a commit, in parts that are made at the same time.

    Args:
        repository: Where the manifests are: a URL, or a path.
        revision: A branch, a tag, or the full name of a commit.
        target: The target of flyteplan.yaml to plan for.
        count: In how many parts.
    """
    commit = _commit(repository, revision)
    numbers = range(1, count + 1)
    parts = await asyncio.gather(*(part.aio(repository, commit, target, number, count) for number in numbers))
    return await merge.aio(parts=list(parts))


def _commit(repository: str, revision: str) -> str:
    """A branch may move while parts are made of it; *revision* is a commit where it is neither a branch nor a tag."""
    names = [f"refs/heads/{revision}", f"refs/tags/{revision}^{{}}", f"refs/tags/{revision}"]
    listed = (line.split("\t") for line in _run("git", "ls-remote", "--", repository, *names).splitlines())
    found = {name: commit for commit, name in listed}
    return next((found[name] for name in names if name in found), revision)


def _lasting(name: str) -> Path:
    """Where a file may stay: on a platform it goes with the pod, and a local run hands on the path of it."""
    return Path(mkdtemp()) / name


def _run(*command: str, cwd: str | None = None, made: Path | None = None) -> str:
    """The output of a command, which also goes to the log; one that fails makes this task fail with its words.

    A command that should have *made* a file may end with a code of its own, when the file is there.
    """
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode and not (made and made.exists()):
        raise RuntimeError(f"exit code {done.returncode}: {done.stdout.strip()}")
    return done.stdout
