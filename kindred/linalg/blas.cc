#include "kindred/linalg/blas.h"

#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

extern "C" {
// LAPACK's divide-and-conquer eigensolver; OpenBLAS ships it without a C header.
void dsyevd_(const char* job, const char* triangle, const int* n, double* a, const int* stride,
             double* values, double* work, const int* work_count, int* integer_work,
             const int* integer_work_count, int* info);

// The eigenvalues and eigenvectors of a range of ranks.
void dsyevr_(const char* job, const char* range, const char* triangle, const int* n, double* a,
             const int* stride, const double* low, const double* high, const int* first,
             const int* last, const double* tolerance, int* found, double* values, double* vectors,
             const int* vectors_stride, int* support, double* work, const int* work_count,
             int* integer_work, const int* integer_work_count, int* info);

// Present only where OpenBLAS chooses its core at run time.
[[gnu::weak]] void gotoblas_dynamic_init();
[[gnu::weak]] void gotoblas_dynamic_quit();
}

namespace kindred::linalg {
namespace {

// Cores without AVX: what OpenBLAS takes for a processor that it does not know.
constexpr std::array<std::string_view, 10> kCoresWithoutAvx = {
    "Katmai", "Northwood",  "Prescott", "Banias", "Core2",
    "Penryn", "Dunnington", "Nehalem",  "Atom",   "Unknown"};

const char* better_core() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return "SkylakeX";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return nullptr;
}

// Runs before main, while no other thread reads the environment.
bool set_up() {
  if (std::getenv("OPENBLAS_CORETYPE") == nullptr && gotoblas_dynamic_init != nullptr &&
      gotoblas_dynamic_quit != nullptr) {
    const std::string_view core = openblas_get_corename();
    const char* better = better_core();
    if (better != nullptr && std::ranges::find(kCoresWithoutAvx, core) != kCoresWithoutAvx.end()) {
      // OpenBLAS reads the variable only while it initialises, so do that once more;
      // no buffer is in use yet.
      setenv("OPENBLAS_CORETYPE", better, 1);
      gotoblas_dynamic_quit();
      gotoblas_dynamic_init();
      unsetenv("OPENBLAS_CORETYPE");
    }
  }
  openblas_set_num_threads(1);
  return true;
}

[[maybe_unused]] const bool ready = set_up();

int narrow(std::size_t value) {
  KINDRED_CHECK(value <= 0x7fffffff);
  return static_cast<int>(value);
}

// LAPACK asks for a leading dimension of at least 1 even for an empty matrix.
int stride_of(std::size_t stride) { return std::max(1, narrow(stride)); }

// k is the side that a and b share.
void gemm(ConstBlock a, CBLAS_TRANSPOSE transpose_a, ConstBlock b, CBLAS_TRANSPOSE transpose_b,
          std::size_t k, Block c, Product product) {
  if (c.rows == 0 || c.cols == 0) return;
  cblas_sgemm(CblasRowMajor, transpose_a, transpose_b, narrow(c.rows), narrow(c.cols), narrow(k),
              1.0F, a.data, stride_of(a.stride), b.data, stride_of(b.stride),
              product == Product::is_added ? 1.0F : 0.0F, c.data, stride_of(c.stride));
}

void require_finite(std::span<const double> matrix) {
  if (!std::ranges::all_of(matrix, [](double value) { return std::isfinite(value); })) {
    throw Error(ErrorCode::invalid_argument, "a matrix to decompose holds NaN or infinity");
  }
}

[[noreturn]] void did_not_converge(int n) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("the eigenvalues of a {} x {} matrix did not converge", n, n));
}

// Runs a LAPACK call that takes workspace: asks it how much (a count of -1), then gives that.
template <typename Call>
void with_workspace(const Call& call) {
  double work_count = 0.0;
  int integer_count = 0;
  call(&work_count, -1, &integer_count, -1);
  std::vector<double> work(static_cast<std::size_t>(work_count));
  std::vector<int> integers(static_cast<std::size_t>(integer_count));
  call(work.data(), narrow(work.size()), integers.data(), integer_count);
}

}  // namespace

void multiply(ConstBlock a, ConstBlock b, Block c, Product product) {
  KINDRED_CHECK(a.cols == b.rows && c.rows == a.rows && c.cols == b.cols);
  gemm(a, CblasNoTrans, b, CblasNoTrans, a.cols, c, product);
}

void multiply_transposed(ConstBlock a, ConstBlock b, Block c, Product product) {
  KINDRED_CHECK(a.cols == b.cols && c.rows == a.rows && c.cols == b.rows);
  gemm(a, CblasNoTrans, b, CblasTrans, a.cols, c, product);
}

void multiply_left_transposed(ConstBlock a, ConstBlock b, Block c, Product product) {
  KINDRED_CHECK(a.rows == b.rows && c.rows == a.cols && c.cols == b.cols);
  gemm(a, CblasTrans, b, CblasNoTrans, a.rows, c, product);
}

void gram_upper(ConstBlock a, Block c) {
  KINDRED_CHECK(c.rows == a.cols && c.cols == a.cols);
  if (c.rows == 0) return;
  cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, narrow(c.rows), narrow(a.rows), 1.0F, a.data,
              stride_of(a.stride), 0.0F, c.data, stride_of(c.stride));
}

void symmetric_eigen(std::span<double> matrix, std::span<double> values) {
  KINDRED_CHECK(matrix.size() == values.size() * values.size());
  if (values.empty()) return;
  require_finite(matrix);
  const int n = narrow(values.size());
  // LAPACK counts columns first: its lower triangle is our upper one, and the
  // eigenvectors that it returns as columns are our rows.
  const auto call = [&](double* work, int work_count, int* integers, int integer_count) {
    int info = 0;
    dsyevd_("V", "L", &n, matrix.data(), &n, values.data(), work, &work_count, integers,
            &integer_count, &info);
    if (info != 0) did_not_converge(n);
  };
  with_workspace(call);
}

void largest_eigen(std::span<double> matrix, std::span<double> values, std::span<double> vectors) {
  if (values.empty()) return;
  KINDRED_CHECK(vectors.size() % values.size() == 0);
  const int n = narrow(vectors.size() / values.size());
  const int count = narrow(values.size());
  KINDRED_CHECK(count <= n &&
                matrix.size() == static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
  require_finite(matrix);
  const int first = n - count + 1;  // LAPACK's ranks ascend, and count from 1.
  const double unused = 0.0;
  const double tolerance = 0.0;  // As precise as the machine allows.
  int found = 0;
  std::vector<double> ascending(static_cast<std::size_t>(n));
  std::vector<double> columns(vectors.size());
  std::vector<int> support(2 * values.size());
  const auto call = [&](double* work, int work_count, int* integers, int integer_count) {
    int info = 0;
    dsyevr_("V", "I", "L", &n, matrix.data(), &n, &unused, &unused, &first, &n, &tolerance, &found,
            ascending.data(), columns.data(), &n, support.data(), work, &work_count, integers,
            &integer_count, &info);
    if (info != 0) did_not_converge(n);
  };
  with_workspace(call);
  if (found != count) did_not_converge(n);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t from = values.size() - 1 - i;
    values[i] = ascending[from];
    std::copy_n(columns.data() + from * static_cast<std::size_t>(n), n,
                vectors.data() + i * static_cast<std::size_t>(n));
  }
}

std::string blas_core() { return openblas_get_corename(); }

std::string blas_version() { return openblas_get_config(); }

}  // namespace kindred::linalg
