// kindred cluster: groups of items or users that lie together, and what each is about.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/model_text.h"
#include "cli/result_sink.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/printable.h"
#include "kindred/data/csv_writer.h"
#include "kindred/data/labels.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/insight/clusters.h"
#include "kindred/model/io.h"
#include "kindred/recommendation/columns.h"
#include "kindred/search/kmeans.h"
#include "kindred/search/normalised_rows.h"

namespace kindred::cli {
namespace {

struct ClusterFlags {
  CommonOptions common;
  std::filesystem::path model;
  std::string count = "auto";
  std::size_t count_max = 0;  // 0: as search::default_clusters_max says.
  bool users = false;
  std::string metric = "cosine";
  std::string column = "cluster";
  std::size_t typical = 5;
  std::filesystem::path output;
};

// The rows about which something was learned, and their clusters.
struct Clustering {
  std::vector<std::uint32_t> rows;
  Matrix points;  // Of those rows, normalised where near means cosine.
  search::Kmeans found;
  std::vector<search::ClusterCount> tried;  // With -k auto.
  std::vector<insight::Cluster> clusters;   // Rows are those of the model.
};

// "auto", or a number from 1. A Check's contract: an empty text accepts.
std::string check_count(const std::string& text) {
  if (text == "auto") return "";
  std::size_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_number = problem == std::errc() && end == text.data() + text.size() && count > 0;
  return is_number ? "" : fmt::format("'{}' is neither auto nor a number from 1 on", text);
}

std::string check_table_output(const std::string& path) {
  const std::filesystem::path extension = std::filesystem::path(path).extension();
  if (extension == ".kindred" || extension == ".csv") return "";
  return fmt::format("{} ends neither in .kindred nor in .csv", path);
}

Clustering learned_points(const ClusterFlags& flags, const embedding::Embeddings& things) {
  Clustering out;
  for (std::uint32_t row = 0; row < things.size(); ++row) {
    if (embedding::is_learned(things.vectors.row(row))) out.rows.push_back(row);
  }
  out.points = Matrix(out.rows.size(), things.dimensions());
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    std::ranges::copy(things.vectors.row(out.rows[i]), out.points.row(i).begin());
  }
  if (flags.metric == "cosine") out.points = search::normalised_rows(out.points);
  const std::size_t unlearned = things.size() - out.rows.size();
  if (unlearned > 0) {
    note(flags.common, fmt::format("left out {} of {} {}: nothing was learned about them",
                                   format_count(unlearned), format_count(things.size()),
                                   flags.users ? "users" : "items"));
  }
  return out;
}

void find_clusters(const ClusterFlags& flags, ThreadPool& pool, Clustering& clustering) {
  search::KmeansOptions options;
  options.seed = flags.common.seed;
  if (flags.count == "auto") {
    const std::size_t most = flags.count_max > 0
                                 ? flags.count_max
                                 : search::default_clusters_max(clustering.rows.size());
    search::ChosenKmeans chosen =
        search::kmeans_of_best_count(clustering.points, most, options, pool);
    clustering.found = std::move(chosen.best);
    clustering.tried = std::move(chosen.tried);
    return;
  }
  options.clusters = std::stoull(flags.count);
  clustering.found = search::kmeans(clustering.points, options, pool);
}

// Clusters of the points, told in rows of the model.
void describe_clusters(const ClusterFlags& flags, const embedding::Embeddings& things,
                       Clustering& clustering) {
  std::vector<std::uint32_t> cluster_of(things.size(), data::kNoLabel);
  Matrix vectors(things.size(), things.dimensions());
  for (std::size_t i = 0; i < clustering.rows.size(); ++i) {
    cluster_of[clustering.rows[i]] = clustering.found.cluster_of[i];
    std::ranges::copy(clustering.points.row(i), vectors.row(clustering.rows[i]).begin());
  }
  insight::ClusterDetail detail;
  detail.typical = flags.typical;
  clustering.clusters = insight::describe_clusters(vectors, things.metadata, cluster_of, detail);
}

// "03 Alien": sorts by number, and says what it is about.
std::string name_of(const embedding::Embeddings& things, const Clustering& clustering,
                    std::size_t cluster) {
  const std::size_t width = fmt::format("{}", clustering.clusters.size()).size();
  return fmt::format("{:0{}} {}", cluster + 1, width,
                     recommendation::title_of(things, clustering.clusters[cluster].medoid()));
}

std::string attribute_text(const insight::Attribute& attribute) {
  if (attribute.value.empty()) {
    return fmt::format("{} {:.4g} (all: {:.4g})", printable(attribute.column), attribute.here,
                       attribute.overall);
  }
  return fmt::format("{} {} {:.0f} % (all: {:.0f} %)", printable(attribute.column),
                     printable(attribute.value), 100.0 * attribute.here, 100.0 * attribute.overall);
}

std::string report(const ClusterFlags& flags, const embedding::Embeddings& things,
                   const Clustering& clustering) {
  std::string text;
  if (!clustering.tried.empty()) {
    text +=
        fmt::format("{} clusters: of those tried, the number with the largest mean silhouette\n",
                    clustering.clusters.size());
    for (const search::ClusterCount& tried : clustering.tried) {
      text += fmt::format("  {:>4}  {:.4f}\n", tried.clusters, tried.silhouette);
    }
  }
  for (std::size_t c = 0; c < clustering.clusters.size(); ++c) {
    const insight::Cluster& cluster = clustering.clusters[c];
    text += fmt::format("{:>3}  {}, {} {}\n", c + 1, shown_title(things, cluster.medoid()),
                        format_count(cluster.rows.size()), flags.users ? "users" : "items");
    std::string typical;
    for (std::size_t i = 1; i < cluster.typical.size(); ++i) {
      typical += (i == 1 ? "" : "; ") + shown_title(things, cluster.typical[i], 32);
    }
    if (!typical.empty()) text += fmt::format("     typical: {}\n", typical);
    for (const insight::Attribute& attribute : cluster.attributes) {
      text += fmt::format("     {}\n", attribute_text(attribute));
    }
  }
  return text;
}

Json json_of(const embedding::Embeddings& things, std::uint32_t row) {
  Json json;
  json.set("id", things.labels.label(row));
  json.set("title", recommendation::title_of(things, row));
  return json;
}

Json json_of(const insight::Attribute& attribute) {
  Json json;
  json.set("column", attribute.column);
  json.set("value", attribute.value.empty() ? Json() : Json(attribute.value));
  json.set("here", attribute.here);
  json.set("overall", attribute.overall);
  json.set("score", attribute.score);
  return json;
}

std::string json_report(const ClusterFlags& flags, const embedding::Embeddings& things,
                        const Clustering& clustering) {
  Json clusters = Json(Json::Array());
  for (std::size_t c = 0; c < clustering.clusters.size(); ++c) {
    const insight::Cluster& cluster = clustering.clusters[c];
    Json one;
    one.set("cluster", name_of(things, clustering, c));
    one.set("size", std::uint64_t{cluster.rows.size()});
    one.set("medoid", json_of(things, cluster.medoid()));
    Json typical = Json(Json::Array());
    for (const std::uint32_t row : cluster.typical) typical.push(json_of(things, row));
    one.set("typical", std::move(typical));
    Json attributes = Json(Json::Array());
    for (const auto& attribute : cluster.attributes) attributes.push(json_of(attribute));
    one.set("attributes", std::move(attributes));
    clusters.push(std::move(one));
  }
  Json tried = Json(Json::Array());
  for (const search::ClusterCount& count : clustering.tried) {
    Json one;
    one.set("clusters", std::uint64_t{count.clusters});
    one.set("silhouette", count.silhouette);
    tried.push(std::move(one));
  }
  Json json;
  json.set("what", flags.users ? "users" : "items");
  json.set("metric", flags.metric);
  json.set("clustered", std::uint64_t{clustering.rows.size()});
  json.set("inertia", clustering.found.inertia);
  json.set("tried", std::move(tried));
  json.set("clusters", std::move(clusters));
  return json.dump() + "\n";
}

// The metadata with the column added, or replaced where it is there.
data::Table with_column(const data::Table& table, data::Column column) {
  data::Table out(table.row_count());
  for (const data::Column& other : table.columns()) {
    if (other.name != column.name) out.add(other);
  }
  out.add(std::move(column));
  return out;
}

void write_output(const ClusterFlags& flags, model::Model& model, embedding::Embeddings& things,
                  const Clustering& clustering) {
  data::TextColumn names(things.size());
  for (std::size_t c = 0; c < clustering.clusters.size(); ++c) {
    const std::string name = name_of(things, clustering, c);
    for (const std::uint32_t row : clustering.clusters[c].rows) names[row] = name;
  }
  if (flags.output.extension() == ".csv") {
    ResultSink sink(flags.output);
    sink.append(
        fmt::format("{},{}\n", flags.users ? "user" : "item", data::csv_field(flags.column)));
    for (std::size_t row = 0; row < things.size(); ++row) {
      sink.append(fmt::format("{},{}\n", data::csv_field(things.labels.label(row)),
                              data::csv_field(names[row])));
    }
    sink.finish();
  } else {
    things.metadata = with_column(things.metadata, {flags.column, std::move(names)});
    model::save(model, flags.output);
  }
  note(flags.common, fmt::format("wrote {}", flags.output.string()));
}

void run(const ClusterFlags& flags) {
  if (!flags.output.empty()) require_writable(flags.output);
  model::Model model = load_model(flags.common, flags.model);
  model::require_vectors(model, "clustering");
  embedding::Embeddings& things = flags.users ? model.users : model.items;
  ThreadPool pool(flags.common.threads);
  Clustering clustering = learned_points(flags, things);
  if (clustering.rows.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("{}: nothing was learned about any of its {}", flags.model.string(),
                            flags.users ? "users" : "items"));
  }
  find_clusters(flags, pool, clustering);
  describe_clusters(flags, things, clustering);
  // Copies of one vector can leave clusters without members.
  std::erase_if(clustering.clusters, [](const auto& cluster) { return cluster.rows.empty(); });
  ResultSink sink({});
  sink.append(flags.common.json ? json_report(flags, things, clustering)
                                : report(flags, things, clustering));
  sink.finish();
  if (!flags.output.empty()) write_output(flags, model, things, clustering);
}

}  // namespace

