"""flyteplan on Flyte itself: a task that calls what a plan makes, and one that keeps a platform in step with Git."""
