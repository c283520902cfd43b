#!/usr/bin/env python3
"""Checks what a compiler does not: the layers, and the few rules of style that a script can see.

    tools/check_layers.py [ROOT]        prints FILE:LINE: what is wrong; exits 1 if anything is

Include rules, read from kindred/layers.txt:
  - a module includes only modules on earlier lines, never a sibling, and so do its CMake DEPENDS;
  - nobody includes cli/, python/, tests/, benchmarks/ or examples/ but themselves;
    only tests/support/ is there for the unit tests beside the code as well;
  - paths start at the repository root: no "../", no "neighbour.h";
  - a third-party header appears only in its home (THIRD_PARTY below).
Sizes from outside go through kindred/base/size.h (SIZES below).
Style rules: at most 500 lines a source file, #pragma once in headers, no num_ in names, no marks
for unfinished work, no trailing whitespace, a newline at the end.
"""

import re
import sys
from pathlib import Path

LINES_MAX = 500
SOURCE_FOLDERS = ("kindred", "cli", "python", "tests", "benchmarks", "examples")
SKIPPED_FOLDERS = {"build", "node_modules", "__pycache__", "corpus", "third_party"}
CPP = {".h", ".cc"}
CODE = CPP | {".py", ".sh", ".cmake", ".ts", ".js", ".css"}
TEXT = CODE | {".md", ".txt", ".html", ".yml", ".yaml", ".toml"}

# (what the include starts with, where it may appear, the rule in words). First match counts.
TESTS = r"(tests/.*|.*_test\.cc)"
ANY_CC = r".*\.cc"
THIRD_PARTY = [
    (r"hwy/(?!aligned_allocator)", r"kindred/linalg/kernels/.*", "SIMD lives in kindred/linalg/kernels/"),
    (r"(\w*intrin|arm_neon|arm_sve|altivec)\.h", r"kindred/linalg/kernels/.*",
     "SIMD lives in kindred/linalg/kernels/"),
    (r"(cblas|cblas-openblas|f77blas|lapacke?|openblas_config)\b", r"kindred/linalg/blas\.cc",
     "BLAS lives in kindred/linalg/blas.cc"),
    (r"boost/", r"kindred/serving/http\.cc", "Boost.Beast lives in kindred/serving/http.cc"),
    (r"openssl/", r"kindred/serving/http\.cc", "OpenSSL lives in kindred/serving/http.cc"),
    (r"nlohmann/", r"kindred/base/json\.cc", "JSON lives in kindred/base/json.cc"),
    (r"toml\+\+/", r"kindred/base/toml\.cc", "TOML lives in kindred/base/toml.cc"),
    (r"zip\.h", r"kindred/data/npy\.cc", "zip archives live in kindred/data/npy.cc"),
    (r"CLI/", r"cli/flags/.*\.cc", "CLI11 lives in cli/flags/*.cc"),
    (r"(gtest|gmock|rapidcheck)(/|\.h)", TESTS, "test libraries live in tests"),
    (r"benchmark/", r"benchmarks/.*", "Google Benchmark lives in benchmarks/"),
    (r"(fmt|fast_float|spdlog)/", ANY_CC, "only .cc files may include it: it is slow to compile"),
    (r"(zlib|zstd|xxhash|png|sqlite3|farmhash)\.h", ANY_CC, "only .cc files may include it"),
]
SINGLE_HOME = {"sqlite3.h": "SQLite"}  # Any one .cc file of kindred/, but only one.

