// Reading damaged and hostile model files: rows F01 to F14, F23, F24 and F29. Damage is
// always an Error; what an attacker has sealed with right checksums is an Error or a model
// that fits together.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <random>

#include "kindred/base/error.h"
#include "kindred/model/io.h"
#include "kindred/storage/container.h"
#include "tests/fault/system_faults.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred {
namespace {

using test::FaultPlan;
using test::read_bytes;
using test::write_bytes;

const storage::Format kFormat = {"kindred model", 1};

// A file taken apart: change what you like and seal it again with right checksums.
struct Parts {
  Json content;
  std::vector<std::pair<storage::TensorInfo, std::vector<std::byte>>> tensors;

  std::vector<std::byte>& bytes(std::string_view name) {
    for (auto& [info, values] : tensors) {
      if (info.name == name) return values;
    }
    throw std::runtime_error("no such tensor");
  }
};

Parts take_apart(const std::filesystem::path& path) {
  const storage::SafetensorsFile file(path);
  Parts parts;
  parts.content = storage::read_manifest(file).at("content");
  for (const storage::TensorInfo& info : file.header().tensors) {
    std::vector<std::byte> bytes(info.byte_count);
    file.read(info, bytes);
    parts.tensors.emplace_back(info, std::move(bytes));
  }
  return parts;
}

template <typename T>
void add(storage::ContainerWriter& writer, const storage::TensorInfo& info,
         const std::vector<std::byte>& bytes) {
  writer.add(info.name, info.shape,
             std::span(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)));
}

void seal(const Parts& parts, const std::filesystem::path& path,
          const storage::Format& format = kFormat) {
  storage::ContainerWriter writer;
  for (const auto& [info, bytes] : parts.tensors) {
    switch (info.type) {
      case storage::DataType::U8:
        add<std::uint8_t>(writer, info, bytes);
        break;
      case storage::DataType::U32:
        add<std::uint32_t>(writer, info, bytes);
        break;
      case storage::DataType::F32:
        add<float>(writer, info, bytes);
        break;
      case storage::DataType::F64:
        add<double>(writer, info, bytes);
        break;
      default:
        add<std::uint64_t>(writer, info, bytes);
    }
  }
  writer.write(path, format, parts.content);
}

class LoadFaults : public ::testing::Test {
 protected:
  LoadFaults() {
    model::save(test::sample_model(3, 4, 2), path_);
    bytes_ = read_bytes(path_);
  }

  // Loads these bytes; the message of the Error, or "" if there is none.
  std::string error_of(std::string_view bytes) {
    write_bytes(path_, bytes);
    return error_of_file();
  }
  std::string error_of_file() {
    try {
      model::load(path_);
    } catch (const Error& error) {
      EXPECT_EQ(std::string_view(error.what()).substr(0, path_.string().size()), path_.string());
      return error.what();
    }
    return "";
  }
  std::string error_of(const Parts& parts) {
    seal(parts, path_);
    return error_of_file();
  }

  // 8 bytes of length, then this header, then `data_bytes` zeros.
  static std::string raw_file(const std::string& header, std::size_t data_bytes) {
    std::string bytes(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + std::string(data_bytes, '\0');
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "m.kindred";
  std::string bytes_;
};

// F01
TEST_F(LoadFaults, EveryTruncationIsNoticed) {
  for (std::size_t size = bytes_.size(); size > 0;) {
    std::filesystem::resize_file(path_, --size);
    ASSERT_NE(error_of_file(), "") << "at " << size;
    if (size + 1 == bytes_.size()) {
      EXPECT_NE(error_of_file().find("truncated"), std::string::npos);
    }
  }
}

// F02. Bytes are changed in place: writing the file anew each time would take minutes.
TEST_F(LoadFaults, EveryFlippedBitIsNoticed) {
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::size_t place, int value) {
    file.seekp(static_cast<std::streamoff>(place));
    file.put(static_cast<char>(value)).flush();
  };
  for (std::size_t place = 0; place < bytes_.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      put(place, bytes_[place] ^ (1 << bit));
      ASSERT_NE(error_of_file(), "") << "byte " << place << ", bit " << bit;
    }
    put(place, bytes_[place]);
  }
  EXPECT_EQ(error_of_file(), "");
}

