// What a verb takes on its command line: the flags, what they may be, and their help.
//
// A Command is the program or one of its verbs, an Option one flag or position of it. Both belong
// to the program's Command; pointers to them stay valid as long as it lives. Option's functions
// return the option again, so that a flag is described in one chain:
//
//     verb->add_option("--epochs", options.epochs, "Passes over the data")
//         ->check(range(1, 1000))
//         ->capture_default_str()
//         ->group("Training");
//
// What an option writes into must outlive the parsing. CLI11 does the work, and command.cc alone
// includes it: its headers take seven seconds to compile. The names are CLI11's.
//
// Not to be shared between threads.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace kindred::cli {

// Thrown by a verb for flags that do not go together: "FLAG: what is wrong", exit code 2.
class UsageError : public std::runtime_error {
 public:
  UsageError(std::string flag, const std::string& message)
      : std::runtime_error(message), flag_(std::move(flag)) {}
  const std::string& flag() const { return flag_; }

 private:
  std::string flag_;
};

// A condition on the text of an option.
class Check {
 public:
  // An empty result accepts, any other is the message of the usage error. `shape` stands for the
  // value in the help: "N|auto".
  using Judge = std::function<std::string(const std::string& text)>;
  explicit Check(Judge judge, const std::string& shape = "");

 private:
  friend class Option;
  friend Check range(int, int);
  friend Check range(std::size_t, std::size_t);
  friend Check range(double, double);
  friend Check one_of(std::vector<std::string>);
  friend Check positive_number();
  friend Check non_negative_number();
  explicit Check(const CLI::Validator& validator);

  std::shared_ptr<const CLI::Validator> validator_;
};

// A number from `min` to `max`, both included.
Check range(int min, int max);
Check range(std::size_t min, std::size_t max);
Check range(double min, double max);
Check one_of(std::vector<std::string> words);
Check positive_number();
Check non_negative_number();

class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option* check(const Check& check);
  Option* group(const std::string& name);      // Its heading in the help.
  Option* type_name(const std::string& name);  // "FILE": stands for the value in the help.
  Option* capture_default_str();               // The help shows what the variable holds now.
  Option* default_str(const std::string& text);
  Option* required();
  Option* needs(const Option* other);
  Option* excludes(const Option* other);
  Option* expected(int count);             // How many values follow the flag.
  Option* allow_extra_args(bool allowed);  // Whether more values may follow it.
  Option* take_all();                      // A flag that comes again adds to what was there.
  Option* delimiter(char separator);

  // Is given the text of each value as soon as it is read. Throws what that throws.
  Option* each(const std::function<void(const std::string&)>& take);
  Option* add_help(const std::string& text);  // Behind what the help says.

  std::size_t count() const;  // How often it was given.
  std::string text() const;   // The last value, as it was given; "" where there is none.
  std::string get_name() const;
  bool check_name(const std::string& name) const;  // Is `name` one of its names?

 private:
  CLI::Option* option_;
};

template <typename T, typename... Others>
concept OneOf = (std::same_as<T, Others> || ...);

// What an option can be read into. Another type needs its line at the end of command.cc too.
template <typename T>
concept OptionValue =
    OneOf<T, bool, int, std::int64_t, std::uint16_t, std::size_t, float, double, std::string,
          std::filesystem::path, std::optional<int>, std::optional<std::size_t>,
          std::optional<float>, std::optional<double>, std::optional<std::string>,
          std::vector<std::string>, std::vector<std::size_t>, std::vector<std::filesystem::path>>;

class Command {
 public:
  Command(const std::string& name, const std::string& description);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  Command* add_subcommand(const std::string& name, const std::string& description);
  // Options under one heading, of which require_option() can ask for some.
  Command* add_option_group(const std::string& name, const std::string& description);

  template <OptionValue T>
  Option* add_option(const std::string& names, T& value, const std::string& help);
  template <OptionValue T>
  Option* add_option_function(const std::string& names, std::function<void(const T&)> take,
                              const std::string& help);
  Option* add_flag(const std::string& names, bool& value, const std::string& help);
  Option* add_flag_callback(const std::string& names, std::function<void()> take,
                            const std::string& help);
  void set_version_flag(const std::string& names, const std::string& text);

  void require_subcommand(int count);
  void require_option(int count);
  void require_option(int min, int max);
  void footer(const std::string& text);  // Below the help.
  void callback(std::function<void()> run);

  // Runs once all flags are read, before the verb.
  void before_running(std::function<void()> work);

  // How often the flag was given.
  std::size_t count(const std::string& name) const;
  std::vector<Option> get_options() const;  // The help's own among them, those of groups not.

  // Runs the verb that the arguments name. The exit code when there was none to run: 0 after
  // --help and --version, 2 after a usage error, both of which it has printed.
  // Throws what the verb throws.
  std::optional<int> parse(int argc, const char* const* argv);

 private:
  struct State;
  explicit Command(std::unique_ptr<State> state);
  Command* keep(CLI::App* child);
  Option* keep(CLI::Option* option);

  std::unique_ptr<State> state_;
};

}  // namespace kindred::cli
