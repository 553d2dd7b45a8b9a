#include "requests.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "inputs.hpp"
#include "novelo/json.hpp"
#include "views.hpp"

namespace novelo::abi {
namespace {

Result<Settlement> reply_of(const novelo_settlement& given) {
  TransportReply reply;
  reply.status = given.status;
  auto headers = headers_of(given.headers, given.header_count);
  if (!headers) return fail(headers.error());
  reply.headers = std::move(*headers);
  const auto body = text_of(given.body, "settlement.body");
  if (!body) return fail(body.error());
  reply.body = *body;
  return reply;
}

Result<Settlement> done_of(const novelo_settlement& given, const Limits& limits) {
  const auto text = text_of(given.answer, "settlement.answer");
  if (!text) return fail(text.error());
  if (text->empty()) return Done{};
  if (const auto fits = check_text(*text, limits); !fits) return fail(fits.error());
  const auto json = parse_json(*text, limits.json_depth);
  if (!json) return fail(json.error());
  auto value = value_from_json(*json);
  if (!value) return fail(value.error());
  return Done{std::move(*value)};
}

Result<Settlement> failed_of(const novelo_settlement& given) {
  Failed failed;
  const auto reason = text_of(given.reason, "settlement.reason");
  if (!reason) return fail(reason.error());
  failed.reason = *reason;
  const auto message = text_of(given.message, "settlement.message");
  if (!message) return fail(message.error());
  failed.message = *message;
  failed.retry = given.retry != 0;
  return failed;
}

Result<Input> settlement_of(const novelo_settlement& given, const Limits& limits) {
  const auto read = [&]() -> Result<Settlement> {
    switch (given.kind) {
      case NOVELO_REPLY: return reply_of(given);
      case NOVELO_DONE: return done_of(given, limits);
      case NOVELO_FAILED: return failed_of(given);
      default:
        return fail(invalid("unknown_kind", "There is no such kind of settlement.",
                            "settlement.kind", "Give NOVELO_REPLY, NOVELO_DONE or NOVELO_FAILED."));
    }
  };
  auto settlement = read();
  if (!settlement) return fail(settlement.error());
  return SettleEffect{EffectId(given.effect), std::move(*settlement)};
}

// The elements of an array of sized structs: the first one says how far it is to the next.
Result<std::vector<novelo_settlement>> elements_of(const novelo_settlement* given,
                                                   std::size_t count) {
  if (const auto there = array_of(given, count, "settlements"); !there) {
    return fail(there.error());
  }
  std::vector<novelo_settlement> list;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(given);
  const std::size_t step = count == 0 ? 0 : given->struct_size;
  for (std::size_t i = 0; i < count; ++i) {
    const auto* const element = reinterpret_cast<const novelo_settlement*>(bytes + i * step);
    // Before it is read: a size of its own might reach out of the array.
    if (element->struct_size != step) {
      return fail(invalid("struct_size", "The elements do not all have one size.", "settlements",
                          "Set struct_size in each of them."));
    }
    const auto read = sized(element, "settlements");
    if (!read) return fail(read.error());
    list.push_back(*read);
  }
  return list;
}

}  // namespace

Result<Request> request_of(const novelo_request* given) {
  const auto read = sized(given, "request");
  if (!read) return fail(read.error());
  Request request;
  const auto method = text_of(read->method, "request.method");
  if (!method) return fail(method.error());
  if (!method->empty()) request.method = *method;
  const auto url = text_of(read->url, "request.url");
  if (!url) return fail(url.error());
  request.url = *url;
  auto headers = headers_of(read->headers, read->header_count);
  if (!headers) return fail(headers.error());
  request.headers = std::move(*headers);
  const auto body = text_of(read->body, "request.body");
  if (!body) return fail(body.error());
  request.body = *body;
  return request;
}

Result<std::vector<Result<Input>>> settlements_of(const novelo_settlement* given, std::size_t count,
                                                  const Limits& limits) {
  const auto elements = elements_of(given, count);
  if (!elements) return fail(elements.error());
  std::vector<Result<Input>> list;
  list.reserve(count);
  for (const novelo_settlement& element : *elements) {
    list.push_back(settlement_of(element, limits));
  }
  return list;
}

}  // namespace novelo::abi
