// HoursWatch: a line is dialled from while it is open.
//
//   I27  attempts keep to the hours of their line: none is offered while it is closed, and one that
//        waits for them waits for the very next opening
#pragma once

#include <vector>

#include "testing/simulator/findings.hpp"
#include "testing/simulator/mirror.hpp"

namespace novelo::testing {

class HoursWatch {
 public:
  HoursWatch(const Mirror& mirror, const Limits& limits, Findings& findings)
      : mirror_(&mirror), on_the_line_(limits.on_the_line), findings_(&findings) {}

  void see(const Callback* before, const Callback* after);
  void see(const WorkRecord* before, const WorkRecord* after);
  void see(const EngineClock* before, const EngineClock* after);
  template <class T>
  void see(const T*, const T*) {}
  void committed();

 private:
  const OpeningHours* hours_of(const Callback& callback) const;
  void check_offer(CallbackId id);
  void check_plan(const Callback& callback);

  const Mirror* mirror_;
  Duration on_the_line_;
  Findings* findings_;
  Timestamp now_{};
  // Of this commit.
  std::vector<CallbackId> offered_;
  std::vector<Callback> planned_;
};

}  // namespace novelo::testing
