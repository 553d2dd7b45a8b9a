#include "novelo/testing/stored_desk.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/tables.hpp"
#include "novelo/rules/case.hpp"
#include "novelo/rules/identity.hpp"
#include "testing/narrator.hpp"
#include "testing/panel_builder.hpp"
#include "testing/reads.hpp"

namespace novelo::testing {
namespace {

constexpr std::size_t most_rows = 1000;
constexpr std::size_t most_cached = 5000;  // records of each kind

Error nothing_here(std::string_view what, const std::string& subject) {
  return {ErrorCode::not_found, fmt::format("unknown_{}", what),
          fmt::format("There is no such {} here.", what), subject,
          "`novelo timeline FILE` lists the conversations."};
}

template <class T, Table table>
Result<T> record(Tables& tables, Records<T, table>& records, const std::string& key,
                 std::string_view what) {
  return unless_cut_short([&]() -> Result<T> {
    tables.trim();
    const T* const found = records.find(key);
    if (found == nullptr) return fail(nothing_here(what, {}));
    return *found;
  });
}

template <class T, Table table>
Result<std::vector<T>> page(Records<T, table>& records, const std::string& from,
                            const std::string& to, std::size_t limit) {
  return unless_cut_short([&]() -> Result<std::vector<T>> {
    std::vector<T> list;
    for (auto& [key, value] : records.scan(from, to, limit, Order::ascending)) {
      list.push_back(std::move(value));
    }
    return list;
  });
}

Reads reads_of(Tables& tables) {
  Tables* const rows = &tables;
  Reads reads;
  reads.conversation = [rows](ConversationId id) {
    return record(*rows, rows->conversations, rows->key(id), "conversation");
  };
  reads.conversations = [rows](ConversationId after, std::size_t limit) {
    return page(rows->conversations, rows->key(ConversationId(after.value() + 1)),
                rows->key().end(), limit);
  };
  reads.timeline = [rows](ConversationId id, std::uint64_t after, std::size_t limit) {
    return page(rows->entries, rows->key(id, after + 1), rows->key().id(id).end(), limit);
  };
  reads.contact = [rows](ContactId id) {
    return record(*rows, rows->contacts, rows->key(id), "contact");
  };
  reads.interaction = [rows](InteractionId id) {
    return record(*rows, rows->interactions, rows->key(id), "interaction");
  };
  reads.case_of = [rows](CaseId id) { return record(*rows, rows->cases, rows->key(id), "case"); };
  reads.callback = [rows](CallbackId id) {
    return record(*rows, rows->callbacks, rows->key(id), "callback");
  };
  reads.work = [rows](WorkId id) { return record(*rows, rows->works, rows->key(id), "work"); };
  reads.works = [rows] {
    std::vector<WorkRecord> works;
    rows->works.each(rows->key().bytes(), rows->key().end(),
                     [&](WorkRecord& work) { works.push_back(work); });
    return works;
  };
  reads.agent = [rows](const AgentName& name) {
    return record(*rows, rows->agents, rows->text_key(name.text()), "agent");
  };
  return reads;
}

// What people type is an address of the kind that it looks like.
Address address_of(const std::string& text) {
  if (const auto address = parse_address(text)) return *address;
  const bool mail = text.find('@') != std::string::npos;
  return {mail ? AddressKind::email : AddressKind::phone, text};
}

bool is_shown(const Entry& entry, const StoredTranscriptOptions& options) {
  return !options.customer || entry.customer_sequence != 0;
}

}  // namespace

class StoredDesk::Body {
 public:
  Body(Store& store, std::uint64_t tenant, std::vector<const ChannelAdapter*> adapters)
      : tables_(store, Fence{tenant, 0}, most_cached),
        adapters_(std::move(adapters)),
        reads_(reads_of(tables_)) {}
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  Status load();
  Narrator narrator() const { return {configuration_, zone(), reads_, adapters_}; }
  const std::string& zone() const { return configuration_.tenant.zone; }
  StoredConversation described(ConversationRecord record) const;
  Result<std::vector<Note>> notes(ConversationId id);
  Result<std::vector<ConversationId>> of_address(const Address& address);
  Result<std::vector<TranscriptLine>> transcript(ConversationId id,
                                                 const StoredTranscriptOptions& options);

  Tables& tables() { return tables_; }
  const Reads& reads() const { return reads_; }
  const Configuration& configuration() const { return configuration_; }
  Timestamp now() const { return now_; }

