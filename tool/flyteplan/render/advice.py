"""What to do about a problem, by its code: `explain` says more than there is room for in a message."""

from __future__ import annotations

import textwrap

from flyteplan.errors import CODES
from flyteplan.render.style import Line, Span

_ANY = (
    "The problem names the file, the line and what is wrong there, and says in parentheses what to do about it. "
    "`flyteplan explain FIELD` says what a field takes."
)
# By whole code, else by its first four characters.
ADVICE = {
    "FP21": (
        "The lock says what `latest` stands for. Without --locked what does not hold is a warning; with it, and for "
        "`lock --check`, an error (exit 4)."
    ),
    "FP2101": (
        "A manifest speaks of a task or of a version that was not locked yet. Run `flyteplan lock` and commit "
        "flyteplan.lock with the manifest."
    ),
    "FP2102": (
        "The catalog does not have the version any more that the lock holds. Deploy it again, or let "
        "`flyteplan lock --upgrade TASK` take the newest one, and review what that changes with `flyteplan plan`."
    ),
    "FP2103": (
        "The version has the name that was locked and another content: somebody deployed it again. Find out who, and "
        "why. `flyteplan lock --upgrade TASK` accepts what is deployed now."
    ),
    "FP2104": "No manifest needs the stanza any more. `flyteplan lock` takes it out.",
    "FP2105": (
        "The file was edited, or a merge left its marks in it. Take the file of one side, and run `flyteplan lock`, "
        "which adds what the manifests need."
    ),
    "FP2301": (
        "Since the plan was made something moved: what is deployed, a manifest that the plan reads a sensitive value "
        "of, its salt, or the plan itself. Nothing is submitted. Make a new plan, review how it differs "
        "(`flyteplan diff old.json new.json`), and apply that one."
    ),
    "FP2302": (
        "The version that the manifest pins was deployed before the newest one, and a version that is derived from it "
        "would become what callers of `latest` get: they would go back. Pin the newest version or take "
        "`auto_version: latest`. Where going back is what you want, say `submit: {allow_older_base: true}`."
    ),
    "FP2303": (
        "Triggers are moved all together or not at all, and this catalog only counts them, so some would be lost. "
        "Apply to the endpoint that has them, or set `submit: {triggers: keep}`: they go on with the version they run."
    ),
    "FP2304": (
        "`flyteplan plan --shard I/N --out FILE` makes one of N parts, and `flyteplan merge-plans` joins them when all "
        "are there and each was made of the same: one revision, its manifests, policies and lock, one target, the same "
        "flags and flyteplan. So all machines check out one commit and get one command line, but for I. A part that "
        "was altered is refused, and none can be applied: only all of them together are the plan."
    ),
    "FP2501": (
        "The plan ends with 3, and an apply submits nothing. In parentheses stand the rule and its line: read there "
        "what is allowed, and change the line of the manifest that the problem names. When the rule has to give way, "
        "whoever owns the policies can change it, or write an exception with a reason, an owner and a last day "
        "(`exceptions` of an OverridePolicy)."
    ),
    "FP2502": (
        "Nothing is stopped: the rule, which stands in parentheses, warns where another would deny. Do what its words "
        "ask for in the manifest. When a field is required, it is one of the task: `labels.team` is "
        "`overrides.labels.team`, and not `metadata.labels` of the manifest."
    ),
    "FP2503": (
        "Exceptions hold until the end of their last day. Two weeks before that they are a warning, afterwards an "
        "error (exit 3 of plan and apply), whether anything needs them or not. Mend what it excuses and remove it, or "
        "agree on a new `until` with its owner. `plan --as-of DATE` shows what will be said on a day."
    ),
    "FP2504": "An exception names its rule by `rule`. Write the name as the policy has it, or remove the exception.",
    "FP2505": (
        "Exceptions, and --dangerous-allow, go by names, so a target has each name once, in all of its policies. "
        "Rename one of the two."
    ),
    "FP2506": (
        "Guards of the target in flyteplan.yaml bound what one apply does. It is a warning of plan and diff; apply "
        "submits nothing and ends with 3. Apply less at once (--select), wait for the end of a freeze, or pass this "
        "guard by its name with --dangerous-allow when somebody has agreed to that."
    ),
    "FP2507": (
        "With --policy-from the rules are those of another revision, and a target that it does not have, or has at "
        "another endpoint, organization, project or domain, would escape them. Bring the target in, or move it, with a "
        "pull request of its own."
    ),
}


def advised(code: str, width: int) -> list[Line]:
    """What *code* means, and what to do about it."""
    told = [ADVICE[key] for key in (code[:4], code) if key in ADVICE] or [_ANY]
    lines = [line for text in told for line in textwrap.wrap(text, width - 4)]
    return [(Span(f"{code}: {CODES[code]}", "bold"),), (), *((Span(f"    {line}"),) for line in lines)]