// F02: bursts, insertions, deletions and copies within the file.
TEST_F(LoadFaults, RandomDamageIsNoticed) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 1000; ++round) {
    std::string damaged = bytes_;
    const std::size_t from = random() % damaged.size();
    const std::size_t length = 1 + random() % std::min<std::size_t>(64, damaged.size() - from);
    switch (random() % 4) {
      case 0:
        for (std::size_t i = from; i < from + length; ++i) damaged[i] = static_cast<char>(random());
        break;
      case 1:
        damaged.erase(from, length);
        break;
      case 2:
        damaged.insert(from, length, static_cast<char>(random()));
        break;
      default:
        damaged.replace(from, length, bytes_, random() % bytes_.size(), length);
    }
    if (damaged == bytes_) continue;
    ASSERT_NE(error_of(damaged), "") << "round " << round;
  }
}

// F03
TEST_F(LoadFaults, PayloadOfAnotherModelIsNoticed) {
  model::Model other = test::sample_model(3, 4, 2);
  other.items.vectors.row(0)[0] += 1.0F;
  model::save(other, folder_ / "other.kindred");
  const std::string other_bytes = read_bytes(folder_ / "other.kindred");
  ASSERT_EQ(other_bytes.size(), bytes_.size());
  std::uint64_t header = 0;
  std::memcpy(&header, bytes_.data(), 8);
  const std::string mixed = bytes_.substr(0, 8 + header) + other_bytes.substr(8 + header);
  EXPECT_NE(error_of(mixed).find("checksum of tensor 'item.vectors'"), std::string::npos);
}

// F04
TEST_F(LoadFaults, OtherFilesAreNamedAsSuch) {
  EXPECT_NE(error_of("").find("is empty"), std::string::npos);
  for (const std::string& bytes :
       {std::string("user,item,rating\n1,2,3\n"),
        std::string("\x7F"
                    "ELF\x02\x01\x01",
                    7),
        "PK\x03\x04" + std::string(200, 'z'), std::string(500, '\0'), std::string("{}")}) {
    EXPECT_NE(error_of(bytes).find("neither a Kindred model nor"), std::string::npos);
  }
  EXPECT_NE(error_of(raw_file("{}      ", 0)).find("not one that Kindred has written"),
            std::string::npos);
  std::filesystem::remove(path_);
  EXPECT_NE(error_of_file().find("No such file"), std::string::npos);
}

// F06
TEST_F(LoadFaults, NewerVersionsAreRefusedAndUnknownTensorsSkipped) {
  Parts parts = take_apart(path_);
  parts.tensors.emplace_back(storage::TensorInfo{"extra", storage::DataType::U8, {2}, 0, 2},
                             std::vector<std::byte>(2));
  EXPECT_EQ(error_of(parts), "");
  // The first tensor of one-byte items, by name: its bytes still count.
  std::string damaged = read_bytes(path_);
  const storage::SafetensorsFile file(path_);
  const storage::TensorInfo& extra = *file.find("extra");
  damaged[8 + file.header_text().size() + extra.begin] = 'x';
  EXPECT_NE(error_of(damaged).find("'extra'"), std::string::npos);
  seal(parts, path_, {"kindred model", 7});
  const std::string message = error_of_file();
  EXPECT_NE(message.find("version 7"), std::string::npos) << message;
  EXPECT_NE(message.find("up to version 1"), std::string::npos) << message;
  seal(parts, path_, {"kindred checkpoint", 1});
  EXPECT_NE(error_of_file().find("this is a kindred checkpoint"), std::string::npos);
}

