// kindred encode: a table through feature columns to one dense tensor.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/model_text.h"
#include "cli/table_flags.h"
#include "cli/table_recipe_flag.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/base/size.h"
#include "kindred/data/npy.h"
#include "kindred/features/adapt.h"
#include "kindred/features/encoder.h"
#include "kindred/features/initial_vectors.h"
#include "kindred/features/numeric_encoding.h"
#include "kindred/features/pooling.h"
#include "kindred/features/table_recipe.h"

namespace kindred::cli {
namespace {

constexpr std::size_t kBatchRows = 4096;

struct EncodeFlags {
  CommonOptions common;
  TableFlags table;
  std::filesystem::path config;
  std::filesystem::path output;
};

// "out.npy" → "out.layout.json".
std::filesystem::path beside(std::filesystem::path path, const char* extension) {
  return path.replace_extension(extension);
}

// Tables as they begin, with the vectors of models where columns name them.
std::vector<Matrix> first_tables(const EncodeFlags& flags, const features::Encoder& encoder) {
  std::vector<Matrix> tables = features::initial_tables(encoder.layout(), flags.common.seed);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const features::EmbeddingTable& table = encoder.layout().tables[i];
    if (table.initial_vectors.empty()) continue;
    const model::Model model = load_model(flags.common, table.initial_vectors);
    model::require_vectors(model, "beginning with its vectors");
    const std::size_t found = features::take_vectors(encoder, i, model.items, tables[i]);
    note(flags.common,
         fmt::format("{}: {} of {} vectors come from {}", printable(table.name),
                     format_count(found), format_count(table.row_count), table.initial_vectors));
  }
  return tables;
}

// The labels beside the features: numbers as .npy, of 32 bits where these hold all of them and of
// 64 where not; text one a line. A label that is missing is NaN, or an empty line.
class LabelWriter {
 public:
  LabelWriter(const EncodeFlags& flags, const data::CsvSchema& schema) : name_(schema.label) {
    const data::CsvColumn* label = schema.find(schema.label);
    if (label == nullptr) return;
    if (label->type == data::CsvType::text) {
      path_ = beside(flags.output, ".labels.txt");
      text_.emplace(path_);
    } else {
      path_ = beside(flags.output, ".label.npy");
    }
  }

  void append(const data::Batch& batch) {
    if (path_.empty()) return;
    if (text_) {
      std::string lines;
      for (std::size_t row = 0; row < batch.row_count; ++row) {
        lines += printable(batch.label->texts()[row], 1U << 20U);
        lines += '\n';
        if (batch.label->texts()[row].empty()) ++missing_count_;
      }
      text_->append(lines);
      return;
    }
    const features::NumberReader numbers(*batch.label, "label");
    for (std::size_t row = 0; row < batch.row_count; ++row) {
      const std::size_t at = batch.label->row_begin(row);
      const bool is_there = at < batch.label->row_begin(row + 1);
      if (is_there) require_exact(*batch.label, at);
      const double value = is_there ? numbers[at] : std::numeric_limits<double>::quiet_NaN();
      if (std::isnan(value)) ++missing_count_;
      fits_float_ =
          fits_float_ && (batch.label->type() == data::ElementType::float32 || std::isnan(value) ||
                          static_cast<double>(static_cast<float>(value)) == value);
      numbers_.push_back(value);
    }
  }

  // The file, or nothing where there is no label.
  std::filesystem::path commit() {
    if (text_) {
      text_->commit();
    } else if (!path_.empty()) {
      data::NpyWriter writer(path_, 1, !fits_float_);
      if (fits_float_) {
        writer.append(std::vector<float>(numbers_.begin(), numbers_.end()));
      } else {
        writer.append(std::span<const double>(numbers_));
      }
      writer.commit();
    }
    return path_;
  }
  std::size_t missing_count() const noexcept { return missing_count_; }

 private:
  void require_exact(const data::Tensor& label, std::size_t at) const {
    constexpr std::int64_t kExactMax = std::int64_t{1} << 53U;
    if (label.type() != data::ElementType::int64) return;
    const std::int64_t value = label.integers()[at];
    if (value <= kExactMax && value >= -kExactMax) return;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the label {} is longer than a number of the .npy file may be; --type "
                            "{}=text writes labels as text",
                            value, printable(name_)));
  }

  std::string name_;
  std::filesystem::path path_;
  std::optional<AtomicFile> text_;
  std::vector<double> numbers_;
  bool fits_float_ = true;
  std::size_t missing_count_ = 0;
};

