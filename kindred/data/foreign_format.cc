#include "kindred/data/foreign_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPandas =
    "write it as CSV first; in Python: pandas.read_...(FILE).to_csv('FILE.csv', index=False)";
constexpr std::string_view kParquet =
    "write it as CSV first; in Python: pandas.read_parquet(FILE).to_csv('FILE.csv', index=False)";
constexpr std::string_view kFeather =
    "write it as CSV first; in Python: pandas.read_feather(FILE).to_csv('FILE.csv', index=False)";
constexpr std::string_view kSheet = "save it as CSV UTF-8 from the spreadsheet and give that file";
constexpr std::string_view kArray =
    "write the array as .npy first; in Python: numpy.save('FILE.npy', array)";
constexpr std::string_view kUnpack = "unpack it and give the file that lies in it";
constexpr std::string_view kFastText =
    "give the .vec file that lies beside it, or write one; in Python: "
    "gensim.models.fasttext.load_facebook_vectors(FILE).save_word2vec_format('FILE.txt')";
constexpr std::string_view kPickle =
    "write what it holds in a format that others read: vectors of gensim with "
    "save_word2vec_format('FILE.txt'), arrays with numpy.save, tables with to_csv";
constexpr std::string_view kTorch =
    "write the vectors as .npy first; in Python: numpy.save('FILE.npy', tensor.numpy())";
constexpr std::string_view kUtf8 = "write it as UTF-8 first: iconv -f UTF-16 -t UTF-8 FILE";
constexpr std::string_view kUtf8From32 = "write it as UTF-8 first: iconv -f UTF-32 -t UTF-8 FILE";
constexpr std::string_view kNoData = "it holds no rows of text or numbers";
constexpr std::string_view kR = "write it as CSV first; in R: write.csv(readRDS(FILE), 'FILE.csv')";
constexpr std::string_view kDatabase =
    "write a table of it as CSV first: sqlite3 -csv -header FILE 'select * from TABLE'";
constexpr std::string_view kFaiss =
    "write the vectors as .npy first; in Python: numpy.save('FILE.npy', "
    "index.reconstruct_n(0, index.ntotal))";

struct Magic {
  std::string_view bytes;
  ForeignFormat format;
  bool is_word = false;  // Letters, as a text may have: counts with binary bytes behind it.
};

constexpr auto kMagics = std::to_array<Magic>({
    {"PAR1"sv, {"a Parquet file", kParquet}, true},
    {"ARROW1"sv, {"an Arrow (Feather) file", kFeather}, true},
    {"FEA1"sv, {"a Feather file", kFeather}, true},
    {"ORC"sv, {"an ORC file", kPandas}, true},
    {"Obj\x01"sv, {"an Avro file", kPandas}},
    {"\x89HDF\r\n\x1A\n"sv, {"an HDF5 file", kArray}},
    {"MATLAB 5.0 MAT-file"sv, {"a MATLAB file", kArray}},
    {"MATLAB 7.3 MAT-file"sv, {"a MATLAB file", kArray}},
    {"%%MatrixMarket"sv, {"a Matrix Market file", kArray}},
    {"SQLite format 3\0"sv, {"an SQLite database", kDatabase}},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, {"an old Excel or Office file", kSheet}},
    {"\xBA\x16\x4F\x2F"sv, {"a fastText model (.bin)", kFastText}},
    {"GGUF"sv, {"a GGUF model", kNoData}, true},
    {"IxF"sv, {"a faiss index", kFaiss}, true},
    {"<stata_dta>"sv, {"a Stata file", kPandas}},
    {"$FL2"sv, {"an SPSS file", kPandas}, true},
    {"RDX2\n"sv, {"an R data file", kR}},
    {"RDX3\n"sv, {"an R data file", kR}},
    {"X\n\0\0\0"sv, {"an R data file", kR}},
    {"\xFD\x37zXZ\0"sv, {"an xz archive", kUnpack}},
    {"BZh"sv, {"a bzip2 archive", kUnpack}, true},
    {"7z\xBC\xAF\x27\x1C"sv, {"a 7-Zip archive", kUnpack}},
    {"Rar!\x1A\x07"sv, {"a RAR archive", kUnpack}},
    {"\x04\x22\x4D\x18"sv, {"an lz4 archive", kUnpack}},
    {"\x89PNG\r\n\x1A\n"sv, {"a PNG image", kNoData}},
    {"\xFF\xD8\xFF"sv, {"a JPEG image", kNoData}},
    {"GIF87a"sv, {"a GIF image", kNoData}, true},
    {"GIF89a"sv, {"a GIF image", kNoData}, true},
    {"%PDF-"sv, {"a PDF document", kNoData}},
    {"\x7F"
     "ELF"sv,
     {"a program", kNoData}},
    {"<?xml"sv, {"an XML file", "write it as CSV first"}},
    {"<!DOCTYPE"sv,
     {"a web page", "it may be the page of a login or of an error: get the file itself"}},
    {"<!doctype"sv,
     {"a web page", "it may be the page of a login or of an error: get the file itself"}},
    {"<html"sv,
     {"a web page", "it may be the page of a login or of an error: get the file itself"}},
});

