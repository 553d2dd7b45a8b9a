// Everything a desk has that the parent can know of, read through Query.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "novelo/query.hpp"

namespace novelo::kill {

struct Picture {
  std::uint64_t configuration = 0;
  std::vector<ConversationRecord> conversations;
  std::map<ConversationId, std::vector<Entry>> timelines;
  std::vector<Note> notes;
  std::vector<Closure> closures;
  std::map<CaseId, CaseRecord> cases;
  std::set<EffectId> unsettled;
};

// An error is what Query says: a sound store can always be read.
Result<Picture> read_picture(const Query& query);

}  // namespace novelo::kill
