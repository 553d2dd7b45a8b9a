#include "testing/simulator/broken.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "novelo/testing/provider.hpp"

namespace novelo::testing {
namespace {

using Json = nlohmann::json;

constexpr std::size_t a_lot = 20'000;         // bytes that are read
constexpr std::size_t far_too_much = 60'000;  // more than low_limits() takes

// One that anybody could be: no text, half a character, marks that turn a line round, an end.
std::string_view hostile(Chance& chance) {
  using namespace std::string_view_literals;
  return chance.one_of({"\xED\xA0\x80"sv, "\xC0\xAF"sv, "\xFF\xFE"sv, "\xE2\x80\xAE"sv,
                        "\xEF\xBB\xBF"sv, "\\u0000"sv, "\\uD800"sv, "%00%C3"sv,
                        "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9"sv, "\0"sv, "\r\n.\r\n"sv});
}

void insert(std::string& body, std::string_view what, Chance& chance) {
  body.insert(chance.below(body.size() + 1), what);
}

void collect(Json& node, std::vector<Json*>& nodes) {
  nodes.push_back(&node);
  if (!node.is_structured()) return;
  for (Json& child : node) collect(child, nodes);
}

Json nest(std::size_t depth) {
  Json inner = Json::array();
  for (std::size_t i = 0; i < depth; ++i) {
    Json outer = Json::array();
    outer.push_back(std::move(inner));
    inner = std::move(outer);
  }
  return inner;
}

Json other_value(Chance& chance) {
  switch (chance.below(10)) {
    case 0: return nullptr;
    case 1: return true;
    case 2: return -1;
    case 3: return 1e308;
    case 4: return "";
    case 5: return Json::array();
    case 6: return Json::object();
    case 7: return Json::array({Json::object()});
    case 8: return nest(70);
    default: return std::string(a_lot / 10, 'x');
  }
}

// Somewhere in it stands something else, or nothing; of what is no JSON some bytes are lost.
void alter(std::string& body, Chance& chance) {
  Json document = Json::parse(body, nullptr, false);
  if (document.is_discarded()) {
    const std::size_t at = chance.below(body.size() + 1);
    body.erase(at, 1 + chance.below(12));
    return;
  }
  std::vector<Json*> nodes;
  collect(document, nodes);
  Json& node = **chance.pick(nodes);
  if (node.is_object() && !node.empty() && chance.percent(40)) {
    node.erase(std::next(node.begin(), static_cast<std::ptrdiff_t>(chance.below(node.size()))));
  } else {
    node = other_value(chance);
  }
  body = document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// As deep as a body may be made with a few bytes a level.
std::string deep(const std::string& body, Chance& chance) {
  const std::size_t levels = 50 + chance.below(4000);
  if (!body.empty() && body.front() == '{') {
    std::string text = R"({"object":"whatsapp_business_account","entry":)";
    text += std::string(levels, '[');
    if (chance.percent(70)) text += std::string(levels, ']') + "}";
    return text;
  }
  std::string text = body.substr(0, body.find("Content-Type:"));
  for (std::size_t level = 0; level < std::min<std::size_t>(levels, 60); ++level) {
    const std::string mark = "b" + std::to_string(level);
    text += "Content-Type: multipart/mixed; boundary=" + mark + "\r\n\r\n--" + mark + "\r\n";
  }
  return text;
}

void forge(Request& request, const Connection& connection, Chance& chance) {
  sign(request, connection);
  if (request.headers.empty() || chance.percent(30)) {
    request.headers.clear();
    return;
  }
  std::string& signature = request.headers.back().value;
  if (chance.percent(30)) {
    signature.clear();
  } else {
    char& sign = signature[signature.size() - 1 - chance.below(signature.size() / 2)];
    sign = sign == 'a' ? 'b' : 'a';
  }
}

}  // namespace

Broken break_payload(const Request& whole, const Connection& connection, bool altered,
                     Chance& chance) {
  Broken broken{whole, true};
  Request& request = broken.request;
  // Without its signature: the last of its headers.
  if (!request.headers.empty()) request.headers.pop_back();
  switch (chance.below(altered ? 12 : 4)) {
    case 0:
    case 1:
      forge(request, connection, chance);
      broken.genuine = false;
      return broken;
    case 2: request.body = request.body.substr(0, chance.below(request.body.size())); break;
    case 3: request.body = deep(request.body, chance); break;
    case 4: insert(request.body, hostile(chance), chance); break;
    case 5: insert(request.body, std::string(a_lot, chance.one_of({'a', '{', '"'})), chance); break;
    case 6:
      if (chance.percent(20)) insert(request.body, std::string(far_too_much, ' '), chance);
      insert(request.body, hostile(chance), chance);
      break;
    default: alter(request.body, chance);
  }
  sign(request, connection);
  return broken;
}

}  // namespace novelo::testing
