// TimelineWatch: conversations and their timelines, commit by commit.
//
//   I02  what a provider sent is on a timeline once
//   I06  what became of a message only moves forward, and what was told of it counts, also when it
//        was told before the message was known
//   I09  an entry belongs to one conversation, and stays what it was
//   I10  sequences run without a gap, in the customer's view too, and are never given again
//   I13  at most one conversation of a contact is open at a desk
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "testing/simulator/findings.hpp"
#include "testing/simulator/mirror.hpp"

namespace novelo::testing {

class TimelineWatch {
 public:
  TimelineWatch(const Mirror& mirror, Findings& findings)
      : mirror_(&mirror), findings_(&findings) {}

  void see(const Entry* before, const Entry* after);
  void see(const ConversationRecord* before, const ConversationRecord* after);
  template <class T>
  void see(const T*, const T*) {}
  // All writes of a commit were seen.
  void committed();

  bool has_open(ContactId contact) const {
    return std::any_of(open_.begin(), open_.end(),
                       [&](const auto& one) { return one.first.second == contact; });
  }
  // A provider's word about a message of ours was taken.
  void told(const std::string& provider_id, DeliveryStatus status) {
    told_[provider_id].insert(status);
    told_anew_.insert(provider_id);
  }
  // Everything that was told counts, while no more came early than are kept: looks at what is new
  // since the last time.
  void check_told();
  // Whether a provider's message is on a timeline now.
  bool has(const EntryPointName& entry_point, const std::string& provider_id) const {
    return heard_.contains({entry_point, provider_id});
  }

 private:
  using Place = std::pair<ConversationId, std::uint64_t>;
  struct Length {
    std::uint64_t entries = 0;
    std::uint64_t customer_entries = 0;
  };
  void see_new(const Entry& entry);
  void see_changed(const Entry& before, const Entry& after);

  const Mirror* mirror_;
  Findings* findings_;
  std::map<ConversationId, Length> lengths_;
  std::set<std::pair<EntryPointName, std::string>> heard_;
  std::map<std::pair<DeskName, ContactId>, int> open_;
  std::map<std::string, std::set<DeliveryStatus>> told_;  // by the provider's id
  std::map<std::string, Place> ours_;                     // as much
  std::set<std::string> told_anew_;
  // Of this commit.
  std::set<ConversationId> touched_;
  std::vector<Place> taken_away_;
};

}  // namespace novelo::testing