// F07: nothing is allocated on the word of a header.
TEST_F(LoadFaults, HugeAnnouncementsCostNoMemory) {
  for (const std::uint64_t length : {std::uint64_t{1} << 63U, std::uint64_t{100000001},
                                     ~std::uint64_t{0}, std::uint64_t{4000}}) {
    std::string bytes = bytes_;
    std::memcpy(bytes.data(), &length, 8);
    write_bytes(path_, bytes);
    const FaultPlan plan({});
    EXPECT_NE(error_of_file(), "");
    EXPECT_LT(FaultPlan::largest_allocation(), std::size_t{1} << 20U);
  }
  write_bytes(
      path_,
      raw_file(R"({"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}})",
               16));
  const FaultPlan plan({});
  EXPECT_NE(error_of_file().find("truncated"), std::string::npos);
  EXPECT_LT(FaultPlan::largest_allocation(), std::size_t{1} << 20U);
}

// F08, F09
TEST_F(LoadFaults, ImpossibleLayoutsAreRefused) {
  const auto tensor = [](const char* shape, const char* offsets) {
    return std::string(R"({"dtype":"F32","shape":)") + shape + R"(,"data_offsets":)" + offsets +
           "}";
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"a":)" + tensor("[2]", "[0,8]") + R"(,"b":)" + tensor("[2]", "[4,12]") + "}",
       "inside another"},
      {R"({"a":)" + tensor("[2]", "[0,8]") + R"(,"b":)" + tensor("[1]", "[12,16]") + "}",
       "a hole of 4 bytes"},
      {R"({"a":)" + tensor("[2]", "[4,12]") + "}", "a hole of 4 bytes"},
      {R"({"a":)" + tensor("[2]", "[0,8]") + "}", "8 bytes after the last tensor"},
      {R"({"a":)" + tensor("[5]", "[0,20]") + "}", "truncated"},
      {R"({"a":)" + tensor("[3]", "[0,16]") + "}", "its shape needs 12"},
      {R"({"a":)" + tensor("[4]", "[16,0]") + "}", "lies at bytes 16 to 0"},
      {R"({"a":)" + tensor("[4294967296,4294967296]", "[0,16]") + "}", "larger than any file"},
      {R"({"a":)" + tensor("[-4]", "[0,16]") + "}", "not a count"},
      {R"({"a":)" + tensor("[4.0]", "[0,16]") + "}", "not a count"},
      {R"({"a":)" + tensor("[4]", "[0]") + "}", "two data_offsets"},
      {R"({"a":{"dtype":"F31","shape":[4],"data_offsets":[0,16]}})", "'F31', which is not known"},
      {R"({"a":{"dtype":"F32","shape":[4]}})", "not described"},
      {R"({"a":)" + tensor("[4]", "[0,16]") + R"(,"a":)" + tensor("[4]", "[0,16]") + "}", "twice"},
      {R"({"__metadata__":{"k":1},"a":)" + tensor("[4]", "[0,16]") + "}", "is not a text"},
      {R"({"a":)" + tensor("[4]", "[0,16]") + "}\n", "does not end in"},
      {R"({"a":)" + tensor("[4]", "[0,16]"), "not JSON"},
      {"[]", "neither a Kindred model nor"},
      {std::string("{") + std::string(5000, '[') + "}", "JSON"},
  };
  for (const auto& [header, expected] : cases) {
    const std::string message = error_of(raw_file(header, 16));
    EXPECT_NE(message.find(expected), std::string::npos) << header.substr(0, 90) << "\n" << message;
  }
  // Zero rows are legal; the file is merely not Kindred's.
  EXPECT_NE(error_of(raw_file(R"({"a":)" + tensor("[0,4]", "[0,0]") + "}", 0)).find("not one that"),
            std::string::npos);
}