 private:
  Tables tables_;
  std::vector<const ChannelAdapter*> adapters_;
  Reads reads_;
  Configuration configuration_;
  Timestamp now_{};
};

Status StoredDesk::Body::load() {
  const auto clock = record(tables_, tables_.clock, tables_.clock_key(), "tenant");
  if (!clock) return fail(clock.error());
  now_ = clock->now;
  if (clock->configuration == 0) return {};
  const auto stored = record(tables_, tables_.configurations,
                             tables_.key().number(clock->configuration).bytes(), "configuration");
  if (!stored) return fail(stored.error());
  auto parsed = Configuration::parse(stored->json);
  if (!parsed) return fail(parsed.error());
  configuration_ = std::move(*parsed);
  return {};
}

StoredConversation StoredDesk::Body::described(ConversationRecord record) const {
  const Narrator names = narrator();
  StoredConversation out;
  out.contact = names.contact_name(record.id);
  if (!record.owner.empty()) out.owner = names.agent_name(record.owner.text());
  out.record = std::move(record);
  return out;
}

Result<std::vector<Note>> StoredDesk::Body::notes(ConversationId id) {
  std::vector<Note> all;
  std::string from = tables_.key().id(id);
  while (true) {
    auto part = page(tables_.notes, from, tables_.key().id(id).end(), most_rows);
    if (!part) return part;
    all.insert(all.end(), part->begin(), part->end());
    if (part->size() < most_rows) return all;
    from = tables_.key(id, all.back().id.value() + 1);
  }
}

Result<std::vector<ConversationId>> StoredDesk::Body::of_address(const Address& address) {
  DialPlan plan;
  for (const EntryPointConfig& point : configuration_.entry_points) {
    if (plan.country.empty()) plan = point.dial_plan;
  }
  const auto plain = normalise(address, plan);
  if (!plain) return fail(plain.error());
  return unless_cut_short([&]() -> Result<std::vector<ConversationId>> {
    std::set<ContactId> contacts;
    for (const Identity& identity : identities_at(tables_, *plain)) {
      contacts.insert(identity.holder);
      contacts.insert(identity.members.begin(), identity.members.end());
    }
    std::vector<ConversationId> found;
    for (const ContactId contact : contacts) {
      const Key key = tables_.key().id(contact);
      tables_.contact_conversations.each(key.bytes(), key.end(), [&](const Pointer& conversation) {
        found.emplace_back(conversation.id);
      });
    }
    if (found.empty()) return fail(nothing_here("contact", to_string(*plain)));
    std::sort(found.begin(), found.end());
    return found;
  });
}

Result<std::vector<TranscriptLine>> StoredDesk::Body::transcript(
    ConversationId id, const StoredTranscriptOptions& options) {
  const auto known = reads_.conversation(id);
  if (!known) return fail(nothing_here("conversation", std::to_string(id.value())));
  auto written = options.notes && !options.customer ? notes(id) : std::vector<Note>();
  if (!written) return fail(written.error());
  const Narrator teller = narrator();
  std::vector<TranscriptLine> lines;
  auto note = written->begin();
  const auto tell = [&](Timestamp at, auto what) {
    if (auto line = teller.line({at, std::move(what)})) lines.push_back(std::move(*line));
  };
  const auto tell_notes = [&](std::uint64_t before) {
    for (; note != written->end() && note->after < before; ++note) tell(note->at, *note);
  };
  std::uint64_t after = 0;
  while (lines.size() < options.most_lines) {
    const auto entries = reads_.timeline(id, after, most_rows);
    if (!entries) return fail(entries.error());
    for (const Entry& entry : *entries) {
      tell_notes(entry.sequence);
      after = entry.sequence;
      if (is_shown(entry, options)) tell(entry.at, entry);
    }
    if (entries->size() < most_rows) {
      tell_notes(UINT64_MAX);
      break;
    }
  }
  if (lines.size() > options.most_lines) lines.resize(options.most_lines);
  return lines;
}

StoredDesk::StoredDesk(std::unique_ptr<Body> body) : body_(std::move(body)) {}
StoredDesk::StoredDesk(StoredDesk&&) noexcept = default;
StoredDesk& StoredDesk::operator=(StoredDesk&&) noexcept = default;
StoredDesk::~StoredDesk() = default;

Result<StoredDesk> StoredDesk::open(Store& store, std::uint64_t tenant,
                                    std::vector<const ChannelAdapter*> adapters) {
  auto body = std::make_unique<Body>(store, tenant, std::move(adapters));
  if (auto loaded = body->load(); !loaded) return fail(loaded.error());
  return StoredDesk(std::move(body));
}

const std::string& StoredDesk::company() const {
  return body_->configuration().tenant.company;
}
const std::string& StoredDesk::zone() const {
  return body_->zone();
}
const std::string& StoredDesk::locale() const {
  return body_->configuration().tenant.locale;
}
Timestamp StoredDesk::now() const {
  return body_->now();
}

Result<std::vector<StoredConversation>> StoredDesk::conversations(ConversationId after,
                                                                  std::size_t limit) const {
  auto records = body_->reads().conversations(after, std::clamp<std::size_t>(limit, 1, most_rows));
  if (!records) return fail(records.error());
  std::vector<StoredConversation> list;
  for (ConversationRecord& one : *records) list.push_back(body_->described(std::move(one)));
  return list;
}

Result<StoredConversation> StoredDesk::conversation(ConversationId id) const {
  auto found = body_->reads().conversation(id);
  if (!found) return fail(nothing_here("conversation", std::to_string(id.value())));
  return body_->described(std::move(*found));
}

Result<std::vector<ConversationId>> StoredDesk::of_contact(const std::string& address) const {
  return body_->of_address(address_of(address));
}

Result<ConversationId> StoredDesk::of_protocol(std::string_view protocol) const {
  Tables& tables = body_->tables();
  const auto pointer =
      record(tables, tables.protocols, tables.text_key(plain_protocol(protocol)), "protocol");
  if (!pointer) return fail(nothing_here("protocol", std::string(protocol)));
  const auto matter = body_->reads().case_of(CaseId(pointer->id));
  if (!matter) return fail(matter.error());
  return matter->conversation;
}

Result<std::vector<TranscriptLine>> StoredDesk::transcript(
    ConversationId id, const StoredTranscriptOptions& options) const {
  return body_->transcript(id, options);
}

Result<Panel> StoredDesk::panel(ConversationId id) const {
  const Narrator narrator = body_->narrator();
  PanelBuilder builder;
  builder.look(body_->reads(), body_->configuration(), narrator, body_->now());
  return builder.finish(body_->reads(), body_->configuration(), narrator, id);
}

}  // namespace novelo::testing
