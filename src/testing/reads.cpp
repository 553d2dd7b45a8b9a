#include "testing/reads.hpp"

#include <algorithm>

#include "novelo/rules/channel.hpp"

namespace novelo::testing {
namespace {

constexpr std::size_t page_of_conversations = 1000;

void take_works(const Query& query, const ConversationRecord& conversation,
                std::vector<WorkRecord>& works) {
  const auto before = static_cast<std::ptrdiff_t>(works.size());
  const auto take = [&](WorkId id) {
    const auto same = [id](const WorkRecord& work) { return work.id == id; };
    // A callback and the call that keeps it have one work.
    if (!id || std::any_of(works.begin() + before, works.end(), same)) return;
    if (const auto work = query.work(id)) works.push_back(*work);
  };
  for (const InteractionId id : conversation.live) {
    if (const auto live = query.interaction(id)) take(live->work);
  }
  for (const CallbackId id : conversation.callbacks) {
    if (const auto promise = query.callback(id)) take(promise->work);
  }
  for (const CaseId id : conversation.cases) {
    if (const auto matter = query.case_of(id)) take(matter->verification);
  }
}

// Whatever is worked at belongs to a conversation.
std::vector<WorkRecord> all_works(const Query& query) {
  std::vector<WorkRecord> works;
  ConversationId after;
  while (true) {
    const auto part = query.conversations(after, page_of_conversations);
    if (!part) return works;
    for (const ConversationRecord& conversation : *part) {
      take_works(query, conversation, works);
      after = conversation.id;
    }
    if (part->size() < page_of_conversations) return works;
  }
}

}  // namespace

Reads reads_of(const Query& query) {
  Reads reads;
  reads.conversation = [query](ConversationId id) { return query.conversation(id); };
  reads.conversations = [query](ConversationId after, std::size_t limit) {
    return query.conversations(after, limit);
  };
  reads.timeline = [query](ConversationId id, std::uint64_t after, std::size_t limit) {
    return query.timeline(id, after, limit);
  };
  reads.contact = [query](ContactId id) { return query.contact(id); };
  reads.interaction = [query](InteractionId id) { return query.interaction(id); };
  reads.case_of = [query](CaseId id) { return query.case_of(id); };
  reads.callback = [query](CallbackId id) { return query.callback(id); };
  reads.work = [query](WorkId id) { return query.work(id); };
  reads.works = [query] { return all_works(query); };
  reads.agent = [query](const AgentName& name) { return query.agent(name); };
  return reads;
}

Content as_carried(const Entry& message, const Configuration& configuration,
                   const std::vector<const ChannelAdapter*>& adapters) {
  const EntryPointConfig* const point = configuration.entry_point(message.entry_point);
  const Connection* const connection =
      point == nullptr ? nullptr : configuration.connection(point->connection);
  if (connection == nullptr || message.direction != Direction::outbound) return message.content;
  for (const ChannelAdapter* const adapter : adapters) {
    if (adapter->name() != connection->adapter) continue;
    return render(message.content, adapter->capabilities(*connection)).content;
  }
  return message.content;
}

}  // namespace novelo::testing
