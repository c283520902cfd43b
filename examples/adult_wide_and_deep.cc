// Who earns more than 50,000 dollars: a wide and deep network, written as a struct of one's
// own. The wide part is a linear model on crosses, which memorises; the deep part is a
// network on embeddings, which generalises; their sum is the logit.
//
//    adult_wide_and_deep_example [adult.data adult.test] [--seed N] [--json]
//
// The files are those of the UCI repository, .gz or not. Without them: made-up people.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/data/csv_dataset.h"
#include "kindred/features/adapt.h"
#include "kindred/nn/model.h"

namespace {

using namespace kindred;
using features::CategoricalColumn;
using features::Column;

// ---- The network.

struct WideAndDeep {
  nn::FeatureInput crosses;
  nn::DenseLayer wide;
  nn::FeatureInput features;
  nn::Sequential deep;

  WideAndDeep(nn::ParameterSet& parameters, const features::FeatureLayout& wide_layout,
              const features::FeatureLayout& deep_layout, std::uint64_t seed)
      : crosses(parameters, "wide", wide_layout, seed),
        wide(parameters, "wide/dense", crosses, 1,
             {.has_bias = false, .starts_at_zero = true, .seed = seed}),
        features(parameters, "deep", deep_layout, seed),
        deep(parameters, "deep", features,
             {nn::dense(128, nn::Activation::relu), nn::dropout(0.3),
              nn::dense(128, nn::Activation::relu), nn::dropout(0.3), nn::dense(1)},
             seed) {}

  nn::Var operator()(nn::Pass& pass, std::span<const features::FeatureBlock> blocks) const {
    return nn::add(pass.tape(), wide(pass, crosses(pass, blocks[0])),
                   deep(pass, features(pass, blocks[1])));
  }
};

nn::Model make_model(std::vector<features::Encoder> inputs, std::uint64_t seed) {
  nn::Network network;
  const auto layers = std::make_shared<WideAndDeep>(*network.parameters, inputs[0].layout(),
                                                    inputs[1].layout(), seed);
  network.forward = [layers](nn::Pass& pass, std::span<const features::FeatureBlock> blocks) {
    return (*layers)(pass, blocks);
  };
  network.outputs = 1;
  return {std::move(inputs), std::move(network)};
}

// ---- The columns.

// Words that are rare share a bucket: nothing can be learned of one of them.
CategoricalColumn words(const char* key, std::uint64_t uses_min = 1) {
  CategoricalColumn column = features::vocabulary(key, {}, 1);
  std::get<features::VocabularyColumn>(column.kind).word_uses_min = uses_min;
  return column;
}

std::vector<Column> wide_columns() {
  return {features::indicator(features::crossed({words("education"), words("occupation")}, 500)),
          features::indicator(features::crossed({words("relationship"), words("education")}, 200))};
}

std::vector<Column> deep_columns() {
  const auto number = [](const char* key, bool is_skewed) {
    features::NumericColumn column = features::numeric(key);
    if (is_skewed) column.normalizers.emplace_back(features::Log1p{});
    column.normalizers.emplace_back(features::ZScore{});
    return column;
  };
  std::vector<Column> columns = {number("age", false), number("education_num", false),
                                 number("hours", false), number("gain", true),
                                 number("loss", true)};
  for (const char* key : {"workclass", "education", "marital", "occupation", "relationship", "race",
                          "sex", "country"}) {
    columns.emplace_back(features::embedding(words(key), 6));
  }
  // Gains come in few amounts, each of which is telling: amounts as words.
  for (const char* key : {"gain", "loss", "age", "hours"}) {
    columns.emplace_back(features::indicator(words(key, 5)));
  }
  return columns;
}

// ---- The rows.

data::CsvSchema schema_of(const std::string& file) {
  data::CsvOptions options;
  options.names = {"age",     "workclass",  "fnlwgt",       "education", "education_num",
                   "marital", "occupation", "relationship", "race",      "sex",
                   "gain",    "loss",       "hours",        "country",   "income"};
  options.header = false;
  options.trim = true;
  options.label = "income";
  options.types = {{"age", data::CsvType::int32},
                   {"education_num", data::CsvType::int32},
                   {"gain", data::CsvType::int32},
                   {"loss", data::CsvType::int32},
                   {"hours", data::CsvType::int32}};
  return data::infer_csv_schema({file}, options);
}

data::Batch read_people(const std::string& file, const data::CsvSchema& schema) {
  // The test file begins with a line that is a comment.
  data::CsvReading reading;
  reading.bad_count_max = 1;
  data::Batch people = data::csv_dataset({file}, schema, reading).collect();
  std::vector<float> is_high;
  for (std::size_t row = 0; row < people.row_count; ++row) {
    is_high.push_back(people.label->texts()[row].starts_with(">50K") ? 1.0F : 0.0F);
  }
  people.label = data::column(std::move(is_high));
  return people;
}

data::Batch made_up_people(std::uint64_t seed) {
  constexpr std::size_t kPeople = 3000;
  Rng rng(seed);
  data::Batch people;
  const auto numbers = [&](const char* name, std::uint64_t below) {
    std::vector<std::int64_t> drawn(kPeople);
    for (std::int64_t& value : drawn) value = static_cast<std::int64_t>(rng.below(below));
    people.add(name, data::column(drawn));
    return drawn;
  };
  const auto age = numbers("age", 60);
  const auto years = numbers("education_num", 16);
  numbers("hours", 60);
  numbers("gain", 3);
  numbers("loss", 3);
  for (const char* key : {"workclass", "education", "marital", "occupation", "relationship", "race",
                          "sex", "country"}) {
    data::TextList drawn;
    for (std::size_t row = 0; row < kPeople; ++row) {
      drawn.push_back(std::string(1, static_cast<char>('a' + rng.below(4))));
    }
    people.add(key, data::column(std::move(drawn)));
  }
  std::vector<float> is_high;
  for (std::size_t row = 0; row < kPeople; ++row) {
    const bool has_job = people.at("occupation").texts()[row] == "a";
    is_high.push_back(has_job && age[row] > 20 && years[row] > 5 ? 1.0F : 0.0F);
  }
  people.label = data::column(std::move(is_high));
  return people;
}

}  // namespace

