"""Links that a checkout left without what they point at, and one that leads to itself."""

import os

os.symlink("../gone/train.yaml", "manifests/train.yaml")
os.symlink("circle.yaml", "manifests/circle.yaml")
