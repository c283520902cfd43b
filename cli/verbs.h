// The verbs of the program, in the order in which --help lists them.

#pragma once

namespace kindred::cli {

class Command;

void add_demo(Command& app);
void add_train(Command& app);
void add_towers(Command& app);
void add_evaluate(Command& app);
void add_tune(Command& app);
void add_recommend(Command& app);
void add_predict(Command& app);
void add_similar(Command& app);
void add_cluster(Command& app);
void add_columns(Command& app);
void add_encode(Command& app);
void add_fit(Command& app);
void add_inspect(Command& app);
void add_export(Command& app);
void add_import(Command& app);
void add_generate(Command& app);
void add_view(Command& app);
void add_doctor(Command& app);

}  // namespace kindred::cli
