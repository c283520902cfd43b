// From vectors to a map: neighbours, UMAP, its quality, and a label that looks wrong.
//
// Three kinds of points in ten dimensions, one of them labelled as what it is not.

#include <cstdint>
#include <cstdio>

#include "kindred/base/rng.h"
#include "kindred/insight/spread.h"
#include "kindred/insight/suspects.h"
#include "kindred/projection/quality.h"
#include "kindred/projection/umap.h"
#include "kindred/search/neighbor_graph.h"

using namespace kindred;

int main() {
  constexpr std::size_t kRows = 600;
  Matrix vectors(kRows, 10);
  data::Labels labels{{}, {"tight", "middling", "wide"}};
  for (std::uint32_t row = 0; row < kRows; ++row) {
    Rng rng(1, 0, row);
    const std::uint32_t kind = row % 3;
    for (float& value : vectors.row(row)) {
      value = static_cast<float>((kind + 1.0) / 2.0 * rng.normal());
    }
    vectors.row(row)[kind] += 12.0F;
    labels.of_row.push_back(kind);
  }
  labels.of_row[123] = 1;  // It is of the first kind.

  ThreadPool pool;
  const search::NeighborGraph graph = search::neighbor_graph(vectors, {.neighbors = 15}, pool);

  projection::Umap umap(vectors, graph, {.components = 3, .epochs = 200}, pool);
  while (!umap.is_done()) umap.step(pool);  // Draw umap.coordinates() whenever you like.

  const projection::MapQuality quality =
      projection::map_quality(vectors, graph, umap.coordinates(), labels, {}, pool);
  std::printf("trustworthiness %.3f, neighbours kept %.2f\n", quality.trustworthiness,
              quality.neighbor_preservation);

  const auto spreads = insight::label_spreads(vectors, labels, &graph, pool);
  for (const insight::LabelSpread& spread : spreads) {
    std::printf("%-9s spread %.2f\n", labels.names[spread.label].c_str(), spread.rms);
  }
  const auto suspects = insight::suspects(insight::vote_probabilities(graph, labels), labels,
                                          insight::SuspectOrder::margin);
  for (const insight::Suspect& suspect : suspects) {
    std::printf("row %u is labelled %s and looks like %s\n", suspect.row,
                labels.names[suspect.given].c_str(), labels.names[suspect.suggested].c_str());
  }
  const bool as_expected = suspects.size() == 1 && suspects[0].row == 123 &&
                           labels.names[spreads[0].label] == "wide" &&
                           quality.trustworthiness > 0.9;
  return as_expected ? 0 : 1;
}
