#include "engine/bounds.hpp"

#include "codec/border_fields.hpp"
#include "codec/bounds.hpp"

namespace novelo {

namespace {

template <class T>
Status check(const T& object, const codec::Ceilings& ceilings) {
  if (auto fault = codec::check_bounds(object, ceilings)) return fail(std::move(*fault));
  return {};
}

codec::Ceilings ceilings_of(const Limits& limits) {
  return {limits.text_bytes, limits.value_depth, limits.input_bytes};
}

// What a provider sends passes through the adapter: all of it is as long as a request may be.
codec::Ceilings request_ceilings(const Limits& limits) {
  return {limits.request_bytes, limits.value_depth, limits.request_bytes};
}

Status check_input(const Command& command, const Limits& limits) {
  if (const auto* load = std::get_if<LoadConfiguration>(&command.body)) {
    const std::size_t most = limits.configuration_bytes;
    return check(*load, {most, limits.value_depth, most});
  }
  return std::visit([&](const auto& body) { return check(body, ceilings_of(limits)); },
                    command.body);
}

Status check_input(const DecodedEvent& event, const Limits& limits) {
  return std::visit([&](const auto& what) { return check(what, request_ceilings(limits)); },
                    event.event);
}

Status check_input(const SettleEffect& settle, const Limits& limits) {
  if (const auto* reply = std::get_if<TransportReply>(&settle.settlement)) {
    return check(*reply, request_ceilings(limits));
  }
  if (const auto* done = std::get_if<Done>(&settle.settlement)) {
    return check(*done, ceilings_of(limits));
  }
  return check(std::get<Failed>(settle.settlement), ceilings_of(limits));
}

}  // namespace

Status check_size(const Value::Map& all, std::string_view subject, const Limits& limits) {
  const std::size_t most = limits.fields_bytes;
  codec::Bounds bounds({most, limits.value_depth, most});
  bounds(subject, all);
  return bounds.fault() ? Status(fail(*bounds.fault())) : Status{};
}

Status check_bounds(const Input& input, const Limits& limits) {
  return std::visit([&](const auto& what) { return check_input(what, limits); }, input);
}

}  // namespace novelo