void add_cluster(Command& app) {
  auto flags = std::make_shared<ClusterFlags>();
  Command* verb = app.add_subcommand("cluster", "Groups of items or users, and what each is about");
  verb->add_option("MODEL", flags->model, "A model that 'kindred train' has written")->required();
  verb->add_option("-k,--clusters", flags->count,
                   "How many: a number, or auto for the number with the largest mean silhouette")
      ->check(Check(check_count, "N|auto"))
      ->capture_default_str();
  verb->add_option(
          "--max", flags->count_max,
          "With -k auto: the most to try; default the square root of the rows, at most 100")
      ->check(range(std::size_t{2}, std::size_t{100000}));
  verb->add_flag("--users", flags->users, "Users instead of items");
  verb->add_option("--metric", flags->metric,
                   "What near means: cosine (the direction alone) or euclidean")
      ->check(one_of({"cosine", "euclidean"}))
      ->capture_default_str();
  verb->add_option("--typical", flags->typical, "How many typical members to show")
      ->check(range(std::size_t{1}, std::size_t{1000}))
      ->capture_default_str();
  verb->add_option("--column", flags->column, "The column that -o adds or replaces")
      ->capture_default_str();
  verb->add_option("-o,--output", flags->output,
                   "Write the model with the column (.kindred; may be MODEL itself), or a .csv")
      ->check(Check(check_table_output, "FILE"));
  add_common_options(*verb, flags->common);
  verb->footer(
      "Examples:\n"
      "  kindred cluster movies.kindred -k 20\n"
      "  kindred cluster movies.kindred -k auto -o movies.kindred\n"
      "  kindred cluster movies.kindred -k 12 --users -o users.csv");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
