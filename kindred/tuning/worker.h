// Who runs a trial: a process, told apart from every other that ever was on the machine.
//
// A process id is used again after a while, so a worker is named by machine, process space
// (containers have their own), process id and the moment the process began. Whether a
// worker of this machine and space is gone is known at once; of any other only its silence
// tells.
//
// Thread safety: functions of the system's state alone.

#pragma once

#include <string>

namespace kindred::tuning {

// "host/4026531836/1234/567890"
std::string this_worker();

// Whether that process has certainly ended. False where this cannot be known from here.
bool is_gone(const std::string& worker);

}  // namespace kindred::tuning
