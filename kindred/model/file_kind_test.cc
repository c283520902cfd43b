#include "kindred/model/file_kind.h"

#include <gtest/gtest.h>

#include "kindred/model/io.h"
#include "kindred/model/lists_file.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::model {
namespace {

using namespace std::string_literals;

TEST(FileKind, IsWhatIsInTheFile) {
  const test::TemporaryFolder folder;
  const auto kind_of = [&](const std::string& bytes) {
    test::write_bytes(folder / "x", bytes);
    return kind_of_file(folder / "x").kind;
  };
  EXPECT_EQ(kind_of_file(folder / "none").kind, FileKind::unknown);
  EXPECT_EQ(kind_of_file(folder / "").kind, FileKind::unknown);
  EXPECT_EQ(kind_of(""), FileKind::empty);
  EXPECT_EQ(kind_of("1,2\n"), FileKind::text);
  EXPECT_EQ(kind_of("\x93NUMPY\x01"), FileKind::npy);
  EXPECT_EQ(kind_of("\0\0\x08\x03"s), FileKind::idx);
  EXPECT_EQ(kind_of("PAR1\x15\x04"), FileKind::foreign);
  EXPECT_EQ(kind_of("PK\x03\x04"), FileKind::npz);
  EXPECT_EQ(kind_of("embeddings { tensor_name: \"a\" }"), FileKind::projector_config);
  EXPECT_EQ(kind_of("\x02\0\0\0\0\0\0\0{}"s), FileKind::safetensors);
  EXPECT_EQ(kind_of("\x09\0\0\0\0\0\0\0{}"s), FileKind::other_container);  // Cut off.
  save(test::sample_model(), folder / "m");
  const KindOfFile model = kind_of_file(folder / "m");
  EXPECT_EQ(model.kind, FileKind::model);
  EXPECT_TRUE(model.is_container());
  EXPECT_EQ(model.evidence, "its manifest says 'kindred model'");
}

}  // namespace
}  // namespace kindred::model
