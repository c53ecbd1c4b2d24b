"""A raw container: no Python and no Flyte inside, files in and files out."""

from __future__ import annotations

import flyte
from flyte.extras import ContainerTask
from flyte.io import Dir

SHRINK = """\
mkdir -p /var/outputs/thumbnails
mogrify -path /var/outputs/thumbnails -thumbnail {{.inputs.width}} /var/inputs/images/*
"""

make_thumbnails = ContainerTask(
    name="media.make_thumbnails",
    image="registry.example.com/acme/imagemagick:7.1.2",
    inputs={"images": Dir, "width": int},
    outputs={"thumbnails": Dir},
    command=["/bin/sh", "-ec"],
    arguments=[SHRINK],
    resources=flyte.Resources(cpu=1, memory="1Gi", disk="10Gi"),
    env_vars={"MAGICK_THREAD_LIMIT": "2"},
    short_name="make_thumbnails",
    interruptible=True,
)

env = flyte.TaskEnvironment.from_task("media", make_thumbnails)
