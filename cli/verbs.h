// The verbs of the program, in the order in which --help lists them.

#pragma once

namespace CLI {
class App;
}

namespace kindred::cli {}  // namespace kindred::cli