int main(int count, char** values) {
  std::vector<std::string> files;
  std::uint64_t seed = 1;
  bool json = false;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    if (word == "--json") {
      json = true;
    } else if (word == "--seed" && i + 1 < count) {
      seed = static_cast<std::uint64_t>(std::atoll(values[++i]));
    } else {
      files.push_back(word);
    }
  }
  try {
    const bool is_real = files.size() == 2;
    data::Batch all = made_up_people(seed);
    data::Batch test = made_up_people(seed + 1);
    if (is_real) {
      const data::CsvSchema schema = schema_of(files[0]);
      all = read_people(files[0], schema);
      test = read_people(files[1], schema);
    }

    // A tenth, chosen by the seed, decides when to stop.
    std::vector<std::size_t> order(all.row_count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Rng rng(seed, 0x53504C54);
    rng.shuffle(std::span(order));
    const std::size_t held_out = all.row_count / 10;
    data::Batch validation = data::empty_like(all);
    data::Batch train = data::empty_like(all);
    data::append_chosen_rows(validation, all, std::span(order).first(held_out));
    data::append_chosen_rows(train, all, std::span(order).subspan(held_out));

    std::vector<features::Encoder> inputs;
    const data::Dataset rows = data::Dataset::from_batch(train);
    inputs.emplace_back(features::adapt(wide_columns(), rows).columns);
    inputs.emplace_back(features::adapt(deep_columns(), rows).columns);
    nn::Model model = make_model(std::move(inputs), seed);
    model.compile({.optimizer = nn::AdamW{.learning_rate = 0.001F, .weight_decay = 0.02F},
                   .loss = {.kind = nn::LossKind::binary_crossentropy, .from_logits = true},
                   .metrics = {"accuracy", "auc"}});
    ThreadPool pool(1);
    const nn::History history = model.fit(
        train,
        {.epochs = 60,
         .batch_size = 256,
         .validation = validation,
         .seed = seed,
         .callbacks = {nn::early_stopping({.patience = 8}),
                       nn::reduce_on_plateau({.factor = 0.3, .patience = 3, .step_min = 0.0})}},
        pool);
    const nn::Scores scores = model.evaluate(test, {}, pool);
    const double accuracy = *nn::find_score(scores, "accuracy");
    const double auc = *nn::find_score(scores, "auc");
    const std::size_t parameters = model.network().parameters->trainable_value_count();
    if (json) {
      std::printf("{\"accuracy\":%.6f,\"auc\":%.6f,\"parameters\":%zu,\"epochs\":%zu}\n", accuracy,
                  auc, parameters, history.epochs.size());
    } else {
      std::printf("%zu epochs, %zu parameters; of %zu people not seen before:\n",
                  history.epochs.size(), parameters, test.row_count);
      std::printf("  accuracy %.4f, area under the ROC curve %.4f\n", accuracy, auc);
    }
    return auc > 0.85 ? 0 : 1;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
