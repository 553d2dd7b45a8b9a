#include "novelo/rules/conversation.hpp"

namespace novelo {

Placement place(const ConversationRecord* open, const ConversationRecord* last,
                const ReopeningPolicy& policy, Timestamp now) {
  if (open != nullptr) return Placement::join;
  if (last == nullptr || !last->closed_at) return Placement::fresh;
  const Duration since = now - *last->closed_at;
  if (since < policy.reopen) return Placement::reopen;
  if (since < policy.affinity) return Placement::linked;
  return Placement::fresh;
}

}  // namespace novelo
