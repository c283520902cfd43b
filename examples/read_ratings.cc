// Reads a ratings file and tells what is in it.
//
//   read_ratings [RATINGS]     without a file: a small one that it writes itself

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "kindred/base/error.h"
#include "kindred/data/ratings_reader.h"

int main(int argc, char** argv) {
  try {
    const auto own = std::filesystem::temp_directory_path() / "kindred_example_ratings.csv";
    if (argc < 2) std::ofstream(own) << "user,movie,rating\nann,Shrek,5\nann,Bleu,2\nbob,Shrek,4\n";

    kindred::ThreadPool pool;
    const auto ratings = kindred::data::read_ratings(argc < 2 ? own : argv[1], {}, pool);
    std::printf("%s\n\n", kindred::data::to_text(ratings.summary).c_str());

    const kindred::data::Interactions& all = ratings.interactions;
    const std::string user(all.users.label(0));
    std::printf("%s rated:\n", user.c_str());
    const auto items = all.by_user.row_columns(0);
    const auto values = all.by_user.row_values(0);
    for (std::size_t i = 0; i < items.size() && i < 10; ++i) {
      std::printf("  %g  %s\n", static_cast<double>(values[i]),
                  std::string(all.items.label(items[i])).c_str());
    }
    std::filesystem::remove(own);
  } catch (const kindred::Error& error) {
    std::fprintf(stderr, "read_ratings: %s\n", error.what());
    return 1;
  }
  return 0;
}
