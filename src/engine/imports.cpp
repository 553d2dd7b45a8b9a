// Imports: many contacts at once, each by itself.
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/contacts.hpp"
#include "engine/decide.hpp"

namespace novelo {

namespace {

Value refused_row(std::size_t row, const Error& error) {
  return Value(Value::Map{{"row", Value(static_cast<std::int64_t>(row))},
                          {"reason", Value(error.reason)},
                          {"subject", Value(error.subject)},
                          {"message", Value(error.message)}});
}

}  // namespace

Status decide(Turn& turn, const AgentName& actor, const ImportContacts& command) {
  if (!actor.empty()) {
    return fail(refused("not_an_agents", "agents do not import contacts", {},
                        "send it from the business's own systems"));
  }
  const std::size_t most = turn.options.limits.contacts_per_import;
  if (command.contacts.size() > most) {
    return fail({ErrorCode::limit, "too_many_contacts", "too many contacts in one import",
                 "contacts", fmt::format("send at most {} at a time", most)});
  }
  std::int64_t created = 0;
  std::int64_t changed = 0;
  std::int64_t unchanged = 0;
  Value::List refusals;
  for (std::size_t i = 0; i < command.contacts.size(); ++i) {
    const ContactRow& row = command.contacts[i];
    const auto done =
        upsert_contact(turn, {row.name, row.locale, row.addresses, row.attributes, {}}, {});
    if (!done) {
      refusals.push_back(refused_row(i, done.error()));
      continue;
    }
    created += done->what == Upserted::What::created ? 1 : 0;
    changed += done->what == Upserted::What::changed ? 1 : 0;
    unchanged += done->what == Upserted::What::unchanged ? 1 : 0;
  }
  turn.outcome.details = {
      {"created", Value(created)}, {"changed", Value(changed)}, {"unchanged", Value(unchanged)}};
  if (!refusals.empty()) turn.outcome.details["refused"] = Value(std::move(refusals));
  return {};
}

}  // namespace novelo
