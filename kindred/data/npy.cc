#include "kindred/data/npy.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"

namespace kindred::data {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kNpyPrefixBytes = 10;  // Of version 1: magic, version, length.
constexpr std::size_t kAlignment = 64;
// Leaves room for the largest number of rows, so that it can be written at the end.
constexpr std::size_t kWriterHeaderBytes = 128;
constexpr std::uint64_t kMemberBytesMax = std::uint64_t{1} << 36U;

[[noreturn]] void corrupt(const std::string& name, const std::string& problem) {
  throw Error(ErrorCode::corrupt, fmt::format("{}: {}", name, problem));
}

// What the header says.
struct Header {
  char kind = 'f';             // f, i, u, b, U or S.
  std::size_t item_bytes = 0;  // Of one value.
  bool is_fortran = false;
  std::vector<std::size_t> shape;
  std::size_t value_count = 1;
};

// The text of a member of the header's dictionary: from after its name to the end.
std::string_view member(std::string_view dictionary, std::string_view key,
                        const std::string& name) {
  const std::size_t at = dictionary.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) corrupt(name, fmt::format("its header has no '{}'", key));
  std::string_view rest = dictionary.substr(at + key.size() + 3);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return rest;
}

void read_type(std::string_view descr, const std::string& name, Header& header) {
  const std::size_t end = descr.find('\'', 1);
  if (!descr.starts_with('\'') || end == std::string_view::npos || end < 3) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: an array of records; columns must be arrays of their own", name));
  }
  const std::string_view type = descr.substr(1, end - 1);
  std::size_t size = 0;
  const auto [stop, error] = std::from_chars(type.data() + 2, type.data() + type.size(), size);
  const bool sized = stop == type.data() + type.size() && error == std::errc();
  header.kind = type[1];
  const bool one_byte = size == 1 || header.kind == 'S';
  if (type[0] == '>' && !one_byte) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: big-endian values ('{}'); convert them with astype first", name,
                            printable(type)));
  }
  const auto is_one_of = [&](std::initializer_list<std::size_t> sizes) {
    return std::ranges::find(sizes, size) != sizes.end();
  };
  const bool known =
      sized && ((header.kind == 'f' && is_one_of({2, 4, 8})) ||
                ((header.kind == 'i' || header.kind == 'u') && is_one_of({1, 2, 4, 8})) ||
                (header.kind == 'b' && size == 1) ||
                ((header.kind == 'U' || header.kind == 'S') && size < (1U << 20U)));
  if (!known) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: values of type '{}' are not read; numbers, text and booleans are",
                            name, printable(type)));
  }
  header.item_bytes = header.kind == 'U' ? 4 * size : size;
}

void read_shape(std::string_view text, const std::string& name, Header& header) {
  const std::size_t end = text.find(')');
  if (!text.starts_with('(') || end == std::string_view::npos) corrupt(name, "its shape is broken");
  text = text.substr(1, end - 1);
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == ',') {
      text.remove_prefix(1);
      continue;
    }
    std::size_t axis = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), axis);
    if (error != std::errc()) corrupt(name, "its shape is broken");
    header.shape.push_back(axis);
    if (__builtin_mul_overflow(header.value_count, axis, &header.value_count)) {
      corrupt(name, "its shape is larger than any memory");
    }
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
}

// Reads the header and takes it off the bytes.
Header read_header(std::string_view& bytes, const std::string& name) {
  if (!bytes.starts_with(kMagic) || bytes.size() < kNpyPrefixBytes) {
    corrupt(name, "this is no .npy file");
  }
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  std::size_t length = byte(8) | std::size_t{byte(9)} << 8U;
  std::size_t begin = kNpyPrefixBytes;
  if (const unsigned version = byte(6); version == 2 || version == 3) {
    begin = kNpyPrefixBytes + 2;
    if (bytes.size() < begin) corrupt(name, "the file is cut off");
    length |= std::size_t{byte(10)} << 16U | std::size_t{byte(11)} << 24U;
  } else if (version != 1) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: version {} of the .npy format", name, version));
  }
  if (bytes.size() - begin < length) corrupt(name, "the file is cut off in its header");
  const std::string_view dictionary = bytes.substr(begin, length);
  bytes.remove_prefix(begin + length);
  Header header;
  read_type(member(dictionary, "descr", name), name, header);
  header.is_fortran = member(dictionary, "fortran_order", name).starts_with("True");
  read_shape(member(dictionary, "shape", name), name, header);
  if (header.item_bytes == 0) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: texts of width 0 ('S0' or 'U0'): they are all empty", name));
  }
  // What needs no bytes is not bounded by the file: rows of no numbers.
  if (header.value_count == 0 && !header.shape.empty() && header.shape.front() > kSizeMax) {
    corrupt(name, fmt::format("its shape ({}) has more than {} rows, and they are empty",
                              fmt::join(header.shape, ", "), kSizeMax));
  }
  std::size_t needed = 0;
  if (__builtin_mul_overflow(header.value_count, header.item_bytes, &needed) ||
      bytes.size() < needed) {
    corrupt(name, fmt::format("the file is cut off: {} values are announced, {} bytes are there",
                              header.value_count, bytes.size()));
  }
  if (bytes.size() > needed) {
    corrupt(name, fmt::format("{} bytes too many at the end", bytes.size() - needed));
  }
  return header;
}

