#include "boxes.hpp"

#include <nlohmann/json.hpp>

#include "novelo/json.hpp"
#include "views.hpp"

namespace novelo::abi {

ErrorBox::ErrorBox(Error from) : error(std::move(from)), info(info_of(error)) {}

void ItemsBox::finish() {
  views.reserve(items.size());
  for (const auto& [status, text] : items) views.push_back({status, view(text)});
}

void AnswerBox::fill(Response from, std::vector<EventOutcome> outcomes) {
  response = std::move(from);
  events = std::move(outcomes);
  headers = views_of(response.headers);
  this->view.struct_size = sizeof(novelo_response);
  this->view.status = response.status;
  this->view.headers = headers.data();
  this->view.header_count = headers.size();
  this->view.body = abi::view(response.body);
}

namespace {

novelo_outgoing outgoing(const TransportRequest& request,
                         const std::vector<novelo_header>& headers) {
  novelo_outgoing out{};
  out.struct_size = sizeof(out);
  out.method = view(request.method);
  out.url = view(request.url);
  out.headers = headers.data();
  out.header_count = headers.size();
  out.body = view(request.body);
  switch (request.authorization.kind) {
    case Authorization::Kind::none: out.authorization = NOVELO_AUTHORIZE_NONE; break;
    case Authorization::Kind::bearer: out.authorization = NOVELO_AUTHORIZE_BEARER; break;
    case Authorization::Kind::basic: out.authorization = NOVELO_AUTHORIZE_BASIC; break;
  }
  out.user = view(request.authorization.user);
  out.secret = view(request.authorization.secret);
  out.idempotency_key = view(request.idempotency_key);
  return out;
}

// Of a list that is rarely there.
std::string warnings_json(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return "[]";
  Value::List list;
  for (const std::string& warning : warnings) list.emplace_back(warning);
  return to_json(Value(std::move(list))).dump();
}

}  // namespace

void HandoutsBox::fill(std::vector<Handout> from) {
  handouts = std::move(from);
  const std::size_t count = handouts.size();
  // Views point into these: none may grow afterwards.
  bodies.reserve(count);
  warnings.reserve(count);
  headers.reserve(count);
  requests.reserve(count);
  views.reserve(count);
  for (const Handout& handout : handouts) {
    bodies.push_back(to_json(Value(handout.body)).dump());
    warnings.push_back(warnings_json(handout.warnings));
    novelo_handout out{};
    out.struct_size = sizeof(out);
    out.id = handout.id.value();
    out.kind = static_cast<std::int32_t>(handout.kind);
    out.attempt = handout.attempt;
    out.maybe_done = handout.maybe_done ? 1 : 0;
    if (handout.request) {
      headers.push_back(views_of(handout.request->headers));
      requests.push_back(outgoing(*handout.request, headers.back()));
      out.request = &requests.back();
    }
    out.connection = view(handout.connection.text());
    out.agent = view(handout.agent.text());
    out.body = view(bodies.back());
    out.warnings = view(warnings.back());
    views.push_back(out);
  }
  for (const novelo_handout& out : views) array.push_back(&out);
}

Result<EnteredEngine> EnteredEngine::enter(const novelo_engine* handle) {
  auto engine = abi::enter<EngineBox>(handle, Access::alone);
  if (!engine) return fail(engine.error());
  auto store = abi::enter<StoreBox>((*engine)->store, Access::alone);
  if (!store) return fail(store.error());
  return EnteredEngine(std::move(*engine), std::move(*store));
}

}  // namespace novelo::abi
