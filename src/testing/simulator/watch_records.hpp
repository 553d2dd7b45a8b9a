// RecordWatch: ids, clocks, people, timers: what every row must keep to.
//
//   I11  protocol numbers are unique, and grow within their sequence
//   I12  an address has one holder, who is there; whoever was erased holds none
//   I23  ids come from one counter: each is new, and none is given twice
//   I40  nothing that is due stays undone
//   I41  a timer that was cancelled or put off is gone
//   I44  the engine's time and its counters never go back
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "testing/simulator/findings.hpp"
#include "testing/simulator/mirror.hpp"

namespace novelo::testing {

class RecordWatch {
 public:
  RecordWatch(const Mirror& mirror, Findings& findings) : mirror_(&mirror), findings_(&findings) {}

  void see(const EngineClock* before, const EngineClock* after);
  void see(const CaseRecord* before, const CaseRecord* after);
  void see(const Identity* before, const Identity* after);
  void see(const ContactRecord* before, const ContactRecord* after);
  template <class T>
  void see(const T* before, const T* after) {
    note_id(before, after);
  }
  void committed();
  // Nothing falls due any more at this time.
  void quiet(Timestamp now);

 private:
  // A new record with an id of its own.
  template <class T>
  void note_id(const T* before, const T* after) {
    if constexpr (requires { after->id.value(); }) {
      if (before == nullptr && after != nullptr) new_ids_.push_back(after->id.value());
    }
  }

  void check_forgotten(const ContactRecord& contact);
  bool is_wanted(const Timer& timer) const;

  const Mirror* mirror_;
  Findings* findings_;
  std::uint64_t last_id_ = 0;  // before this commit
  std::set<std::string> protocols_;
  std::map<std::string, std::string> newest_;  // by type and sequence
  std::vector<std::uint64_t> new_ids_;
  std::vector<Identity> identities_;   // changed ones
  std::vector<ContactRecord> erased_;  // as they were
};

}  // namespace novelo::testing
