// Contacts: made and completed by whoever knows them: a command, an import, the answer of another
// system.
#pragma once

#include <string>

#include "engine/turn.hpp"

namespace novelo {

struct Upserted {
  enum class What : std::uint8_t { created, changed, unchanged };
  ContactId contact;
  What what = What::unchanged;
};
// Why it would be refused.
Status check_upsert(Turn& turn, const UpsertContact& contact);
// All of it, or nothing and why.
Result<Upserted> upsert_contact(Turn& turn, const UpsertContact& contact, const Author& by);
// Who of those at an address, in its plain form, may go by this name; none when nobody.
ContactId named_at(Turn& turn, const std::string& name, const Address& plain);
// Made for an address that nobody knew. Whoever stands for several people at one address has none,
// and whom another system knows is no stranger.
bool is_stranger(Turn& turn, ContactId contact);

}  // namespace novelo
