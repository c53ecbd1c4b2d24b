# For users of conftest: a plan is one JSON document, and its schema is `flyteplan schema plan`.
#
#     flyteplan plan -t production -o json=plan.json
#     conftest test --policy examples/policies/conftest plan.json
package main

import rego.v1

# What the versions ask for in all may grow by 64Gi in one plan.
deny contains message if {
	memory := input.summary.requests.memory
	grown := units.parse(memory.desired) - units.parse(memory.live)
	grown > units.parse("64Gi")
	message := sprintf("memory grows from %s to %s, by more than 64Gi", [memory.live, memory.desired])
}

# A GPU that goes away though nobody wrote so is a mistake more often than not.
deny contains message if {
	some change in input.changes
	some field in change.fields
	field.collateral
	startswith(field.path, "resources.")
	endswith(field.path, "gpu")
	field.desired == null
	message := sprintf("%s loses its %s (%s)", [change.task.name, field.path, field.live])
}

# Where the line is that is to blame: `set_by` is that of the manifest.
warn contains message if {
	some change in input.changes
	some field in change.fields
	field.path == "cache.version_override"
	field.live != field.desired
	message := sprintf("%s:%d: %s computes everything anew", [field.set_by.path, field.set_by.line, change.task.name])
}

# What flyteplan's own policies said is in the plan too.
warn contains message if {
	some decision in input.policy.decisions
	decision.effect == "excused"
	message := sprintf("%s is excused from %s until %s", [decision.task.name, decision.rule, decision.exception.until])
}
