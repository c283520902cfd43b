#include "cli/demo_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "kindred/base/progress.h"
#include "kindred/embedding/dimension_rule.h"

namespace kindred::cli {
namespace {

using data::movies;

std::string_view title(std::size_t row) { return movies()[row].title; }

std::string_view name(std::size_t row) { return without_year(movies()[row].title); }

// "1st", "2nd", "11th".
std::string ordinal(std::size_t rank) {
  const bool teen = rank % 100 / 10 == 1;
  const std::size_t digit = teen ? 0 : rank % 10;
  const std::string_view ending = digit == 1 ? "st" : digit == 2 ? "nd" : digit == 3 ? "rd" : "th";
  return fmt::format("{}{}", rank, ending);
}

// "Toy Story, Shrek": what a suggestion rests on, in at most 48 columns.
std::string reasons(const Suggestion& suggestion) {
  constexpr std::size_t kReasonsWidth = 46;  // Without the comma and the space.
  std::vector<std::string_view> names;
  std::size_t total = 0;
  for (const factorization::Contribution& part : suggestion.reasons) {
    if (part.share <= 0.0F) continue;
    names.push_back(name(part.item));
    total += text_width(names.back());
  }
  std::string text;
  for (const std::string_view each : names) {
    // One that is too long may fill what the other leaves.
    const std::size_t width = text_width(each);
    const std::size_t room =
        std::max(kReasonsWidth / 2, kReasonsWidth - std::min(kReasonsWidth, total - width));
    std::string shown =
        total > kReasonsWidth && width > room ? fitted(each, room) : std::string(each);
    shown.erase(shown.find_last_not_of(' ') + 1);
    text += (text.empty() ? "" : ", ") + shown;
  }
  return text;
}

// The text of one lesson, line by line.
class Page {
 public:
  Page(const Lesson& lesson, const Paint& paint) : lesson_(lesson), paint_(paint) {}

  void opening();
  void one_attribute();
  void two_attributes();
  void learning();
  void neighbors();
  void visitors();
  void quality();
  void next_steps();

  std::string take() { return std::move(text_); }

 private:
  template <typename... T>
  void line(fmt::format_string<T...> format, T&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<T>(values)...);
    text_ += '\n';
  }
  void heading(std::string_view heading) {
    line("");
    line("{}", paint_.heading(heading));
    line("");
  }
  void picture(const std::vector<std::string>& lines) {
    for (const std::string& each : lines) line("{}", each);
    line("");
  }
  void visitor(const Visitor& visitor);
  void quality_row(const Quality& quality, std::string_view label, double best);

