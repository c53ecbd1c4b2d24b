"""What the fields of a TaskSpec are called in a plan.

A field that manifests can set goes by the manifest's path; any other by its path in the TaskSpec, without the
`task_template` in front.
"""

from __future__ import annotations

from functools import lru_cache

# Path in the TaskSpec to the manifest's path. A path that ends in a dot stands for all below it.
KNOWN = {
    "task_template.container.image": "image",
    "task_template.container.resources.requests.": "resources.requests.",
    "task_template.container.resources.limits.": "resources.limits.",
    "task_template.container.resources": "resources",
    "task_template.container.env.": "env_vars.",
    "task_template.extended_resources.gpu_accelerator": "resources.gpu",
    "task_template.extended_resources.gpu_accelerator.device": "resources.gpu.device",
    "task_template.extended_resources.gpu_accelerator.device_class": "resources.gpu.device_class",
    "task_template.extended_resources.gpu_accelerator.partition_size": "resources.gpu.partition",
    "task_template.extended_resources.shared_memory": "resources.shm",
    "task_template.metadata.retries": "retries",
    "task_template.metadata.retries.retries": "retries.count",
    "task_template.metadata.retries.backoff": "retries.backoff",
    "task_template.metadata.retries.backoff.": "retries.backoff.",
    "task_template.metadata.timeout": "timeout.max_runtime",
    "task_template.metadata.timeouts": "timeout",
    "task_template.metadata.timeouts.queued_timeout": "timeout.max_queued_time",
    "task_template.metadata.timeouts.deadline": "timeout.deadline",
    "task_template.metadata.discoverable": "cache.behavior",
    "task_template.metadata.discovery_version": "cache.version_override",
    "task_template.metadata.cache_serializable": "cache.serialize",
    "task_template.metadata.cache_ignore_input_vars": "cache.ignored_inputs",
    "task_template.metadata.cache_max_age": "cache.max_age",
    "task_template.metadata.interruptible": "interruptible",
    "task_template.metadata.produces_artifacts": "produces_artifacts",
    "task_template.metadata.pod_template_name": "pod_template_name",
    "task_template.metadata.metadata.labels.": "labels.",
    "task_template.metadata.metadata.annotations.": "annotations.",
    "task_template.security_context.secrets.": "secrets.",
    "task_template.security_context.run_as.k8s_service_account": "service_account",
}
# Where the manifest has another word for a value.
VALUES = {"task_template.metadata.discoverable": {True: "override", False: "disable"}}
_PREFIXES = tuple(path for path in KNOWN if path.endswith("."))
_TEMPLATE = "task_template."


@lru_cache(maxsize=4096)
def name_of(path: str) -> str:
    """The name of a field that stands at *path* in the TaskSpec."""
    known = KNOWN.get(path)
    if known is not None:
        return known
    for prefix in _PREFIXES:
        if path.startswith(prefix):
            return KNOWN[prefix] + path[len(prefix) :]
    return path.removeprefix(_TEMPLATE)
