// The program around its verbs: parses the arguments, runs the verb that they name, and turns
// errors into a line on stderr and an exit code.
//
// main.cc gives it all verbs. demo_main.cc gives it the demo alone: what run.sh shows first,
// while the rest is being compiled.

#pragma once

#include <span>

namespace kindred::cli {

class Command;

// Describes one verb: add_train and its like.
using AddVerb = void (*)(Command& app);

// The exit code of the process: 0, 1 when the verb failed, 2 after a usage error, 130 when it was
// interrupted. Throws nothing.
int run_program(int argc, const char* const* argv, std::span<const AddVerb> verbs);

}  // namespace kindred::cli
