// PanelBuilder: watches cases, queues and agents while a story goes on.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "novelo/testing/panel.hpp"
#include "testing/narrator.hpp"
#include "testing/reads.hpp"

namespace novelo::testing {

class PanelBuilder {
 public:
  // Ceilings of what a panel keeps; what is beyond them is counted.
  static constexpr std::size_t most_moments = 200;  // of one queue, of one case
  static constexpr std::size_t most_cases = 50;

  // The queues as they are at this time.
  void look(const Reads& reads, const Configuration& configuration, const Narrator& narrator,
            Timestamp at);
  // What there is in the end. `only`: the cases of this conversation alone.
  Panel finish(const Reads& reads, const Configuration& configuration, const Narrator& narrator,
               std::optional<ConversationId> only = std::nullopt) const;

 private:
  std::map<QueueName, PanelQueue> queues_;
};

}  // namespace novelo::testing