# What reads or reserves a number from outside before it is bounded, and what to write instead.
SIZES = [
    (r"\.as_uint\(\)", r"kindred/base/(json|size)\.cc",
     "a count is read by read_size() with its name and its largest value, a seed by read_word()"),
    (r"static_cast<(int|std::size_t|std::uint32_t)>\(\S*\.as_int\(\)\)", r"kindred/base/size\.cc",
     "a number of a file is read by read_integer() with its name and its range"),
    (r"(at|find)\(\"(rows|cols|count|entries|people)\"\).*\+ 1\b", r"$^",
     "rows + 1 of what a file says wraps to 0; ContainerReader::read_offsets() knows"),
    (r"(reserve|resize)\(\S*\bas_(u?int|double)\(", r"$^",
     "nothing is reserved on the word of a file; bound the number by read_size() first"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
DEPENDS = re.compile(r"kindred_module\(\s*(\w+)[^)]*?\bDEPENDS\s+([^)]*?)(?:\bLIBRARIES\b|\))")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
BANNED_NAME = re.compile(r"\bnum_\w*|\b(?!openblas_|zip_get_)\w*_num_\w*")


def read_layers(root):
    """Module name -> index of its line in kindred/layers.txt."""
    layers = {}
    for index, line in enumerate((root / "kindred/layers.txt").read_text().splitlines()):
        if not line.startswith("#"):
            layers.update({module: index for module in line.split()})
    return layers


def files_below(root):
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        hidden = any(part.startswith(".") for part in parts)
        if not hidden and not SKIPPED_FOLDERS.intersection(parts) and path.is_file():
            yield path


def module_of(name):
    """"kindred/data/x.h" -> "data"; None outside of kindred/'s modules."""
    parts = name.split("/")
    return parts[1] if parts[0] == "kindred" and len(parts) > 2 else None


def quoted_include_fault(name, included, layers):
    """Why `name` may not include "included", or None."""
    top = included.split("/")[0]
    if ".." in included.split("/"):
        return "an include path starts at the repository root, without ../"
    if top not in SOURCE_FOLDERS or "/" not in included:
        return f'"{included}" does not start at the repository root'
    if included.startswith("tests/support/") and name.endswith("_test.cc"):
        return None
    if top != "kindred":
        return None if name.startswith(top + "/") else f"nobody includes {top}/ but itself"
    from_module, to_module = module_of(name), module_of(included)
    if from_module is None or from_module == to_module:
        return None
    if to_module not in layers:
        return f"{to_module} has no line in kindred/layers.txt"
    if layers.get(from_module, -1) < layers[to_module]:
        return f"{from_module} may not include the higher layer {to_module}"
    if layers[from_module] == layers[to_module]:
        return f"{from_module} may not include its sibling {to_module}"
    return None


def third_party_fault(name, included):
    for prefix, home, rule in THIRD_PARTY:
        if re.match(prefix, included):
            return None if re.fullmatch(home, name) else f"<{included}>: {rule}"
    return None


def size_fault(name, line):
    """Why that line believes a number from outside, or None. Tests may."""
    if re.fullmatch(TESTS, name) or line.lstrip().startswith("//"):
        return None
    for pattern, home, rule in SIZES:
        if re.search(pattern, line) and not re.fullmatch(home, name):
            return rule
    return None


def cpp_faults(name, lines, layers):
    module = module_of(name)
    if module is not None and module not in layers:
        yield 1, f"the module {module} has no line in kindred/layers.txt"
    inline_kernel = name.startswith("kindred/linalg/kernels/") and name.endswith("-inl.h")
    if name.endswith(".h") and not inline_kernel and "#pragma once" not in lines:
        yield 1, "a header needs #pragma once"
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include:
            quoted = include[1] == '"'
            fault = quoted_include_fault(name, include[2], layers) if quoted else None
            fault = fault or third_party_fault(name, include[2])
            if fault:
                yield number, fault
        elif BANNED_NAME.search(line):
            yield number, f"'{BANNED_NAME.search(line)[0]}': say user_count, not num_users"
        elif size_fault(name, line):
            yield number, size_fault(name, line)


def cmake_faults(name, text, layers):
    for match in DEPENDS.finditer(text):
        module = match[1]
        number = text.count("\n", 0, match.start()) + 1
        for lower in match[2].split():
            if layers.get(lower, 1 << 30) >= layers.get(module, -1):
                yield number, f"{module} may not depend on {lower}: it is no lower layer"


def text_faults(name, text, lines):
    if len(lines) > LINES_MAX and Path(name).suffix in CODE:
        yield len(lines), f"{len(lines)} lines: past {LINES_MAX} a file holds two ideas"
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end of the file"
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "trailing whitespace"
        unfinished = UNFINISHED.search(line)
        if unfinished:
            yield number, f"'{unfinished[0]}': finish it, or say so where users read it"


def check_tree(root):
    """All faults of the tree as lines of text."""
    root = Path(root)
    layers = read_layers(root)
    faults = []
    homes = {header: [] for header in SINGLE_HOME}
    for path in files_below(root):
        name = path.relative_to(root).as_posix()
        if path.suffix not in TEXT:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            faults.append(f"{name}:1: not UTF-8")
            continue
        lines = text.splitlines()
        found = list(text_faults(name, text, lines))
        if path.suffix in CPP and name.split("/")[0] in SOURCE_FOLDERS:
            found += cpp_faults(name, lines, layers)
            for header, files in homes.items():
                if name.startswith("kindred/") and f"#include <{header}>" in lines:
                    files.append(name)
        elif path.name == "CMakeLists.txt":
            found += cmake_faults(name, text, layers)
        faults += [f"{name}:{number}: {fault}" for number, fault in sorted(found)]
    for header, files in homes.items():
        if len(files) > 1:
            faults.append(f"{files[1]}:1: {SINGLE_HOME[header]} already lives in {files[0]}")
    return faults


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    faults = check_tree(root)
    print("\n".join(faults) if faults else "layers and style: nothing to complain about")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
