#include "cli/browser.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <system_error>

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

// In the session's own folder where there is one, which lies in memory. Empty where it failed.
fs::path make_private_folder() {
  const char* session = std::getenv("XDG_RUNTIME_DIR");
  std::error_code ignored;
  const bool has_session = session != nullptr && fs::is_directory(session, ignored);
  std::string name = (fs::path(has_session ? session : "/tmp") / "kindred-view-XXXXXX").string();
  return ::mkdtemp(name.data()) == nullptr ? fs::path() : fs::path(name);
}

void open_in_desktop(std::string file) {
  std::string program = "xdg-open";
  std::array<char*, 3> arguments = {program.data(), file.data(), nullptr};
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  ::posix_spawnp(&child, program.c_str(), &quiet, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&quiet);
}

}  // namespace

BrowserPage::BrowserPage(const std::string& url) : folder_(make_private_folder()) {
  if (folder_.empty()) return;
  const fs::path page = folder_ / "map.html";
  std::ofstream file(page);
  // Nothing in the address needs escaping: host, port and hexadecimal digits.
  file << fmt::format(
      "<!doctype html><meta charset=\"utf-8\"><title>Kindred map</title>"
      "<meta http-equiv=\"refresh\" content=\"0;url={0}\">"
      "<a href=\"{0}\">The map</a>\n",
      url);
  if (file.flush()) open_in_desktop(page.string());
}

BrowserPage::~BrowserPage() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace kindred::cli
