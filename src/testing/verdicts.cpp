#include "testing/verdicts.hpp"

namespace novelo::testing {

std::string_view RecordedVerdict::name() const {
  return inner_->name();
}
Capabilities RecordedVerdict::capabilities(const Connection& connection) const {
  return inner_->capabilities(connection);
}
Status RecordedVerdict::check(const Connection& connection) const {
  return inner_->check(connection);
}

Status RecordedVerdict::verify(const Request&, const Connection&) const {
  if (refused_->empty()) return {};
  return fail({ErrorCode::unauthentic, *refused_, "it was not genuine when it was recorded",
               "signature", "record with secrets to have it verified"});
}

Result<Decoded> RecordedVerdict::decode(const Request& request,
                                        const Connection& connection) const {
  return inner_->decode(request, connection);
}
Result<Encoded> RecordedVerdict::encode(const Outbound& outbound,
                                        const Connection& connection) const {
  return inner_->encode(outbound, connection);
}
SendOutcome RecordedVerdict::read_reply(const Outbound& outbound, const TransportReply& reply,
                                        const Connection& connection) const {
  return inner_->read_reply(outbound, reply, connection);
}

}  // namespace novelo::testing
