// kindred demo: embeddings explained on a small world of movies.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "cli/common.h"
#include "cli/demo_files.h"
#include "cli/demo_lesson.h"
#include "cli/demo_picture.h"
#include "cli/demo_text.h"
#include "cli/flags/command.h"
#include "cli/verbs.h"
#include "kindred/base/thread_pool.h"

namespace kindred::cli {
namespace {

struct DemoFlags {
  CommonOptions common;
  LessonOptions lesson;
  bool plain = false;
  std::string folder;
  std::string picture;
};

// As https://no-color.org asks: any value but the empty one switches colours off.
bool wants_colour(const DemoFlags& flags) {
  const char* no_colour = std::getenv("NO_COLOR");
  return !flags.plain && (no_colour == nullptr || *no_colour == '\0') &&
         ::isatty(::fileno(stdout)) == 1;
}

void run_demo(const DemoFlags& flags) {
  ThreadPool pool(flags.common.threads);
  LessonOptions options = flags.lesson;
  options.seed = flags.common.seed;
  // A person takes about 21 ratings of 8 bytes, twice over, and a vector.
  require_memory(flags.common,
                 options.people * (1024 + 8 * static_cast<std::size_t>(options.dimensions)),
                 "the demo");
  const Lesson lesson = teach(options, pool);
  if (flags.common.json) {
    fmt::print("{}\n", to_json(lesson).dump(2));
  } else {
    fmt::print("{}", to_text(lesson, Paint(wants_colour(flags))));
  }
  std::fflush(stdout);
  if (!flags.folder.empty()) {
    for (const auto& path : write_files(lesson, flags.folder)) {
      note(flags.common, "wrote " + path.string());
    }
  }
  if (!flags.picture.empty()) {
    write_picture(lesson, flags.picture);
    note(flags.common, "wrote " + flags.picture);
  }
}

}  // namespace

void add_demo(Command& app) {
  auto flags = std::make_shared<DemoFlags>();
  Command* verb = app.add_subcommand(
      "demo", "Learn, recommend and explain the built-in movie world; no input needed");
  verb->add_option("--dim", flags->lesson.dimensions, "Dimensions of the learned space")
      ->check(range(1, 128))
      ->capture_default_str();
  verb->add_option("--epochs", flags->lesson.epochs, "Passes over the ratings")
      ->check(range(1, 1000))
      ->capture_default_str();
  verb->add_option("--people", flags->lesson.people, "How many people the audience has")
      ->check(range(100, 1'000'000))
      ->capture_default_str();
  verb->add_flag("--plain", flags->plain, "No colours, also on a terminal");
  verb->add_option("--write", flags->folder,
                   "Write ratings.csv, movies.csv, people.csv and demo.kindred into this folder");
  verb->add_option("--svg", flags->picture, "Draw the movies into this SVG file");
  add_common_options(*verb, flags->common);
  verb->footer(
      "Example:\n"
      "  kindred demo --write world\n"
      "  kindred similar world/demo.kindred \"The Incredibles\"");
  verb->callback([flags] { run_demo(*flags); });
}

}  // namespace kindred::cli
