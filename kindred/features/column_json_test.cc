#include "kindred/features/column_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace kindred::features {
namespace {

using ::testing::HasSubstr;

std::vector<Column> every_kind() {
  NumericColumn numbers{.key = "x",
                        .shape = {2},
                        .default_value = {0.1, -3.0},
                        .normalizers = {Clip{.low = -1, .high = 1e30}, Log1p{},
                                        ZScore{.mean = {.1, .2}, .stddev = {1e-9, 3}},
                                        MinMax{.minimum = {0}, .maximum = {1}},
                                        Affine{.scale = 1.0 / 3.0, .offset = 2}}};
  VocabularyColumn words{.key = "w",
                         .words = {"b", "", "ü,\n"},
                         .oov_bucket_count = 3,
                         .value_type = data::ElementType::text,
                         .word_count_max = 10,
                         .word_uses_min = 2,
                         .uses = {5, 4, 3}};
  const CategoricalColumn buckets = bucketized(numeric("age"), {0.1F, 7});
  const CategoricalColumn hashes{
      .kind =
          HashedColumn{.key = "h", .bucket_count = 9, .salt = SipKey{~0ULL, 3}, .mask_value = "m"}};
  EmbeddingColumn vectors{.categorical = weighted(hashes, "weights"),
                          .dimensions = 4,
                          .combiner = Combiner::sqrtn,
                          .max_norm = 1.5F,
                          .trainable = false,
                          .table = "shared",
                          .initial_vectors = "movies.kindred"};
  return {
      numbers,
      SequenceNumericColumn{.numeric = numeric("steps"), .pooling = Combiner::max},
      buckets,
      CategoricalColumn{
          .kind =
              BucketizedColumn{.source = numeric("q"), .quantile_count = 7, .name = "q_coarse"}},
      indicator(CategoricalColumn{.kind = words}),
      indicator(CategoricalColumn{.kind = VocabularyColumn{.key = "learned later"}}),
      indicator(CategoricalColumn{
          .kind = IdentityColumn{.key = "i", .bucket_count = 5, .default_id = 4}}),
      embedding(CategoricalColumn{
          .kind = CrossedColumn{.keys = {raw("r"), buckets, crossed({raw("a"), raw("b")}, 2)},
                                .bucket_count = 1000,
                                .hash_key = ~0ULL}}),
      vectors,
      embedding(sequence(identity("seq", 3)), 2),
  };
}

TEST(ColumnJson, EveryKindReadsBackEqual) {
  const std::vector<Column> columns = every_kind();
  const std::string text = to_json(columns).dump(2);
  EXPECT_EQ(columns_from_json(Json::parse(text)), columns) << text;
}

std::string error_of(const char* text) {
  return test::error_of([&] { columns_from_json(Json::parse(text)); });
}

TEST(ColumnJson, MistakesAreNamed) {
  EXPECT_EQ(error_of(R"([{"kind": "numeric", "key": "x"}, {"kind": "numeric"}])"),
            "column 2: the setting 'key' is missing");
  EXPECT_THAT(error_of(R"([{"kind": "identity", "key": "x", "bucket": 3, "buckets": 2}])"),
              HasSubstr("there is no setting 'bucket' here; the settings are: kind, key, buckets"));
  EXPECT_THAT(error_of(R"([{"kind": "one_hot", "key": "x"}])"), HasSubstr("no kind 'one_hot'"));
  EXPECT_THAT(error_of(R"([{"kind": "numeric", "key": "x", "normalizers": ["z"]}])"),
              HasSubstr("'normalizers': there is no normalizer 'z'"));
  EXPECT_THAT(error_of(R"([{"kind": "hashed", "key": "x", "buckets": 0}])"),
              HasSubstr("0 buckets; at least one is needed"));
  EXPECT_THAT(error_of(R"([{"kind": "bucketized", "key": "x", "boundaries": [2, 1]}])"),
              HasSubstr("must ascend strictly"));
  EXPECT_THAT(error_of(R"([3])"), HasSubstr("3 is no column"));
  EXPECT_THAT(error_of(R"([{"kind": "embedding", "of": {"kind": "raw", "key": "x"}}])"),
              HasSubstr("can be crossed only"));
  EXPECT_THAT(
      error_of(
          R"([{"kind": "embedding", "combiner": "last", "of": {"kind": "hashed", "key": "x", "buckets": 2}}])"),
      HasSubstr("only sequences"));
}

}  // namespace
}  // namespace kindred::features
