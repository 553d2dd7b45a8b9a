#include "novelo/contact.hpp"

#include "novelo/query.hpp"

namespace novelo {

Result<ContactRecord> Contact::record() const {
  return Query(*engine_).contact(id_);
}

Result<std::vector<ConversationRecord>> Contact::conversations(ConversationId before,
                                                               std::size_t limit) const {
  return Query(*engine_).conversations_of(id_, before, limit);
}

}  // namespace novelo