struct Encoded {
  std::size_t row_count = 0;
  std::vector<std::size_t> unknown_counts;  // Of each bag.
  std::filesystem::path labels;
  std::size_t missing_label_count = 0;
};

// The tensor of a batch; where it is too large, the widest column is to blame.
Matrix make_tensor(const features::FeatureLayout& layout, std::size_t row_count) {
  if (layout.width <= kCellsMax / std::max<std::size_t>(1, row_count)) {
    return {row_count, layout.width};
  }
  const features::FeaturePart& widest =
      *std::ranges::max_element(layout.parts, {}, &features::FeaturePart::width);
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("column '{}' has {} buckets: {} rows of {} numbers are more than {} at a "
                  "time; use an embedding, or fewer buckets",
                  printable(widest.name), widest.width, row_count, layout.width, kCellsMax));
}

Encoded encode_rows(const EncodeFlags& flags, const data::CsvSchema& schema,
                    const features::Encoder& encoder) {
  const features::FeatureLayout& layout = encoder.layout();
  const std::vector<Matrix> tables = first_tables(flags, encoder);
  ThreadPool pool(flags.common.threads);
  data::NpyWriter writer(flags.output, layout.width);
  LabelWriter labels(flags, schema);
  Progress progress(stderr, progress_style(flags.common), "encoding", 0, "rows");
  Encoded encoded{.row_count = 0,
                  .unknown_counts = std::vector<std::size_t>(layout.bag_count, 0),
                  .labels = {},
                  .missing_label_count = 0};
  data::DatasetIterator rows =
      open_table(flags.table, flags.common, schema).batch(kBatchRows).start();
  features::FeatureBlock block;
  for (data::Batch batch; rows.next(batch);) {
    encoder.encode(batch, block, &pool);
    Matrix dense = make_tensor(layout, block.row_count);
    features::dense_features(layout, block, tables, dense);
    writer.append(dense.values());
    labels.append(batch);
    for (std::size_t bag = 0; bag < layout.bag_count; ++bag) {
      encoded.unknown_counts[bag] += block.unknown_counts[bag];
    }
    progress.advance(batch.row_count);
  }
  writer.commit();
  encoded.row_count = writer.row_count();
  encoded.labels = labels.commit();
  encoded.missing_label_count = labels.missing_count();
  return encoded;
}

const char* kind_name(features::PartKind kind) {
  if (kind == features::PartKind::dense) return "numbers";
  return kind == features::PartKind::indicator ? "one-hot" : "embedding";
}

std::size_t unknown_count(const features::FeaturePart& part, const Encoded& encoded) {
  return part.kind == features::PartKind::dense ? 0 : encoded.unknown_counts[part.bag];
}

Json layout_json(const features::FeatureLayout& layout, const Encoded& encoded) {
  Json json;
  json.set("rows", std::uint64_t{encoded.row_count});
  json.set("width", std::uint64_t{layout.width});
  Json parts{Json::Array{}};
  for (const features::FeaturePart& part : layout.parts) {
    Json entry;
    entry.set("name", part.name);
    entry.set("kind", kind_name(part.kind));
    entry.set("offset", std::uint64_t{part.offset});
    entry.set("width", std::uint64_t{part.width});
    if (part.kind != features::PartKind::dense) {
      entry.set("ids", std::uint64_t{part.bucket_count});
      entry.set("unknown", std::uint64_t{unknown_count(part, encoded)});
    }
    parts.push(std::move(entry));
  }
  json.set("columns", std::move(parts));
  return json;
}

// Whether the dimensions of the part's table were left to the rule of thumb.
bool has_default_dimensions(const features::FeaturePart& part, const features::Encoder& encoder) {
  if (part.kind != features::PartKind::embedding) return false;
  const std::size_t column = encoder.layout().tables[part.table].column;
  return std::get<features::EmbeddingColumn>(encoder.columns()[column]).dimensions == 0;
}

void print_layout(const EncodeFlags& flags, const features::Encoder& encoder,
                  const Encoded& encoded) {
  const features::FeatureLayout& layout = encoder.layout();
  std::size_t width = 6;
  for (const features::FeaturePart& part : layout.parts) {
    width = std::max(width, printable(part.name).size());
  }
  note(flags.common,
       fmt::format("{:<{}}  {:<9}  {:>8}  {:>7}", "column", width, "kind", "offset", "width"));
  for (const features::FeaturePart& part : layout.parts) {
    std::string line = fmt::format("{:<{}}  {:<9}  {:>8}  {:>7}", printable(part.name), width,
                                   kind_name(part.kind), part.offset, part.width);
    if (has_default_dimensions(part, encoder)) {
      line += fmt::format("  the fourth root of {} ids", format_count(part.bucket_count));
    }
    if (const std::size_t unknown = unknown_count(part, encoded); unknown > 0) {
      line += fmt::format("  {} unknown values", format_count(unknown));
    }
    note(flags.common, line);
  }
}

