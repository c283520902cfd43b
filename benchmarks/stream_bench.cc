// How much memory a table takes that is far larger than memory: rows like those of the census
// table Adult, made while they are read, through shuffle, batch and encode.
//
//   stream_bench [--megabytes 10000] [--shuffle 100000] [--batch 1024] [--on-disk]
//
// A second process writes the rows into a pipe with a name, which is read as any file; with
// --on-disk it writes a file, and that is read. Prints how fast it went, and the peak of this
// process's resident memory before the pass and after it. Fails above --limit megabytes (300).

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "benchmarks/adult_columns.h"
#include "benchmarks/adult_rows.h"
#include "benchmarks/arguments.h"
#include "benchmarks/reading.h"
#include "kindred/base/error.h"
#include "kindred/base/machine.h"
#include "kindred/features/encoder.h"

namespace kindred::benchmarks {
namespace {

double peak_megabytes() { return static_cast<double>(peak_memory_bytes()) / kMegabyte; }

// A process of its own that writes the table; ended with this object.
class Writer {
 public:
  Writer(const std::filesystem::path& path, std::size_t bytes) : child_(::fork()) {
    if (child_ < 0) throw Error(ErrorCode::io, "no process can be started");
    if (child_ > 0) return;
    ::signal(SIGPIPE, SIG_DFL);  // Nobody reads on: there is nothing to tell.
    try {
      write_rows(path, std::string(kAdultHeader), bytes, append_adult_row);
      ::_exit(0);
    } catch (const std::exception& error) {
      fmt::print(stderr, "stream_bench: {}\n", error.what());
      ::_exit(1);
    }
  }
  ~Writer() {
    if (child_ == 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void wait() {
    int status = 0;
    ::waitpid(std::exchange(child_, 0), &status, 0);
    if (status != 0) throw Error(ErrorCode::io, "the rows could not be written");
  }

 private:
  ::pid_t child_;
};

bool run(const Arguments& arguments) {
  const TemporaryFolder folder;
  const std::filesystem::path sample = folder.path() / "sample.csv";
  write_rows(sample, std::string(kAdultHeader), 3'000'000, append_adult_row);
  const data::CsvSchema schema = data::infer_csv_schema({sample}, adult_reading());
  const features::Encoder encoder(adult_columns(data::csv_dataset({sample}, schema)));

  const std::filesystem::path table = folder.path() / "table.csv";
  const bool on_disk = arguments.is_on("on-disk");
  if (!on_disk && ::mkfifo(table.c_str(), 0600) != 0) {
    throw Error(ErrorCode::io, "no pipe can be made in " + folder.path().string());
  }
  const std::size_t bytes = arguments.count("megabytes") * 1'000'000;
  Writer writer(table, bytes);
  if (on_disk) writer.wait();

  const std::size_t shuffle = arguments.count("shuffle");
  const std::size_t batch_rows = arguments.count("batch");
  fmt::print("{} MB, shuffle({}), batch({}), {} columns, {}\n", arguments.count("megabytes"),
             shuffle, batch_rows, encoder.columns().size(), processor_name());
  fmt::print("before the pass: {:.0f} MB resident at most\n", peak_megabytes());
  std::size_t row_count = 0;
  const Seconds time = time_of([&] {
    data::DatasetIterator rows = data::csv_dataset({table}, schema)
                                     .shuffle(static_cast<std::int64_t>(shuffle))
                                     .batch(batch_rows)
                                     .start();
    data::Batch batch;
    features::FeatureBlock block;
    while (rows.next(batch)) {
      encoder.encode(batch, block);
      row_count += block.row_count;
    }
  });
  const double peak = peak_megabytes();
  fmt::print("after it:        {:.0f} MB; {} rows, {:.0f} s, {:.0f} MB/s\n", peak, row_count,
             time.elapsed, static_cast<double>(bytes) / kMegabyte / time.elapsed);
  return peak <= static_cast<double>(arguments.count("limit"));
}

}  // namespace
}  // namespace kindred::benchmarks

int main(int argc, char** argv) {
  using namespace kindred::benchmarks;
  try {
    const Arguments arguments(argc, argv, "stream_bench [--megabytes 10000] [...]",
                              {.flags = {{"megabytes", "10000"},
                                         {"shuffle", "100000"},
                                         {"batch", "1024"},
                                         {"limit", "300"}},
                               .switches = {"on-disk"}});
    return run(arguments) ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "stream_bench: {}\n", error.what());
    return 1;
  }
}
