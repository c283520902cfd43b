// kindred view: the embedding as a map in the browser.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "cli/browser.h"
#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/separator_flag.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/json.h"
#include "kindred/serving/access.h"
#include "kindred/serving/map_api.h"
#include "kindred/serving/map_input.h"
#include "kindred/serving/projector_folder.h"
#include "kindred/serving/service.h"

namespace kindred::cli {
namespace {

constexpr std::uint16_t kFirstPort = 4780;
constexpr std::uint16_t kLastPort = 4879;  // Enough for everybody who forgot one in a terminal.

struct ViewFlags {
  CommonOptions common;
  serving::MapInput input;
  std::filesystem::path projector;
  std::uint16_t port = 0;  // 0: the first free one from kFirstPort.
  bool no_browser = false;
};

void announce(const ViewFlags& flags, const serving::Service& service) {
  if (flags.common.json) {
    Json json;
    json.set("url", service.url());
    json.set("port", std::uint64_t{service.port()});
    fmt::print("{}\n", with_guesses(flags.common, std::move(json)).dump());
  } else {
    fmt::print("{}\n", service.url());
  }
  std::fflush(stdout);
}

void run(ViewFlags flags) {
  note(flags.common, fmt::format("reading {} ...", flags.input.file.string()));
  if (!flags.input.label_file.empty()) require_writable(flags.input.label_file);
  serving::MapData data = serving::read_map(flags.input);
  note_guesses(flags.common, data.guesses);
  note(flags.common, data.about);
  if (!data.remark.empty()) note(flags.common, data.remark);
  if (!data.edited.empty()) {
    note(flags.common, fmt::format("edited labels from {}", data.label_file.string()));
  }
  if (!flags.projector.empty()) {
    const serving::ProjectorFolder written = serving::write_projector_folder(data, flags.projector);
    for (const auto& file : written.files) {
      note(flags.common, fmt::format("wrote {}", file.string()));
    }
    for (const std::string& line : written.notes) note(flags.common, line);
    return;
  }
  const Interrupt interrupt(flags.common.quiet ? nullptr
                                               : "\nclosing the map (once more to end at once)\n");
  serving::ServiceOptions options;
  options.http.port = flags.port == 0 ? kFirstPort : flags.port;
  options.http.port_last = flags.port == 0 ? kLastPort : flags.port;
  options.token = serving::make_token();
  std::mutex writing;
  options.log = [&](std::string_view line) {
    const std::lock_guard lock(writing);
    fmt::print(stderr, "kindred: {}\n", line);
  };
  serving::Service service(options);
  serving::MapApi api(std::move(data), flags.common.threads, service);
  service.start();
  announce(flags, service);
  std::optional<BrowserPage> page;
  if (!flags.no_browser) page.emplace(service.url());
  note(flags.common, "the map is open at this address until you press Ctrl-C");
  while (!interrupt.requested()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  service.stop();
}

// How a text of vectors is to be read, where its bytes leave it open.
void add_reading_options(Command& verb, ViewFlags& flags) {
  const std::string group = "Reading vectors";
  embedding::ImportOptions& reading = flags.input.reading;
  verb.add_option("--format", reading.format,
                  "word2vec (\"n d\" in the first line) or table; default by the lines")
      ->check(one_of({"word2vec", "table"}))
      ->group(group);
  verb.add_option_function<std::string>(
          "--separator",
          [&reading](const std::string& typed) { reading.separator = separator_of(typed); },
          "Between the fields of a table: tab, comma, semicolon, space or |")
      ->group(group);
  Option* header = verb.add_flag_callback(
                           "--header", [&reading] { reading.header = true; },
                           "The first line of a table names its columns; default by the lines")
                       ->group(group);
  verb.add_flag_callback(
          "--no-header", [&reading] { reading.header = false; }, "It is a point like the others")
      ->excludes(header)
      ->group(group);
  verb.add_option("--label-columns", reading.label_columns,
                  "Columns of a table that are no coordinates: names or numbers from 1, or none;\n"
                  "default those of words, or with the name of ids and classes")
      ->type_name("NAME,...")
      ->group(group);
  verb.add_flag("--words-with-spaces", reading.words_with_spaces,
                "Between spaces, the last numbers of a line are the vector, the rest is its word")
      ->group(group);
  verb.add_option("--encoding", reading.encoding,
                  "Of words and labels: utf-8 or latin-1; default UTF-8, mistakes replaced")
      ->check(one_of({"utf-8", "latin-1"}))
      ->group(group);
}

}  // namespace

void add_view(Command& app) {
  auto flags = std::make_shared<ViewFlags>();
  Command* verb = app.add_subcommand("view", "See an embedding as a map in the browser");
  verb->add_option("FILE", flags->input.file,
                   "A .kindred model, .npy, .npz, idx images, word2vec, GloVe, CSV, TSV or "
                   "projector_config")
      ->required();
  verb->add_option("--labels", flags->input.labels,
                   "Labels or other columns, a line for each row: TSV, CSV, idx or .npy");
  verb->add_option("--images", flags->input.images, "An image for each row: an idx file");
  verb->add_option(
      "--probabilities", flags->input.probabilities,
      "For the search for wrong labels: an .npy of each row's probability of each\n"
      "label, by a classifier that did not see the row; default the neighbours' votes");
  verb->add_option(
          "--classes", flags->input.classes,
          "What the columns of --probabilities are of, where they are more than the labels\n"
          "or in another order")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb->add_option("--save-labels", flags->input.label_file,
                   "Where labels that are edited on the page are kept, and found again: a .csv\n"
                   "file; default NAME.edited.csv beside FILE")
      ->check(Check([](const std::string& name) {
        return name.ends_with(".csv") ? std::string() : name + " does not end in .csv";
      }));
  verb->add_flag("--users", flags->input.users, "Of a model, the users instead of the items");
  verb->add_option("--tensor", flags->input.tensor,
                   "Of a projector_config, which tensor; default the first that is there.\n"
                   "Of an .npz, which array");
  verb->add_option("--color", flags->input.color, "The column to colour by at first");
  verb->add_option("--port", flags->port, "The port to listen on; default the next free from 4780")
      ->check(range(1, 65535));
  verb->add_option("--export-projector", flags->projector,
                   "Write a folder that TensorBoard's projector opens, and end");
  verb->add_flag("--no-browser", flags->no_browser, "Only print the address");
  add_reading_options(*verb, *flags);
  add_common_options(*verb, flags->common);
  verb->footer(
      "The server listens on this machine alone, and its address holds a secret: whoever has\n"
      "it can see the map.\n\n"
      "Examples:\n"
      "  kindred view movies.kindred\n"
      "  kindred view t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz\n"
      "  kindred view vectors.npy --labels words.tsv --no-browser\n"
      "  kindred view vectors.npy --labels words.tsv --export-projector folder");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
