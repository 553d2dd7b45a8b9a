// BelongingWatch: records that name each other, and what has come to its end.
//
//   I01  entries go only where somebody purges or erases them
//   I08  records that name each other agree: calls that are promised, interactions that live, cases
//        that are counted, places that are taken
//   I12  an address is on the list of whoever uses it
//   I15  what a work is about knows it
//   I19  what is kept for one agent alone is kept until a time
//   I27  attempts have an end, and no message is left as if it were still to go out
//   I36  nothing is begun for whoever was erased, and nothing of them is left
//   I39  no list grows past its ceiling
//   I40  no deadline that stands in a record is past
//   I48  what has come to its end stays as it is
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "novelo/base/limits.hpp"
#include "novelo/model/command.hpp"
#include "testing/simulator/findings.hpp"
#include "testing/simulator/mirror.hpp"

namespace novelo::testing {

class BelongingWatch {
 public:
  BelongingWatch(const Mirror& mirror, const Limits& limits, Findings& findings)
      : mirror_(&mirror), limits_(limits), findings_(&findings) {}

  void see(const ContactRecord* before, const ContactRecord* after);
  void see(const Identity* before, const Identity* after);
  void see(const ConversationRecord* before, const ConversationRecord* after);
  void see(const Interaction* before, const Interaction* after);
  void see(const Callback* before, const Callback* after);
  void see(const CaseRecord* before, const CaseRecord* after);
  void see(const WorkRecord* before, const WorkRecord* after);
  void see(const Effect* before, const Effect* after);
  void see(const Survey* before, const Survey* after);
  void see(const EngineClock* before, const EngineClock* after);
  void see(const Entry* before, const Entry* after);
  void see(const Note* before, const Note* after);
  template <class T>
  void see(const T*, const T*) {}
  void committed();

  // The command that is about to be decided; null: it is none.
  void expect(const CommandBody* body) { body_ = body; }
  // Whether a message was one of somebody's who was erased.
  bool is_forgotten(const EntryPointName& entry_point, const std::string& provider_id) const {
    return forgotten_.contains({entry_point, provider_id});
  }
  // The last command of an erasure is done.
  void erased(ContactId id);
  // Nothing falls due any more at this time.
  void quiet(Timestamp now);

 private:
  bool is_erased(ContactId id) const;
  bool may_be_purged(const ConversationRecord& record) const;
  void check_reopened(const ConversationRecord& closed);
  void check_contact(const ContactRecord& contact);
  void check_identity(const Identity& identity);
  void check_conversation(const ConversationRecord& record);
  void check_interaction(const Interaction& interaction);
  void check_callback(const Callback& callback);
  void check_work(const WorkRecord& work);
  void check_counts();

  const Mirror* mirror_;
  Limits limits_;
  Findings* findings_;
  const CommandBody* body_ = nullptr;
  Timestamp now_{};
  std::set<std::pair<EntryPointName, std::string>> forgotten_;  // messages of whoever was erased
  // Of this commit.
  std::set<ContactId> contacts_;
  std::vector<Address> addresses_;
  std::set<ConversationId> conversations_;
  std::vector<ConversationId> begun_;
  std::vector<ConversationRecord> reopened_;  // as they were
  std::vector<ConversationRecord> purged_;    // as they are
  std::set<InteractionId> interactions_;
  std::set<CallbackId> callbacks_;
  std::set<WorkId> works_;
  std::vector<std::pair<ConversationId, std::uint64_t>> sent_;  // their effects are gone
};

}  // namespace novelo::testing
