// How fast words are hashed and crossed, on one core.
//
//   hash_bench [--million 1] [--repeats 7]
//
// Prints, as medians with the spread over the repeats, millions a second of:
//
//   fingerprint64   words of 2 to 18 letters
//   hash bucket     the same, as a column: Fingerprint64 % 1000
//   three-way cross rows with one word each in three features; and rows with 2 x 3 x 4 of them,
//                   where every combination counts
//
// and the memory that the cross of --million rows took: the bag of its ids, not the product.

#include <fmt/format.h>

#include <string>

#include "benchmarks/arguments.h"
#include "benchmarks/reading.h"
#include "kindred/base/error.h"
#include "kindred/base/machine.h"
#include "kindred/base/rng.h"
#include "kindred/features/encoder.h"
#include "kindred/features/fingerprint.h"

namespace kindred::benchmarks {
namespace {

data::TextList make_words(std::size_t count, std::uint64_t seed) {
  data::TextList words;
  std::string word;
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng(seed, 0, i);
    word.resize(2 + rng.below(17));
    for (char& letter : word) letter = static_cast<char>('a' + rng.below(26));
    words.push_back(word);
  }
  return words;
}

// `per_row` words a row.
data::Tensor make_lists(std::size_t row_count, std::size_t per_row, std::uint64_t seed) {
  if (per_row == 1) return data::column(make_words(row_count, seed));
  std::vector<std::size_t> offsets(row_count + 1);
  for (std::size_t row = 0; row <= row_count; ++row) offsets[row] = row * per_row;
  return data::ragged(make_words(row_count * per_row, seed), std::move(offsets));
}

void bench_hashes(const Arguments& arguments) {
  const std::size_t count = arguments.count("million") * 1'000'000;
  const data::TextList words = make_words(count, 1);
  std::uint64_t sum = 0;
  report("fingerprint64", count, repeat(arguments.integer("repeats"), [&] {
           for (std::size_t i = 0; i < count; ++i) sum += features::fingerprint64(words[i]);
         }));
  data::Batch batch;
  batch.add("word", data::column(words));
  const features::Encoder encoder({features::indicator(features::hashed("word", 1000))});
  features::FeatureBlock block;
  report("hash bucket of 1000", count,
         repeat(arguments.integer("repeats"), [&] { encoder.encode(batch, block); }));
  fmt::print("(sum of the fingerprints: {:016x})\n", sum);
}

void bench_cross(const std::string& what, std::size_t row_count,
                 const std::vector<std::size_t>& words_a_row, const Arguments& arguments) {
  data::Batch batch;
  std::vector<features::CategoricalColumn> keys;
  std::size_t cross_count = row_count;
  for (std::size_t i = 0; i < words_a_row.size(); ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    batch.add(name, make_lists(row_count, words_a_row[i], 2 + i));
    keys.push_back(features::raw(name));
    cross_count *= words_a_row[i];
  }
  const features::Encoder encoder(
      {features::indicator(features::crossed(std::move(keys), 1'000'000))});
  reset_peak_memory();
  const std::size_t before = peak_memory_bytes();
  features::FeatureBlock block;
  report(what, cross_count,
         repeat(arguments.integer("repeats"), [&] { encoder.encode(batch, block); }));
  std::size_t id_count = 0;
  for (const features::IdBag& bag : block.bags) id_count += bag.ids.size();
  fmt::print("  {} rows, {} crosses, {} ids kept: {:.0f} MB more at the peak\n", row_count,
             cross_count, id_count, static_cast<double>(peak_memory_bytes() - before) / kMegabyte);
}

}  // namespace
}  // namespace kindred::benchmarks

int main(int argc, char** argv) {
  using namespace kindred::benchmarks;
  try {
    const Arguments arguments(argc, argv, "hash_bench [--million 1] [--repeats 7]",
                              {.flags = {{"million", "1"}, {"repeats", "7"}}, .switches = {}});
    const std::size_t rows = arguments.count("million") * 1'000'000;
    fmt::print("{} million, {} repeats, {}\n\n", arguments.text("million"),
               arguments.text("repeats"), processor_name());
    fmt::print("{:<44} {:<22}   {}\n", "", "millions a second", "a processor second");
    bench_hashes(arguments);
    bench_cross("cross of three words a row", rows, {1, 1, 1}, arguments);
    bench_cross("cross of lists of 2, 3 and 4 words", rows / 10, {2, 3, 4}, arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "hash_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