float half_to_float(std::uint16_t half) {
  const int exponent = half >> 10U & 0x1F;
  const int mantissa = half & 0x3FF;
  const float sign = half >> 15U != 0 ? -1.0F : 1.0F;
  if (exponent == 31) {
    return mantissa == 0 ? sign * std::numeric_limits<float>::infinity()
                         : std::numeric_limits<float>::quiet_NaN();
  }
  const float fraction = static_cast<float>(mantissa) / 1024.0F;
  return sign *
         (exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1.0F + fraction, exponent - 15));
}

// The values as To, each stored as From.
template <typename From, typename To>
std::vector<To> numbers(const Header& header, std::string_view bytes, const std::string& name) {
  std::vector<To> values(header.value_count);
  for (std::size_t i = 0; i < values.size(); ++i) {
    From value{};
    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
    if constexpr (std::is_same_v<From, std::uint64_t>) {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        throw Error(ErrorCode::unsupported, fmt::format("{}: {} does not fit int64", name, value));
      }
    }
    values[i] = static_cast<To>(value);
  }
  return values;
}

std::vector<float> halves(const Header& header, std::string_view bytes, const std::string& name) {
  std::vector<float> values;
  for (const std::int64_t bits : numbers<std::uint16_t, std::int64_t>(header, bytes, name)) {
    values.push_back(half_to_float(static_cast<std::uint16_t>(bits)));
  }
  return values;
}

void append_utf8(std::uint32_t point, std::string& text, const std::string& name) {
  const auto put = [&](std::uint32_t bits) { text += static_cast<char>(bits); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6U);
    put(0x80 | (point & 0x3FU));
  } else if (point < 0x10000 && (point < 0xD800 || point > 0xDFFF)) {
    put(0xE0 | point >> 12U);
    put(0x80 | (point >> 6U & 0x3FU));
    put(0x80 | (point & 0x3FU));
  } else if (point >= 0x10000 && point < 0x110000) {
    put(0xF0 | point >> 18U);
    put(0x80 | (point >> 12U & 0x3FU));
    put(0x80 | (point >> 6U & 0x3FU));
    put(0x80 | (point & 0x3FU));
  } else {
    corrupt(name, fmt::format("U+{:X} is no character", point));
  }
}

// Texts end at their first zero, or at the end of their place.
TextList texts(const Header& header, std::string_view bytes, const std::string& name) {
  TextList out;
  std::string text;
  for (std::size_t i = 0; i < header.value_count; ++i) {
    const std::string_view item = bytes.substr(i * header.item_bytes, header.item_bytes);
    text.clear();
    if (header.kind == 'S') {
      text = item.substr(0, std::min(item.find('\0'), item.size()));
      if (find_invalid_utf8(text) != std::string::npos) {
        corrupt(name, fmt::format("'{}' is not UTF-8", printable(text)));
      }
    }
    for (std::size_t at = 0; header.kind == 'U' && at < item.size(); at += 4) {
      std::uint32_t point = 0;
      std::memcpy(&point, item.data() + at, 4);
      if (point == 0) break;
      append_utf8(point, text, name);
    }
    out.push_back(text);
  }
  return out;
}

Tensor::Values read_values(const Header& header, std::string_view bytes, const std::string& name) {
  const std::size_t size = header.item_bytes;
  switch (header.kind) {
    case 'f':
      if (size == 2) return halves(header, bytes, name);
      if (size == 4) return numbers<float, float>(header, bytes, name);
      return numbers<double, double>(header, bytes, name);
    case 'i':
      if (size == 1) return numbers<std::int8_t, std::int64_t>(header, bytes, name);
      if (size == 2) return numbers<std::int16_t, std::int64_t>(header, bytes, name);
      if (size == 4) return numbers<std::int32_t, std::int64_t>(header, bytes, name);
      return numbers<std::int64_t, std::int64_t>(header, bytes, name);
    case 'u':
    case 'b':
      if (size == 1) return numbers<std::uint8_t, std::int64_t>(header, bytes, name);
      if (size == 2) return numbers<std::uint16_t, std::int64_t>(header, bytes, name);
      if (size == 4) return numbers<std::uint32_t, std::int64_t>(header, bytes, name);
      return numbers<std::uint64_t, std::int64_t>(header, bytes, name);
    default:
      return texts(header, bytes, name);
  }
}