void refuse_overwriting(const EncodeFlags& flags) {
  for (const auto& file : flags.table.files) refuse_to_overwrite(flags.output, file);
  if (!flags.config.empty()) {
    refuse_to_overwrite(flags.output, flags.config);
    refuse_to_overwrite(beside(flags.output, ".columns.json"), flags.config);
  }
  require_writable(flags.output);
}

// Whether the file has the label of the recipe, or has to have it: rows whose answers are still
// to be found are encoded without.
bool has_label(const EncodeFlags& flags, const features::TableRecipe& recipe) {
  if (recipe.reading.label.empty() || !is_learned(recipe)) return true;
  data::CsvOptions names_only = features::reading_options(recipe, false);
  names_only.inference_rows = 1;
  const data::CsvSchema schema = data::infer_csv_schema(flags.table.files, names_only);
  if (schema.find(recipe.reading.label) != nullptr) return true;
  note(flags.common, fmt::format("there is no column '{}': no labels are written",
                                 printable(recipe.reading.label)));
  return false;
}

void run(const EncodeFlags& flags) {
  refuse_overwriting(flags);
  FoundRecipe found = find_recipe(flags.table, flags.config, flags.common);
  features::TableRecipe recipe = std::move(found.recipe);
  data::CsvOptions options = features::reading_options(recipe, has_label(flags, recipe));
  options.required = features::required_fields(recipe);
  const data::CsvSchema schema = data::infer_csv_schema(flags.table.files, options);
  tell_about_reading(flags.common, schema);
  recipe = features::with_types(std::move(recipe), schema);
  if (!is_learned(recipe)) {
    note(flags.common, "learning words, boundaries and statistics from all rows");
    features::Adapted adapted =
        features::adapt(std::move(recipe.columns), open_table(flags.table, flags.common, schema));
    for (const std::string& warning : adapted.warnings) note(flags.common, "warning: " + warning);
    recipe.columns = std::move(adapted.columns);
  }
  const features::Encoder encoder(recipe.columns);
  const Encoded encoded = encode_rows(flags, schema, encoder);

  const auto layout_file = beside(flags.output, ".layout.json");
  const auto columns_file = beside(flags.output, ".columns.json");
  const Json layout = layout_json(encoder.layout(), encoded);
  write_file_atomically(layout_file, layout.dump(2) + "\n");
  write_file_atomically(columns_file, features::to_json(recipe).dump(2) + "\n");
  if (flags.common.json) fmt::print("{}\n", with_guesses(flags.common, layout).dump(2));
  print_layout(flags, encoder, encoded);
  note(flags.common,
       fmt::format("wrote {}: {} rows x {} numbers", flags.output.string(),
                   format_count(encoded.row_count), format_count(encoder.layout().width)));
  if (encoded.missing_label_count > 0) {
    note(flags.common,
         fmt::format("{} rows have no label", format_count(encoded.missing_label_count)));
  }
  for (const std::string& sentence : found.left_out) note(flags.common, sentence);
  if (!encoded.labels.empty()) note(flags.common, fmt::format("wrote {}", encoded.labels.string()));
  note(flags.common,
       fmt::format("wrote {} and {}; other tables are encoded alike with --config {}",
                   layout_file.string(), columns_file.string(), columns_file.string()));
}

}  // namespace

void add_encode(Command& app) {
  auto flags = std::make_shared<EncodeFlags>();
  Command* verb =
      app.add_subcommand("encode", "Encode a table by feature columns into one dense tensor");
  add_table_options(*verb, flags->table);
  verb->add_option("--config", flags->config,
                   "Columns as TOML or JSON; default: as 'kindred columns' proposes")
      ->type_name("FILE");
  verb->add_option("-o,--output", flags->output, "The tensor, rows x width, 32-bit floats")
      ->type_name("FILE.npy")
      ->required();
  add_common_options(*verb, flags->common);
  verb->footer(
      "Writes the tensor, its layout (FILE.layout.json), the columns with what they learned from\n"
      "this table (FILE.columns.json, for --config with other tables), and the label.\n\n"
      "Example:\n"
      "  kindred encode homes.csv --config columns.toml -o homes.npy\n"
      "  kindred encode new.csv --config homes.columns.json -o new.npy");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