  const Lesson& lesson_;
  const Paint& paint_;
  std::string text_;
};

void Page::opening() {
  line("{}", paint_.bold("Kindred, shown on a small world of movies"));
  line("");
  line("  {} well-known movies, and {} people who do not exist but watch and rate them by",
       movies().size(), format_count(lesson_.options.people));
  line("  taste. Ages and tickets are rough estimates. Everything below is computed now.");
}

void Page::one_attribute() {
  heading("1  Along one attribute: the mean age of the audience");
  picture(age_axis(paint_));
  line("  Children's movies left, grown-up ones right: a start. But the {} movies within a year of",
       same_age_as_star_wars().size());
  line(
      "  Star Wars are romances, musicals, comedies, horror and a cartoon; The Dark Knight Rises "
      "is");
  line("  not among them. One number cannot tell movies apart.");
}

void Page::two_attributes() {
  heading("2  Along two: age of the audience and tickets sold");
  picture(age_and_tickets(paint_));
  line("  {} cartoons   {} art-house   {} blockbusters   . the other movies",
       paint_.pair(Pair::cartoons, "C"), paint_.pair(Pair::art_house, "A"),
       paint_.pair(Pair::blockbusters, "B"));
  line("");
  line("  Now each of the six lies nearest to its partner, and Harry Potter between the cartoons");
  line("  and Star Wars. More attributes would do better still, but which, and who fills them in?");
}

void Page::learning() {
  const auto& ratings = lesson_.world.ratings.by_user;
  const std::size_t start = movies().size();
  heading("3  Learned: forget the attributes, look at who watched what");
  line("  {} ratings, {:.0f} a person; the {} with 4 or 5 stars count as liked. From these",
       format_count(ratings.entry_count()),
       static_cast<double>(ratings.entry_count()) / static_cast<double>(ratings.rows),
       format_count(lesson_.liked_count));
  line("  alone iALS places every movie and every person at a point in d dimensions.");
  line("");
  line(
      "  How many? The rule of thumb is the fourth root: {} movies, {:.1f}, so start from d = {} "
      "and",
      start, embedding::fourth_root(start), embedding::starting_dimensions(start));
  line("  search on either side. One liked movie of each person is hidden; HR@10 says how often");
  line("  it comes back among the first ten:");
  line("");
  double best = 0.0;
  for (const Quality& trial : lesson_.trials) best = std::max(best, trial.hit_rate);
  for (const Quality& trial : lesson_.trials) {
    const bool chosen = trial.dimensions == lesson_.options.dimensions;
    quality_row(trial, fmt::format("d = {}{}", trial.dimensions, chosen ? "  <- used" : ""), best);
  }
  line("");
  line("  Too few cannot hold all tastes, too many learn chance. Training with d = {}:",
       lesson_.options.dimensions);
  line("");
  const auto& history = lesson_.model.history;
  for (const training::Epoch& record : history) {
    const bool shown = record.epoch <= 3 || record.epoch == history.back().epoch;
    if (!shown) continue;
    if (record.epoch == history.back().epoch && record.epoch > 4) line("     ...");
    const double loss = record.losses.back().second;
    line("  epoch {:>3}   loss {:>9.1f}   {:.3f} s   {}", record.epoch, loss, record.seconds,
         paint_.faint(bar(loss / history.front().losses.back().second, 40)));
  }
}

void Page::neighbors() {
  heading("4  Neighbours in the learned space");
  line("  {}  {}", paint_.bold(fitted("nearest to Shrek", 46)),
       paint_.bold("nearest to Star Wars"));
  for (std::size_t i = 0; i < lesson_.shrek.size(); ++i) {
    const std::string star_wars = fitted_title(title(lesson_.star_wars[i].id), 34);
    line("  {:>2}  {:.2f}  {}  {:>2}  {:.2f}  {}", i + 1, lesson_.shrek[i].score,
         fitted_title(title(lesson_.shrek[i].id), 36), i + 1, lesson_.star_wars[i].score,
         star_wars.substr(0, star_wars.find_last_not_of(' ') + 1));
  }
  line("");
  const bool found = std::all_of(lesson_.partners.begin(), lesson_.partners.end(),
                                 [](const PartnerRank& each) { return each.rank <= 10; });
  if (found) {
    line("  The pairs found each other, among all {} and without an attribute:", movies().size());
  } else {
    line("  The pairs, among all {}; the options as they are by default bring each into the",
         movies().size());
    line("  other's ten nearest:");
  }
  line("");
  for (std::size_t i = 0; i < lesson_.partners.size(); i += 2) {
    const MarkedMovie& one = kMarkedMovies[lesson_.partners[i].movie];
    const MarkedMovie& other = kMarkedMovies[lesson_.partners[i + 1].movie];
    line("  {}  cosine {:.2f}   {:>5} nearest, {} the other way round",
         paint_.pair(one.pair, fitted(fmt::format("{} - {}", one.label, other.label), 34)),
         lesson_.partners[i].cosine, ordinal(lesson_.partners[i].rank),
         ordinal(lesson_.partners[i + 1].rank));
  }
}

void Page::visitor(const Visitor& visitor) {
  const double age = lesson_.world.people.at("age").numbers()[visitor.person];
  line("  {}", paint_.bold(fmt::format("Person {}, {} years old, liked {} movies",
                                       lesson_.world.ratings.users.label(visitor.person), age,
                                       visitor.liked.size())));
  std::string liked = "  ";
  for (std::size_t i = 0; i < visitor.liked.size(); ++i) {
    const std::string next =
        fmt::format("{}{}", name(visitor.liked[i]), i + 1 < visitor.liked.size() ? ", " : "");
    if (text_width(liked) + text_width(next) > kPlotWidth) {
      liked.pop_back();  // The space after the last comma.
      line("{}", paint_.faint(liked));
      liked = "  ";
    }
    liked += next;
  }
  line("{}", paint_.faint(liked));
  line("");
  line("       {}  {}", fitted("recommended", 37), "above all because of");
  for (std::size_t rank = 0; rank < visitor.suggestions.size(); ++rank) {
    const Suggestion& suggestion = visitor.suggestions[rank];
    line("  {:>3}  {}  {}", rank + 1, fitted_title(title(suggestion.movie), 37),
         paint_.faint(reasons(suggestion)));
  }
  line("");
}

void Page::visitors() {
  heading("5  Ten movies for three people, and why");
  for (const Visitor& each : lesson_.visitors) visitor(each);
  line("  The reasons are exact: a score is a sum with one part for each movie they liked.");
}

void Page::quality_row(const Quality& quality, std::string_view label, double best) {
  line("  {:<16}  HR@10 {:.3f}   NDCG@10 {:.3f}   {}", label, quality.hit_rate, quality.ndcg,
       paint_.faint(bar(best > 0.0 ? quality.hit_rate / best : 0.0, 30)));
}

void Page::quality() {
  heading("6  Is it any good?");
  line("  The hidden movies of {} people, each ranked among all that the person had not watched:",
       format_count(lesson_.hidden_count));
  line("");
  const Quality& learned = lesson_.chosen_trial();
  quality_row(learned, fmt::format("learned, d = {}", learned.dimensions), learned.hit_rate);
  for (const Quality& baseline : lesson_.baselines) {
    quality_row(baseline, baseline.name, learned.hit_rate);
  }
  line("");
  const double popularity = lesson_.baselines.front().hit_rate;
  line("  {:.1f} times what the most popular movies give; 95% interval of HR@10 {:.3f} to {:.3f}.",
       popularity > 0.0 ? learned.hit_rate / popularity : 0.0, learned.hit_rate_interval.low,
       learned.hit_rate_interval.high);
}

void Page::next_steps() {
  heading("7  Your turn");
  line("  This world as files, with the model:");
  line("    kindred demo --write world");
  line("    kindred similar world/demo.kindred \"The Incredibles\"");
  line("    kindred recommend world/demo.kindred --history \"Shrek (2001)=5, Memento (2000)=4\"");
  line("");
  line(
      "  Your own ratings, one \"user,item,rating\" a line (CSV, TSV, :: and more, .gz and .zst):");
  line("    kindred train ratings.csv -o my.kindred --items items.csv");
  line("    kindred recommend my.kindred --user 42 --explain");
  line("    kindred evaluate ratings.csv --protocol leave-one-out");
}

Json quality_json(const Quality& quality) {
  Json json;
  json.set("name", quality.name);
  if (quality.dimensions > 0) json.set("dimensions", quality.dimensions);
  json.set("hr@10", quality.hit_rate);
  json.set("hr@10_low", quality.hit_rate_interval.low);
  json.set("hr@10_high", quality.hit_rate_interval.high);
  json.set("ndcg@10", quality.ndcg);
  if (quality.dimensions > 0) json.set("seconds", quality.seconds);
  return json;
}

Json neighbors_json(const std::vector<search::Neighbor>& neighbors) {
  Json json = Json::Array();
  for (const search::Neighbor& neighbor : neighbors) {
    Json one;
    one.set("title", title(neighbor.id));
    one.set("cosine", double{neighbor.score});
    json.push(std::move(one));
  }
  return json;
}

Json visitor_json(const Lesson& lesson, const Visitor& visitor) {
  Json liked = Json::Array();
  for (const std::uint32_t movie : visitor.liked) liked.push(title(movie));
  Json items = Json::Array();
  for (std::size_t rank = 0; rank < visitor.suggestions.size(); ++rank) {
    const Suggestion& suggestion = visitor.suggestions[rank];
    Json because = Json::Array();
    for (const factorization::Contribution& part : suggestion.reasons) {
      Json reason;
      reason.set("title", title(part.item));
      reason.set("share", double{part.share});
      because.push(std::move(reason));
    }
    Json item;
    item.set("rank", static_cast<std::uint64_t>(rank + 1));
    item.set("id", lesson.world.ratings.items.label(suggestion.movie));
    item.set("title", title(suggestion.movie));
    item.set("score", double{suggestion.score});
    item.set("because", std::move(because));
    items.push(std::move(item));
  }
  Json json;
  json.set("user", lesson.world.ratings.users.label(visitor.person));
  json.set("age", lesson.world.people.at("age").numbers()[visitor.person]);
  json.set("liked", std::move(liked));
  json.set("items", std::move(items));
  return json;
}

Json epoch_json(const training::Epoch& record) {
  Json json;
  json.set("epoch", record.epoch);
  json.set("seconds", record.seconds);
  for (const auto& [term, value] : record.losses) json.set("loss_" + term, value);
  return json;
}

}  // namespace

