// The program `kindred`: its verbs, in the order in which --help lists them.

#include "cli/program.h"
#include "cli/verbs.h"

int main(int argc, char** argv) {
  using namespace kindred::cli;
  static constexpr AddVerb kVerbs[] = {
      add_demo,    add_train,   add_towers,  add_evaluate, add_tune,     add_recommend,
      add_predict, add_similar, add_cluster, add_columns,  add_encode,   add_fit,
      add_view,    add_inspect, add_export,  add_import,   add_generate, add_doctor};
  return run_program(argc, argv, kVerbs);
}
