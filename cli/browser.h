// An address in the desktop's browser, shown to nobody else on this machine.
//
// The arguments of a process can be read by everybody, and the address of a map holds its key. So
// the browser is given the name of a small page that only its owner can read, which leads to the
// address; it is gone when the value is. A browser that is locked into a folder of its own may
// find no page there: the address on the terminal still works.
//
// Thread safety: a value with one owner.

#pragma once

#include <filesystem>
#include <string>

namespace kindred::cli {

class BrowserPage {
 public:
  // Asks the desktop to open `url`; nobody waits for it. Does nothing on a machine without a
  // desktop, and where the page cannot be written.
  explicit BrowserPage(const std::string& url);
  ~BrowserPage();
  BrowserPage(const BrowserPage&) = delete;
  BrowserPage& operator=(const BrowserPage&) = delete;

 private:
  std::filesystem::path folder_;  // Of this page alone; mode 0700.
};

}  // namespace kindred::cli
