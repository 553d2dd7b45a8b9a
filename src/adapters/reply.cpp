#include "adapters/reply.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "adapters/text.hpp"

namespace novelo {
namespace {

constexpr std::int64_t day_seconds = 86'400;

}  // namespace

Duration retry_after(const TransportReply& reply) {
  for (const Header& header : reply.headers) {
    if (to_lower(header.name) != "retry-after" || !all_digits(header.value)) continue;
    const char* const begin = header.value.data();
    std::int64_t seconds = 0;
    const auto read = std::from_chars(begin, begin + header.value.size(), seconds);
    if (read.ec != std::errc()) seconds = day_seconds;
    return std::chrono::seconds(std::min(seconds, day_seconds));
  }
  return {};
}

SendErrorClass class_of_status(int status) {
  if (status == 429) return SendErrorClass::throttled;
  if (status == 401 || status == 403) return SendErrorClass::authentication;
  if (status == 408 || status == 425 || status >= 500) return SendErrorClass::retry;
  return SendErrorClass::permanent;
}

SendOutcome outcome_of_error(SendError error, Duration retry_after) {
  SendOutcome outcome;
  const bool passing =
      error.error == SendErrorClass::retry || error.error == SendErrorClass::throttled;
  outcome.kind = passing ? SendOutcome::Kind::retry : SendOutcome::Kind::failed;
  outcome.error = std::move(error);
  if (passing) outcome.retry_after = retry_after;
  return outcome;
}

SendOutcome outcome_of_status(const TransportReply& reply) {
  SendError error{SendErrorClass::retry, fmt::format("http_{}", reply.status), ""};
  const bool unread = reply.status < 300 || reply.status == 502 || reply.status == 504;
  if (unread) {
    SendOutcome outcome;
    outcome.kind = SendOutcome::Kind::uncertain;
    error.title = reply.status == 0 ? "no answer" : "an answer that tells nothing";
    outcome.error = std::move(error);
    return outcome;
  }
  error.error = class_of_status(reply.status);
  return outcome_of_error(std::move(error), retry_after(reply));
}

}  // namespace novelo
