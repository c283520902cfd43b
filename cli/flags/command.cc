#include "cli/flags/command.h"

#include <CLI/CLI.hpp>
#include <deque>
#include <utility>

namespace kindred::cli {
namespace {

constexpr int kExitUsage = 2;

int print_and_exit_code(const CLI::App& app, const CLI::ParseError& error) {
  return app.exit(error) == 0 ? 0 : kExitUsage;
}

}  // namespace

Check::Check(Judge judge, const std::string& shape)
    : Check(CLI::Validator([judge = std::move(judge)](std::string& text) { return judge(text); },
                           shape)) {}

Check::Check(const CLI::Validator& validator)
    : validator_(std::make_shared<const CLI::Validator>(validator)) {}

Check range(int min, int max) { return Check(CLI::Range(min, max)); }

Check range(std::size_t min, std::size_t max) { return Check(CLI::Range(min, max)); }

Check range(double min, double max) { return Check(CLI::Range(min, max)); }

Check one_of(std::vector<std::string> words) { return Check(CLI::IsMember(std::move(words))); }

Check positive_number() { return Check(CLI::PositiveNumber); }

Check non_negative_number() { return Check(CLI::NonNegativeNumber); }

Option* Option::check(const Check& check) {
  option_->check(*check.validator_);
  return this;
}

Option* Option::group(const std::string& name) {
  option_->group(name);
  return this;
}

Option* Option::type_name(const std::string& name) {
  option_->type_name(name);
  return this;
}

Option* Option::capture_default_str() {
  option_->capture_default_str();
  return this;
}

Option* Option::default_str(const std::string& text) {
  option_->default_str(text);
  return this;
}

Option* Option::required() {
  option_->required();
  return this;
}

Option* Option::needs(const Option* other) {
  option_->needs(other->option_);
  return this;
}

Option* Option::excludes(const Option* other) {
  option_->excludes(other->option_);
  return this;
}

Option* Option::expected(int count) {
  option_->expected(count);
  return this;
}

Option* Option::allow_extra_args(bool allowed) {
  option_->allow_extra_args(allowed);
  return this;
}

Option* Option::take_all() {
  option_->take_all();
  return this;
}

Option* Option::delimiter(char separator) {
  option_->delimiter(separator);
  return this;
}

Option* Option::each(const std::function<void(const std::string&)>& take) {
  option_->each(take);
  return this;
}

Option* Option::add_help(const std::string& text) {
  option_->description(option_->get_description() + text);
  return this;
}

std::string Option::text() const {
  return option_->results().empty() ? "" : option_->results().back();
}

std::size_t Option::count() const { return option_->count(); }

std::string Option::get_name() const { return option_->get_name(); }

bool Option::check_name(const std::string& name) const { return option_->check_name(name); }

struct Command::State {
  std::unique_ptr<CLI::App> owned;  // The program's; a verb's belongs to it.
  CLI::App* app = nullptr;
  std::deque<Option> options;
  std::vector<std::unique_ptr<Command>> commands;
};

Command::Command(const std::string& name, const std::string& description)
    : state_(std::make_unique<State>()) {
  state_->owned = std::make_unique<CLI::App>(description);
  state_->app = state_->owned.get();
  state_->app->name(name);
}

Command::Command(std::unique_ptr<State> state) : state_(std::move(state)) {}

Command::~Command() = default;

Command* Command::keep(CLI::App* child) {
  auto state = std::make_unique<State>();
  state->app = child;
  state_->commands.push_back(std::unique_ptr<Command>(new Command(std::move(state))));
  return state_->commands.back().get();
}

Option* Command::keep(CLI::Option* option) { return &state_->options.emplace_back(*option); }

Command* Command::add_subcommand(const std::string& name, const std::string& description) {
  return keep(state_->app->add_subcommand(name, description));
}

Command* Command::add_option_group(const std::string& name, const std::string& description) {
  return keep(state_->app->add_option_group(name, description));
}

template <OptionValue T>
Option* Command::add_option(const std::string& names, T& value, const std::string& help) {
  return keep(state_->app->add_option(names, value, help));
}

template <OptionValue T>
Option* Command::add_option_function(const std::string& names, std::function<void(const T&)> take,
                                     const std::string& help) {
  return keep(state_->app->add_option_function<T>(names, std::move(take), help));
}

Option* Command::add_flag(const std::string& names, bool& value, const std::string& help) {
  return keep(state_->app->add_flag(names, value, help));
}

Option* Command::add_flag_callback(const std::string& names, std::function<void()> take,
                                   const std::string& help) {
  return keep(state_->app->add_flag_callback(names, std::move(take), help));
}

void Command::set_version_flag(const std::string& names, const std::string& text) {
  state_->app->set_version_flag(names, text);
}

void Command::require_subcommand(int count) { state_->app->require_subcommand(count); }

void Command::require_option(int count) { state_->app->require_option(count); }

void Command::require_option(int min, int max) {
  state_->app->require_option(static_cast<std::size_t>(min), static_cast<std::size_t>(max));
}

void Command::footer(const std::string& text) { state_->app->footer(text); }

void Command::callback(std::function<void()> run) { state_->app->callback(std::move(run)); }

void Command::before_running(std::function<void()> work) {
  state_->app->parse_complete_callback(std::move(work));
}

std::size_t Command::count(const std::string& name) const { return state_->app->count(name); }

std::vector<Option> Command::get_options() const {
  std::vector<Option> out;
  for (CLI::Option* option : state_->app->get_options()) out.emplace_back(*option);
  return out;
}

std::optional<int> Command::parse(int argc, const char* const* argv) {
  try {
    state_->app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return print_and_exit_code(*state_->app, error);
  } catch (const UsageError& error) {
    return print_and_exit_code(*state_->app, CLI::ValidationError(error.flag(), error.what()));
  }
  return std::nullopt;
}

template Option* Command::add_option(const std::string&, bool&, const std::string&);
template Option* Command::add_option(const std::string&, int&, const std::string&);
template Option* Command::add_option(const std::string&, std::int64_t&, const std::string&);
template Option* Command::add_option(const std::string&, std::uint16_t&, const std::string&);
template Option* Command::add_option(const std::string&, std::size_t&, const std::string&);
template Option* Command::add_option(const std::string&, float&, const std::string&);
template Option* Command::add_option(const std::string&, double&, const std::string&);
template Option* Command::add_option(const std::string&, std::string&, const std::string&);
template Option* Command::add_option(const std::string&, std::filesystem::path&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::optional<int>&, const std::string&);
template Option* Command::add_option(const std::string&, std::optional<std::size_t>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::optional<float>&, const std::string&);
template Option* Command::add_option(const std::string&, std::optional<double>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::optional<std::string>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<std::string>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<std::size_t>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<std::filesystem::path>&,
                                     const std::string&);
template Option* Command::add_option_function(const std::string&,
                                              std::function<void(const std::string&)>,
                                              const std::string&);
template Option* Command::add_option_function(const std::string&, std::function<void(const bool&)>,
                                              const std::string&);

}  // namespace kindred::cli
