"""Checks that each target imports only the targets that Package.swift lets it import.

The toolchain's --explicit-target-dependency-import-check lets a target import what a dependency of it
depends on. Here that would let the layers grow into each other unseen. Reads the output of
`swift package dump-package` from standard input; run it in the package's folder. What lies in Tests, such as
TestSupport, is for tests: no target of Sources may depend on it.
"""

import json
import pathlib
import re
import sys

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)",
    re.MULTILINE,
)


def module(name):
    return name.replace("-", "_")


def declared(target):
    """The names in ["name", …] of every kind of dependency: by name, target, product."""
    return {module(next(iter(dependency.values()))[0]) for dependency in target["dependencies"]}


def folder(target):
    return pathlib.Path(target.get("path") or f"Sources/{target['name']}")


def is_for_tests(target):
    return folder(target).parts[0] == "Tests"


targets = [target for target in json.load(sys.stdin)["targets"] if target["type"] in ("regular", "executable", "system")]
known = {module(target["name"]) for target in targets} | set().union(*map(declared, targets))
undeclared = [
    f"{file}: imports {name}, which Package.swift does not let {target['name']} import"
    for target in targets
    for file in sorted(folder(target).rglob("*.swift"))
    for name in IMPORT.findall(file.read_text())
    if name in known - declared(target) - {module(target["name"])}
]
of_tests = {module(target["name"]) for target in targets if is_for_tests(target)}
misused = [
    f"Package.swift: {target['name']} depends on {name}, which is for tests alone"
    for target in targets
    if not is_for_tests(target)
    for name in sorted(declared(target) & of_tests)
]
print("\n".join(undeclared + misused) or f"{len(targets)} targets import what they may")
sys.exit(bool(undeclared + misused))
