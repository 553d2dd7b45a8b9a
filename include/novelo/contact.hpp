// Contact: a handle, one engine and one id, for whoever looks at a single customer.
//
// As `Conversation`: it answers as `Query` does, keeps nothing and points at the engine. Of an
// unknown id `record` is `not_found`, and the history is empty.
#pragma once

#include <cstddef>
#include <vector>

#include "novelo/engine.hpp"
#include "novelo/model/contact.hpp"
#include "novelo/model/conversation.hpp"

namespace novelo {

class Contact {
 public:
  Contact(Engine& engine, ContactId id) : engine_(&engine), id_(id) {}

  ContactId id() const { return id_; }

  Result<ContactRecord> record() const;
  // The history: conversations, newest first, older than `before` (none: from the newest); `limit`
  // is 1 to 1000.
  Result<std::vector<ConversationRecord>> conversations(ConversationId before,
                                                        std::size_t limit) const;

 private:
  Engine* engine_;
  ContactId id_;
};

}  // namespace novelo
