// What the files about cases share: whose a case is, how it stands, and what was said about it.
#pragma once

#include <algorithm>

#include "engine/turn.hpp"

namespace novelo {

// Who has left the business is asked and told nothing.
AgentName owner_in_service(const Turn& turn, const CaseRecord& matter);
const StatusConfig* status_of(const Turn& turn, const CaseRecord& matter);
// A final case is history. So is one whose status is not configured any more: only what is final
// may lose it.
bool is_final(const Turn& turn, const CaseRecord& matter);
// Whether its status waits for a mail of the contact's.
bool awaits_reply(Turn& turn, CaseId id);
Status check_not_final(const Turn& turn, const CaseRecord& matter);
// How many cases have a status: what a configuration must not take away (configure.cpp).
void count_case(Turn& turn, const CaseRecord& matter, bool more);

// What was sent before is out of date, and so is what was said to it, verified or not (S0.30).
void supersede_mails(CaseRecord& matter);
// The reply that a person is to judge: the newest that is not out of date, else the newest.
template <class Replies>
auto reply_to_judge(Replies& replies) -> decltype(replies.data()) {
  for (std::size_t i = replies.size(); i-- > 0;) {
    if (!replies[i].superseded) return &replies[i];
  }
  return replies.empty() ? nullptr : &replies.back();
}

}  // namespace novelo
