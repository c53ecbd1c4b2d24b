"""The folder `before` is what the branch main has; the rest is what stands in the checkout."""

import os
import subprocess

WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, env={**os.environ, **WHO, **ALONE})


git("init", "--quiet", "--initial-branch=main")
git("--work-tree=before", "add", "--all")
git("--work-tree=before", "commit", "--quiet", "--message=before")