std::string to_text(const Lesson& lesson, const Paint& paint) {
  Page page(lesson, paint);
  page.opening();
  page.one_attribute();
  page.two_attributes();
  page.learning();
  page.neighbors();
  page.visitors();
  page.quality();
  page.next_steps();
  return page.take();
}

Json to_json(const Lesson& lesson) {
  Json json;
  json.set("movies", static_cast<std::uint64_t>(movies().size()));
  json.set("people", static_cast<std::uint64_t>(lesson.options.people));
  json.set("ratings", static_cast<std::uint64_t>(lesson.world.ratings.by_user.entry_count()));
  json.set("liked", static_cast<std::uint64_t>(lesson.liked_count));
  json.set("seed", lesson.options.seed);
  json.set("dimensions", lesson.options.dimensions);
  json.set("starting_dimensions", embedding::starting_dimensions(movies().size()));
  Json trials = Json::Array();
  for (const Quality& trial : lesson.trials) trials.push(quality_json(trial));
  Json history = Json::Array();
  for (const training::Epoch& record : lesson.model.history) history.push(epoch_json(record));
  Json partners = Json::Array();
  for (const PartnerRank& found : lesson.partners) {
    Json one;
    one.set("title", kMarkedMovies[found.movie].title);
    one.set("partner", kMarkedMovies[found.movie ^ 1U].title);
    one.set("rank", static_cast<std::uint64_t>(found.rank));
    one.set("cosine", double{found.cosine});
    partners.push(std::move(one));
  }
  Json visitors = Json::Array();
  for (const Visitor& visitor : lesson.visitors) visitors.push(visitor_json(lesson, visitor));
  Json quality = Json::Array();
  quality.push(quality_json(lesson.chosen_trial()));
  for (const Quality& baseline : lesson.baselines) quality.push(quality_json(baseline));
  json.set("trials", std::move(trials));
  json.set("history", std::move(history));
  json.set("neighbors_of_shrek", neighbors_json(lesson.shrek));
  json.set("neighbors_of_star_wars", neighbors_json(lesson.star_wars));
  json.set("partners", std::move(partners));
  json.set("recommendations", std::move(visitors));
  json.set("quality", std::move(quality));
  return json;
}

}  // namespace kindred::cli
