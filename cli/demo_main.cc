// The program `kindred-demo`: the verb demo of `kindred`, and nothing else. It needs a third of
// the code, so run.sh can show it while the rest is being compiled.

#include "cli/program.h"
#include "cli/verbs.h"

int main(int argc, char** argv) {
  static constexpr kindred::cli::AddVerb kVerbs[] = {kindred::cli::add_demo};
  return kindred::cli::run_program(argc, argv, kVerbs);
}
