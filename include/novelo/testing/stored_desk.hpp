// StoredDesk: a tenant's conversations, read from the rows of a store without opening an engine on
// it. Nothing is written, and whoever serves the tenant keeps it: for a look at a backup, or at a
// store that is not in service.
//
//   auto desk = StoredDesk::open(store, tenant, adapters);   // tenant: Fence::tenant
//   auto lines = desk->transcript(conversation, {});
//   std::cout << render(*lines, {.zone = desk->zone()});
//
// The transcript is what the timeline holds: what was said, the calls, the events. What a telephone
// system told in between, and what was said to callers, stands in no store.
//
// Fails with `not_found` (no such tenant, conversation, contact or protocol number), with what the
// store says, or with `corrupt` where a record cannot be read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/channel_adapter.hpp"
#include "novelo/model/conversation.hpp"
#include "novelo/store.hpp"
#include "novelo/testing/panel.hpp"
#include "novelo/testing/transcript.hpp"

namespace novelo::testing {

struct StoredConversation {
  ConversationRecord record;
  std::string contact;  // the name, else an address
  std::string owner;    // as contacts read it; empty where it is nobody's
};

struct StoredTranscriptOptions {
  bool notes = true;      // internal notes, each behind the entry it was written after
  bool customer = false;  // the customer's own view: no events, no notes
  std::size_t most_lines = 100'000;
};

class StoredDesk {
 public:
  // The store, and the adapters (which say how a menu looks on its channel), outlive it.
  static Result<StoredDesk> open(Store& store, std::uint64_t tenant,
                                 std::vector<const ChannelAdapter*> adapters);

  StoredDesk(StoredDesk&&) noexcept;
  StoredDesk& operator=(StoredDesk&&) noexcept;
  ~StoredDesk();

  const std::string& company() const;
  const std::string& zone() const;
  const std::string& locale() const;
  Timestamp now() const;  // what the engine had come to

  // By id, above `after`; at most 1000.
  Result<std::vector<StoredConversation>> conversations(ConversationId after,
                                                        std::size_t limit) const;
  Result<StoredConversation> conversation(ConversationId id) const;
  // Of everybody who has this address in any spelling, oldest first: "phone:5541988887777",
  // "+55 41 98888-7777", "ana@mail.example".
  Result<std::vector<ConversationId>> of_contact(const std::string& address) const;
  // Where the case with this protocol number was opened.
  Result<ConversationId> of_protocol(std::string_view protocol) const;

  Result<std::vector<TranscriptLine>> transcript(ConversationId id,
                                                 const StoredTranscriptOptions& options) const;
  // Its cases, the queues and the agents, as they are in the store.
  Result<Panel> panel(ConversationId id) const;

 private:
  class Body;
  explicit StoredDesk(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace novelo::testing
