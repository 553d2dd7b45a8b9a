#include "runner/job.hpp"

#include <algorithm>
#include <cstdint>

#include "codec/border_fields.hpp"
#include "codec/bounds.hpp"

namespace novelo {

namespace {

// Deeper nothing is measured, and what is not measured does not come in.
constexpr std::size_t deepest = 256;

struct Bytes {
  std::optional<Error>& too_deep;

  std::size_t bytes_in(const auto& object) const {
    codec::Bounds bounds({SIZE_MAX, deepest, SIZE_MAX});
    fields(bounds, object);
    if (bounds.fault()) too_deep = bounds.fault();
    return bounds.bytes();
  }
  std::size_t operator()(const Command& command) const {
    return command.id.size() +
           std::visit([this](const auto& body) { return bytes_in(body); }, command.body);
  }
  std::size_t operator()(const DecodedEvent& event) const {
    return std::visit([this](const auto& what) { return bytes_in(what); }, event.event);
  }
  std::size_t operator()(const SettleEffect& settle) const {
    return std::visit([this](const auto& what) { return bytes_in(what); }, settle.settlement);
  }
  std::size_t operator()(const Request& request) const {
    std::size_t bytes = request.method.size() + request.url.size() + request.body.size();
    for (const Header& header : request.headers) bytes += header.name.size() + header.value.size();
    return bytes;
  }
  std::size_t operator()(const RunnerJob::One& one) const {
    return sizeof(RunnerJob) + std::visit(*this, one.input);
  }
  std::size_t operator()(const RunnerJob::Many& many) const {
    std::size_t bytes = sizeof(RunnerJob) + many.inputs.size() * sizeof(Input);
    for (const Input& input : many.inputs) bytes += std::visit(*this, input);
    return bytes;
  }
  std::size_t operator()(const RunnerJob::Incoming& incoming) const {
    return sizeof(RunnerJob) + (*this)(incoming.request);
  }
  std::size_t operator()(const auto&) const { return sizeof(RunnerJob); }
};

}  // namespace

RunnerJob::RunnerJob(Work what, Runner::Deadline by) : work(std::move(what)), deadline(by) {
  const auto settles = [](const Input& input) {
    return std::holds_alternative<SettleEffect>(input);
  };
  const One* const one = std::get_if<One>(&work);
  const Many* const many = std::get_if<Many>(&work);
  inputs = many != nullptr ? many->inputs.size() : 1;
  bytes = std::visit(Bytes{too_deep}, work);
  settlement = (one != nullptr && settles(one->input)) ||
               (many != nullptr && !many->inputs.empty() &&
                std::all_of(many->inputs.begin(), many->inputs.end(), settles));
}

}  // namespace novelo
