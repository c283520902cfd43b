// The verbs of the program, in the order in which --help lists them.

#pragma once

namespace CLI {
class App;
}

namespace kindred::cli {

void add_demo(CLI::App& app);
void add_train(CLI::App& app);
void add_towers(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_tune(CLI::App& app);
void add_recommend(CLI::App& app);
void add_predict(CLI::App& app);
void add_similar(CLI::App& app);
void add_cluster(CLI::App& app);
void add_columns(CLI::App& app);
void add_encode(CLI::App& app);
void add_fit(CLI::App& app);
void add_inspect(CLI::App& app);
void add_export(CLI::App& app);
void add_import(CLI::App& app);
void add_generate(CLI::App& app);
void add_view(CLI::App& app);
void add_doctor(CLI::App& app);

}  // namespace kindred::cli
