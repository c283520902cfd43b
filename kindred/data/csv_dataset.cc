#include "kindred/data/csv_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/ordered_stage.h"
#include "kindred/data/csv_block.h"
#include "kindred/data/dataset_node.h"

namespace kindred::data {
namespace {

struct NumberedChunk {
  TextChunk text;
  std::string file;
  std::size_t first_line = 0;  // Of the file, where this is its first chunk; else 0.
};

struct NumberedBlock {
  CsvBlock block;
  std::string file;
  std::size_t first_line = 0;
};

struct CsvNode : DatasetNode {
  StreamPointer start(std::uint64_t pass) const override;
  std::int64_t cardinality() const override { return kUnknownCardinality; }
  bool is_batched() const override { return false; }

  std::vector<std::filesystem::path> files;
  CsvSchema schema;
  CsvReading reading;
};

// The chunks of all files, one after the other.
class ChunkSource {
 public:
  explicit ChunkSource(const CsvNode& node) : node_(node) {}

  std::optional<NumberedChunk> next() {
    while (true) {
      std::size_t first_line = 0;
      if (!open_) {
        if (file_ == node_.files.size()) return std::nullopt;
        open_.emplace(open_csv(node_.files[file_++], node_.schema));
        first_line = open_->first_line;
      }
      std::optional<TextChunk> chunk =
          open_->reader.next_chunk(node_.schema.dialect, node_.reading.chunk_bytes);
      if (chunk) return NumberedChunk{std::move(*chunk), open_->reader.name(), first_line};
      open_.reset();
    }
  }

 private:
  const CsvNode& node_;
  std::size_t file_ = 0;  // The next one to open.
  std::optional<OpenCsv> open_;
};

class CsvStream : public DatasetStream {
 public:
  explicit CsvStream(const CsvNode& node)
      : node_(node),
        source_(node),
        stage_(
            {.thread_count = node.reading.thread_count,
             .ahead = static_cast<std::size_t>(node.reading.thread_count) + 2},
            [this] { return source_.next(); },
            [this](NumberedChunk chunk) { return parse(std::move(chunk)); }) {}

  bool next(Batch& out) override {
    while (std::optional<NumberedBlock> numbered = stage_.next()) {
      CsvBlock& block = numbered->block;
      if (numbered->first_line > 0) line_ = numbered->first_line;
      report(*numbered);
      line_ += block.line_count;
      if (block.rows.row_count == 0) continue;
      out = std::move(block.rows);
      return true;
    }
    return false;
  }

 private:
  NumberedBlock parse(NumberedChunk chunk) const {
    const bool stop_at_bad_row = node_.reading.bad_count_max == 0;
    return {parse_csv_block(chunk.text, node_.schema, stop_at_bad_row), std::move(chunk.file),
            chunk.first_line};
  }

  std::string located(const NumberedBlock& numbered, const CsvProblem& problem) const {
    return fmt::format("{}:{}: {}", numbered.file, line_ + problem.line, problem.message);
  }

  void report(const NumberedBlock& numbered) {
    const CsvBlock& block = numbered.block;
    bad_count_ += block.bad_count;
    for (const CsvProblem& example : block.bad_examples) {
      const std::string message = located(numbered, example);
      if (bad_count_ > node_.reading.bad_count_max) {
        throw Error(ErrorCode::invalid_argument,
                    node_.reading.bad_count_max == 0
                        ? message
                        : fmt::format("{} rows are wrong, more than {} may be; one of them: {}",
                                      bad_count_, node_.reading.bad_count_max, message));
      }
      if (node_.reading.on_bad) node_.reading.on_bad(message);
    }
    if (block.failed) {
      throw Error(ErrorCode::invalid_argument, located(numbered, block.failure));
    }
  }

  const CsvNode& node_;
  ChunkSource source_;
  std::size_t line_ = 0;  // Where the next block begins, in its file.
  std::size_t bad_count_ = 0;
  OrderedStage<NumberedChunk, NumberedBlock> stage_;  // Last: its threads use all the others.
};

StreamPointer CsvNode::start(std::uint64_t) const { return std::make_unique<CsvStream>(*this); }

}  // namespace

Dataset csv_dataset(std::vector<std::filesystem::path> files, CsvSchema schema,
                    CsvReading reading) {
  if (files.empty()) throw Error(ErrorCode::invalid_argument, "no CSV file is given");
  if (std::ranges::none_of(schema.columns, &CsvColumn::used)) {
    throw Error(ErrorCode::invalid_argument, "no column of the CSV file is used");
  }
  if (reading.chunk_bytes == 0) {
    throw Error(ErrorCode::invalid_argument, "chunk_bytes is 0; at least one byte is needed");
  }
  auto node = std::make_shared<CsvNode>();
  node->files = std::move(files);
  node->schema = std::move(schema);
  node->reading = std::move(reading);
  return Dataset(std::move(node));
}

}  // namespace kindred::data