// F10
TEST_F(LoadFaults, CountsThatDisagreeAreRefused) {
  const Parts original = take_apart(path_);
  for (const std::string part : {"items", "users", "seen"}) {
    const Json::Object members = original.content.at(part).as_object();
    for (const auto& [key, value] : members) {
      if (!value.is_integer()) continue;
      const std::uint64_t right = value.as_uint();
      for (const std::uint64_t wrong :
           {std::uint64_t{0}, right - 1, right + 1, std::uint64_t{1} << 31U,
            std::uint64_t{1} << 63U, ~std::uint64_t{0}}) {
        Parts parts = original;
        Json changed = parts.content.at(part);
        changed.set(key, wrong);
        parts.content.set(part, changed);
        EXPECT_NE(error_of(parts), "") << part << "." << key << " = " << wrong;
      }
    }
  }
}

// F12, F13
TEST_F(LoadFaults, ImpossibleValuesAreRefused) {
  const Parts original = take_apart(path_);
  for (const float value : {NAN, INFINITY, -INFINITY}) {
    for (const std::string tensor : {"item.vectors", "user.vectors", "seen.values"}) {
      Parts parts = original;
      std::memcpy(parts.bytes(tensor).data() + 4, &value, 4);
      EXPECT_NE(error_of(parts), "") << tensor;
    }
  }
  Parts parts = original;
  parts.bytes("item.labels")[1] = parts.bytes("item.labels")[3];  // i0 i1 -> i1 i1
  EXPECT_NE(error_of(parts).find("'i1' appears twice"), std::string::npos);
  parts = original;
  parts.bytes("item.labels")[1] = std::byte{0xFF};
  EXPECT_NE(error_of(parts).find("UTF-8"), std::string::npos);
  parts = original;
  parts.bytes("seen.columns")[0] = std::byte{200};
  EXPECT_NE(error_of(parts), "");
}

// F14: right checksums over random contents.
TEST_F(LoadFaults, SealedNonsenseIsAnErrorOrAModel) {
  const Parts original = take_apart(path_);
  std::mt19937_64 random(5);
  int refused = 0;
  for (int round = 0; round < 600; ++round) {
    Parts parts = original;
    auto& [info, bytes] = parts.tensors[random() % parts.tensors.size()];
    for (std::uint64_t i = 1 + random() % 3; i > 0; --i) {
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    }
    seal(parts, path_);
    try {
      model::validate(model::load(path_));
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 200);
}

// F23: no mapping, so no SIGBUS.
TEST_F(LoadFaults, ShrinkingWhileReadIsAnError) {
  const storage::SafetensorsFile file(path_);
  std::filesystem::resize_file(path_, bytes_.size() - 100);
  int failures = 0;
  for (const storage::TensorInfo& tensor : file.header().tensors) {
    try {
      file.checksum_of(tensor);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt);
      ++failures;
    }
  }
  EXPECT_GT(failures, 0);
}

// F24: a FIFO must not block, a folder and a device must not be read.
TEST_F(LoadFaults, OnlyRegularFilesAreRead) {
  std::filesystem::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_NE(error_of_file().find("is not a regular file"), std::string::npos);
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_NE(error_of_file().find("is a folder"), std::string::npos);
  EXPECT_THROW(model::load("/dev/zero"), Error);
}

// F16, F18
TEST_F(LoadFaults, FailingAndShortReads) {
  for (int at = 1;; ++at) {
    const FaultPlan plan({.fail_call = "pread", .fail_at = at, .error = EIO});
    const std::string message = error_of_file();
    if (!FaultPlan::has_failed()) break;
    EXPECT_NE(message.find("Input/output error"), std::string::npos) << message;
  }
  const FaultPlan plan({.interrupt_first = true, .bytes_max = 3});
  EXPECT_EQ(error_of_file(), "");
}

// F29
TEST_F(LoadFaults, EveryAllocationFails) {
  for (std::uint64_t allocation = 1;; ++allocation) {
    const FaultPlan plan({.fail_allocation = allocation});
    bool refused = false;
    try {
      model::load(path_);
    } catch (const Error&) {
      refused = true;
    } catch (const std::bad_alloc&) {
      refused = true;
    }
    if (!FaultPlan::has_failed()) break;
    EXPECT_TRUE(refused) << "allocation " << allocation;
  }
}

}  // namespace
}  // namespace kindred