// Values in the order of columns → in that of rows.
Tensor::Values row_major(const Tensor::Values& values, const std::vector<std::size_t>& shape) {
  return std::visit(
      [&](const auto& from) -> Tensor::Values {
        std::decay_t<decltype(from)> to;
        if (from.size() == 0) return to;
        to.reserve(from.size());
        std::vector<std::size_t> index(shape.size(), 0);
        for (std::size_t i = 0; i < from.size(); ++i) {
          std::size_t at = 0;
          for (std::size_t axis = shape.size(); axis-- > 0;) at = at * shape[axis] + index[axis];
          to.push_back(from[at]);
          for (std::size_t axis = shape.size(); axis-- > 0 && ++index[axis] == shape[axis];) {
            index[axis] = 0;
          }
        }
        return to;
      },
      values);
}

std::string writer_header(std::size_t row_count, std::size_t row_width, bool is_double) {
  std::string dictionary =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}",
                  is_double ? "<f8" : "<f4", row_count, row_width);
  dictionary.resize(kWriterHeaderBytes - kNpyPrefixBytes - 1, ' ');
  dictionary += '\n';
  static_assert(kWriterHeaderBytes % kAlignment == 0);
  std::string header(kMagic);
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(dictionary.size() & 0xFFU);
  header += static_cast<char>(dictionary.size() >> 8U);
  return header + dictionary;
}

std::string read_member(zip_t* archive, zip_uint64_t index, const std::string& name) {
  zip_stat_t facts;
  if (zip_stat_index(archive, index, 0, &facts) != 0) corrupt(name, zip_strerror(archive));
  // What the archive claims is only a claim: memory grows with what is really there.
  if (facts.size > kMemberBytesMax) corrupt(name, "a member is larger than any array");
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive, index, 0),
                                                               &zip_fclose);
  if (file == nullptr) corrupt(name, zip_strerror(archive));
  std::string bytes;
  constexpr std::size_t kStepBytes = std::size_t{1} << 20U;
  while (true) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kStepBytes);
    const zip_int64_t got = zip_fread(file.get(), bytes.data() + before, kStepBytes);
    if (got < 0) corrupt(name, zip_file_strerror(file.get()));
    bytes.resize(before + static_cast<std::size_t>(got));
    if (got == 0) return bytes;
  }
}

}  // namespace

Tensor parse_npy(std::string_view bytes, const std::string& name) {
  const Header header = read_header(bytes, name);
  if (header.shape.empty()) corrupt(name, "a single value has no rows");
  Tensor tensor;
  tensor.shape = header.shape;
  tensor.values = read_values(header, bytes, name);
  if (header.is_fortran && header.shape.size() > 1) {
    tensor.values = row_major(tensor.values, header.shape);
  }
  return tensor;
}

Tensor read_npy(const std::filesystem::path& path) {
  ByteSource source(path);
  return parse_npy(read_to_end(source), path.string());
}

Batch read_npz(const std::filesystem::path& path) {
  int code = 0;
  const std::unique_ptr<zip_t, void (*)(zip_t*)> archive(zip_open(path.c_str(), ZIP_RDONLY, &code),
                                                         &zip_discard);
  if (archive == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string cause = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw Error(code == ZIP_ER_NOENT ? ErrorCode::not_found : ErrorCode::corrupt,
                fmt::format("{}: {}", path.string(), cause));
  }
  Batch batch;
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(archive.get(), 0));
  for (zip_uint64_t index = 0; index < count; ++index) {
    std::string member_name = zip_get_name(archive.get(), index, 0);
    const std::string where = fmt::format("{}: {}", path.string(), printable(member_name));
    Tensor tensor = parse_npy(read_member(archive.get(), index, where), where);
    if (member_name.ends_with(".npy")) member_name.resize(member_name.size() - 4);
    batch.add(std::move(member_name), std::move(tensor));
  }
  return batch;
}

NpyWriter::NpyWriter(const std::filesystem::path& path, std::size_t row_width, bool is_double)
    : file_(path), row_width_(row_width), is_double_(is_double) {
  file_.append(std::string_view(writer_header(0, row_width, is_double)));
}

void NpyWriter::append(std::span<const float> values) {
  KINDRED_CHECK(!is_double_);
  file_.append(std::as_bytes(values));
  row_count_ += row_width_ == 0 ? 0 : values.size() / row_width_;
}

void NpyWriter::append(std::span<const double> values) {
  KINDRED_CHECK(is_double_);
  file_.append(std::as_bytes(values));
  row_count_ += row_width_ == 0 ? 0 : values.size() / row_width_;
}

void NpyWriter::commit() {
  file_.replace_front(std::string_view(writer_header(row_count_, row_width_, is_double_)));
  file_.commit();
}

}  // namespace kindred::data
