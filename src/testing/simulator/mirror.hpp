// Mirror: what the store holds of one tenant, as records, kept up to date from its commits alone.
//
// It knows nothing of the engine that writes them: what the checkers see in it is what would be
// there after a crash at this moment.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/binary.hpp"
#include "engine/keys.hpp"
#include "engine/tables.hpp"
#include "novelo/config/configuration.hpp"
#include "novelo/store.hpp"

namespace novelo::testing {

struct ByBytes {
  using is_transparent = void;
  bool operator()(std::string_view left, std::string_view right) const { return left < right; }
};
// The records of one table, in the order of their keys.
template <class T>
using Shelf = std::map<KeptKey, T, ByBytes>;

class Mirror {
 public:
  explicit Mirror(std::uint64_t tenant) : tenant_(tenant) {}

  // Takes one committed write over, and calls see(before, after) with the record as it was and as
  // it is; null where there is none. False: the row cannot be read, or cannot be written this way.
  template <class See>
  bool take(const Write& write, See&& see) {
    switch (write.table) {
      case Table::meta: return put(clocks, write, see);
      case Table::configuration: return take_configuration(write);
      case Table::contact: return put(contacts, write, see);
      case Table::identity: return put(identities, write, see);
      case Table::conversation: return put(conversations, write, see);
      case Table::entry: return put(entries, write, see);
      case Table::note: return put(notes, write, see);
      case Table::closure: return put(closures, write, see);
      case Table::interaction: return put(interactions, write, see);
      case Table::work: return put(works, write, see);
      case Table::agent: return put(agents, write, see);
      case Table::case_record: return put(cases, write, see);
      case Table::callback: return put(callbacks, write, see);
      case Table::survey: return put(surveys, write, see);
      case Table::effect: return put(effects, write, see);
      case Table::timer: return put(timers, write, see);
      case Table::counter: return put(counters, write, see);
      case Table::quarantine: return put(quarantine, write, see);
      default: return true;
    }
  }

  // Null when there is none.
  const ContactRecord* find(ContactId id) const { return find(contacts, key().id(id)); }
  const ConversationRecord* find(ConversationId id) const {
    return find(conversations, key().id(id));
  }
  const Interaction* find(InteractionId id) const { return find(interactions, key().id(id)); }
  const WorkRecord* find(WorkId id) const { return find(works, key().id(id)); }
  const CaseRecord* find(CaseId id) const { return find(cases, key().id(id)); }
  const Callback* find(CallbackId id) const { return find(callbacks, key().id(id)); }
  const Survey* find(SurveyId id) const { return find(surveys, key().id(id)); }
  const Effect* find(EffectId id) const { return find(effects, key().id(id)); }
  const Identity* find(const Address& plain) const {
    return find(identities, key().address(plain));
  }
  const AgentRecord* find(const AgentName& name) const {
    return find(agents, key().text(name.text()));
  }
  const Entry* entry(ConversationId conversation, std::uint64_t sequence) const {
    return find(entries, key().id(conversation).number(sequence));
  }

  // How many cases of a type are counted under a status.
  std::uint64_t counted(const CaseTypeName& type, const CaseStatusName& status) const {
    const Counter* counter =
        find(counters, key().text("case").text(type.text()).text(status.text()));
    return counter == nullptr ? 0 : counter->value;
  }

  // Whether an agent is of the work's queue and has every skill that it and the work ask for.
  bool serves(const AgentConfig& agent, const WorkRecord& work) const {
    const QueueConfig* queue = configuration_->queue(work.queue);
    const auto has_all = [&](const std::vector<SkillName>& skills) {
      return std::all_of(skills.begin(), skills.end(),
                         [&](const SkillName& skill) { return agent.skills.contains(skill); });
    };
    return queue != nullptr && has_all(work.skills) && has_all(queue->skills) &&
           std::find(agent.queues.begin(), agent.queues.end(), work.queue) != agent.queues.end();
  }

  // The one that was taken into service last; null before the first.
  const Configuration* configuration() const { return configuration_ ? &*configuration_ : nullptr; }

  Shelf<EngineClock> clocks;
  Shelf<ContactRecord> contacts;
  Shelf<Identity> identities;
  Shelf<ConversationRecord> conversations;
  Shelf<Entry> entries;
  Shelf<Note> notes;
  Shelf<Closure> closures;
  Shelf<Interaction> interactions;
  Shelf<WorkRecord> works;
  Shelf<AgentRecord> agents;
  Shelf<CaseRecord> cases;
  Shelf<Callback> callbacks;
  Shelf<Survey> surveys;
  Shelf<Effect> effects;
  Shelf<Timer> timers;
  Shelf<Counter> counters;
  Shelf<QuarantineRow> quarantine;

 private:
  Key key() const { return Key(tenant_); }

  template <class T>
  static const T* find(const Shelf<T>& shelf, const Key& key) {
    const auto found = shelf.find(std::string_view(key));
    return found == shelf.end() ? nullptr : &found->second;
  }

  template <class T, class See>
  static bool put(Shelf<T>& shelf, const Write& write, See& see) {
    const auto known = shelf.lower_bound(write.key);
    const bool there = known != shelf.end() && std::string_view(known->first) == write.key;
    if (write.kind == Write::Kind::erase) {
      if (!there) return true;
      see(&known->second, static_cast<const T*>(nullptr));
      shelf.erase(known);
      return true;
    }
    if (there && write.kind == Write::Kind::insert) return false;
    T after;
    if (!codec::from_bytes(write.value, after)) return false;
    see(there ? &known->second : nullptr, static_cast<const T*>(&after));
    if (there) {
      known->second = std::move(after);
    } else {
      shelf.emplace_hint(known, KeptKey(write.key), std::move(after));
    }
    return true;
  }

  bool take_configuration(const Write& write) {
    StoredConfiguration stored;
    if (write.kind == Write::Kind::erase || !codec::from_bytes(write.value, stored)) return false;
    auto parsed = Configuration::parse(stored.json);
    if (!parsed) return false;
    configuration_ = std::move(*parsed);
    return true;
  }

  std::uint64_t tenant_;
  std::optional<Configuration> configuration_;
};

}  // namespace novelo::testing
