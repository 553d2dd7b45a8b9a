// Journeys: a file is read, or refused with the place of its fault; what was read and is short is
// played on a store in memory, to its end.
#include <cstdint>

#include "fuzz/asserts.hpp"
#include "fuzz/checks.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/journey.hpp"
#include "support/clinic.hpp"

namespace novelo::fuzz {
namespace {

constexpr std::size_t most_steps = 12;
// A folder with nothing in it that a journey could name.
constexpr const char* nowhere = "/nonexistent/journeys";

void run(std::string_view text) {
  const auto journey = testing::Journey::parse(text, nowhere);
  if (!journey) return must_be_told(journey.error());
  if (journey->steps() > most_steps) return;
  MemoryStore store;
  const auto report =
      testing::play(*journey, clinic::adapters(), [&] { return Result<Store*>(&store); }, {});
  if (!report) return must_be_told(report.error());
  must(report->steps.size() == journey->steps(), "every step is reported");
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  novelo::fuzz::run(novelo::fuzz::text_of({data, size}));
  return 0;
}
