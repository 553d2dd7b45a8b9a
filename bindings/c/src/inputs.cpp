#include "inputs.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "novelo/json.hpp"

namespace novelo::abi {

Status check_text(std::string_view text, const Limits& limits) {
  const std::size_t longest = limits.configuration_bytes + limits.input_bytes;
  if (text.size() <= longest) return {};
  return fail({ErrorCode::limit,
               "too_large",
               fmt::format("The text has {} bytes.", text.size()),
               {},
               fmt::format("Give at most {}.", longest)});
}

Status check_count(std::size_t count, const Limits& limits) {
  if (count <= limits.inputs_per_feed) return {};
  return fail({ErrorCode::limit,
               "too_many_inputs",
               "These are too many inputs for one call.",
               {},
               fmt::format("Feed at most {}.", limits.inputs_per_feed)});
}

Result<Input> input_from_text(std::string_view text, const Limits& limits) {
  if (const auto fits = check_text(text, limits); !fits) return fail(fits.error());
  const auto json = parse_json(text, limits.json_depth);
  if (!json) return fail(json.error());
  return input_from_json(*json);
}

std::vector<Input> take_readable(std::vector<Result<Input>>& inputs) {
  std::vector<Input> readable;
  readable.reserve(inputs.size());
  for (auto& input : inputs) {
    if (input) readable.push_back(std::move(*input));
  }
  return readable;
}

std::vector<Result<Outcome>> in_their_places(const std::vector<Result<Input>>& inputs,
                                             std::vector<Result<Outcome>> fed) {
  if (fed.size() == inputs.size()) return fed;
  std::vector<Result<Outcome>> outcomes;
  outcomes.reserve(inputs.size());
  auto next = fed.begin();
  for (const auto& input : inputs) {
    outcomes.push_back(input ? std::move(*next++) : fail(input.error()));
  }
  return outcomes;
}

Result<std::vector<Result<Outcome>>> feed_all(Engine& engine, std::vector<Result<Input>> inputs,
                                              Timestamp now) {
  const std::vector<Input> readable = take_readable(inputs);
  auto fed = engine.feed(readable, now);
  if (!fed) return fed;
  return in_their_places(inputs, std::move(*fed));
}

}  // namespace novelo::abi
