// EffectWatch: what the host is given to do, and what becomes of it.
//
//   I03  nothing is handed out that is not stored
//   I24  what is settled is never handed out again
//   I25  an effect is handed out once for each attempt, and not while it is held; whoever gets
//   again
//        what an engine before has handed out is told, where it may go out again at all
//   I26  the messages of a lane go out one after another, in their order
//   I27  attempts have an end, and none ends in silence
//   I28  free text goes out only while the channel's window is open
//   I29  nothing goes to whoever was erased
//   I30  one survey for each closing
//   I43  what is sent goes from an entry point of the conversation's desk
//   I32  no note, I33 nothing of another tenant's, I38 no secret in what goes out
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "novelo/channel_adapter.hpp"
#include "novelo/model/effect.hpp"
#include "testing/simulator/findings.hpp"
#include "testing/simulator/mirror.hpp"

namespace novelo::testing {

class EffectWatch {
 public:
  EffectWatch(const Mirror& mirror, Findings& findings) : mirror_(&mirror), findings_(&findings) {}

  void see(const Effect* before, const Effect* after);
  void see(const Survey* before, const Survey* after);
  template <class T>
  void see(const T*, const T*) {}
  void committed();

  // Words that may never go out: they stand in notes, in secrets, in another tenant's messages.
  void forbid(std::string_view invariant, std::string word);
  // Another engine took over: it may hand out once more.
  void opened() {
    before_.insert(handed_out_.begin(), handed_out_.end());
    handed_out_.clear();
  }
  void handed_out(const Handout& handout, Timestamp now);
  // What the customer wrote, by the provider's time: what windows are counted from.
  void wrote(const EntryPointName& entry_point, const Address& address, Timestamp at);
  void settled(EffectId effect) { settled_.insert(effect); }
  // What nobody knows the fate of is held at this entry point.
  void set_holding(const EntryPointName& entry_point) { holding_.insert(entry_point); }
  // For how long free text is allowed at an entry point; zero: always.
  void set_window(const EntryPointName& entry_point, Duration window) {
    windows_[entry_point] = window;
  }

 private:
  using Lane = std::pair<EntryPointName, ConversationId>;

  void check_send(const Effect& effect, Timestamp now);
  void check_words(const Handout& handout);

  const Mirror* mirror_;
  Findings* findings_;
  std::map<Lane, std::set<EffectId>> lanes_;
  std::set<EffectId> settled_;
  std::set<EffectId> gone_;
  std::set<std::pair<EffectId, std::uint32_t>> handed_out_;  // by this engine, by attempt
  std::set<std::pair<EffectId, std::uint32_t>> before_;      // by one before it
  std::set<EntryPointName> holding_;
  std::map<std::pair<EntryPointName, std::string>, Timestamp> heard_;
  std::map<EntryPointName, Duration> windows_;
  std::vector<std::pair<std::string, std::string>> forbidden_;
  std::set<std::pair<ConversationId, std::uint32_t>> surveyed_;
  std::vector<EffectId> new_sends_;
};

}  // namespace novelo::testing