bool has_binary_bytes(std::string_view head) noexcept {
  return std::ranges::any_of(head.substr(0, kForeignHeadBytes), [](unsigned char byte) {
    return byte < 0x09 || (byte > 0x0D && byte < 0x20 && byte != 0x1B);
  });
}

// What a zip archive is says the name of its first member.
ForeignFormat of_zip(std::string_view head) noexcept {
  constexpr std::size_t kNameAt = 30;
  const std::string_view name = head.size() > kNameAt ? head.substr(kNameAt, 200) : ""sv;
  const auto begins = [&](std::string_view with) { return name.starts_with(with); };
  if (begins("[Content_Types].xml") || begins("xl/") || begins("_rels/") || begins("docProps/")) {
    return {"an Excel or Office file", kSheet};
  }
  if (begins("mimetypeapplication/vnd.oasis")) return {"an OpenDocument file", kSheet};
  const std::size_t pickle = name.find("/data.pkl");
  if (pickle != std::string_view::npos && pickle < 100) return {"a PyTorch file", kTorch};
  return {"a zip archive", kUnpack, false, true};
}

// Text of two bytes a character shows as a zero in every other byte of its ASCII letters.
bool looks_like_utf16(std::string_view head) noexcept {
  const std::size_t pairs = std::min(head.size(), kForeignHeadBytes) / 2;
  if (pairs < 8) return false;
  std::array<std::size_t, 2> zeros = {0, 0};
  std::array<std::size_t, 2> letters = {0, 0};
  for (std::size_t i = 0; i < 2 * pairs; ++i) {
    if (head[i] == '\0') ++zeros[i % 2];
    if (head[i] >= '\t' && head[i] <= '~') ++letters[i % 2];
  }
  for (const std::size_t even : {0U, 1U}) {
    if (zeros[even] * 10 >= pairs * 9 && letters[1 - even] * 10 >= pairs * 9) return true;
  }
  return false;
}

std::optional<ForeignFormat> of_unicode(std::string_view head) noexcept {
  if (head.starts_with("\xFF\xFE\0\0"sv) || head.starts_with("\0\0\xFE\xFF"sv)) {
    return ForeignFormat{"text in UTF-32", kUtf8From32};
  }
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF") || looks_like_utf16(head)) {
    return ForeignFormat{"text in UTF-16", kUtf8};
  }
  return std::nullopt;
}

// {"user": 1} or [[1, 2], ...; a word of a text may be a bracket, but no name follows it.
bool looks_like_json(std::string_view head) noexcept {
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (head[first] != '{' && head[first] != '[')) return false;
  const std::size_t second = head.find_first_not_of(" \t\r\n", first + 1);
  if (second == std::string_view::npos) return false;
  const std::string_view may_follow = head[first] == '{' ? "\"}" : "{[\"";
  return may_follow.find(head[second]) != std::string_view::npos;
}

// Protocol 2 to 5 and then an opcode with which gensim's, pandas' and numpy's pickles begin.
bool looks_like_pickle(std::string_view head) noexcept {
  return head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5 &&
         "\x95}](cXq\x8C"sv.find(head[2]) != std::string_view::npos;
}

}  // namespace

std::optional<ForeignFormat> foreign_format(std::string_view head) noexcept {
  if (const auto text = of_unicode(head)) return text;
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return of_zip(head);
  for (const Magic& magic : kMagics) {
    if (head.starts_with(magic.bytes) && (!magic.is_word || has_binary_bytes(head))) {
      return magic.format;
    }
  }
  if (looks_like_pickle(head)) return ForeignFormat{"a Python pickle", kPickle};
  if (head.size() > 262 && head.substr(257, 5) == "ustar") {
    return ForeignFormat{"a tar archive", kUnpack};
  }
  std::string_view text = head;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (looks_like_json(text)) {
    return ForeignFormat{"JSON or JSON lines",
                         "write it as CSV first; in Python: pandas.read_json(FILE, "
                         "lines=True).to_csv('FILE.csv', index=False)",
                         true};
  }
  return std::nullopt;
}

void refuse_foreign(std::string_view head, const std::string& name) {
  const auto format = foreign_format(head);
  if (!format) return;
  throw Error(ErrorCode::unsupported, fmt::format("{} is {}, which is not read here: {}", name,
                                                  format->name, format->advice));
}

}  // namespace kindred::data
