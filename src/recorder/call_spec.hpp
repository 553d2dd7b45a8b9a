// Calls of an engine as a recording has them, and their members' lists: a journey reads the same.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "novelo/base/limits.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "recorder/limits_fields.hpp"

namespace novelo::recording {

using Texts = std::vector<std::string>;
using Values = std::vector<Value>;

// A provider's request, byte for byte.
struct ExactRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // in their order, repeats too
  std::string body;
  std::string body_b64;  // where the body is no UTF-8
  std::string bytes;     // instead of all that, where anything else is none

  friend bool operator==(const ExactRequest&, const ExactRequest&) = default;
};

using Secrets = std::map<std::string, std::map<std::string, Texts>>;

// Options of the engine that change what is decided.
struct OptionsSpec {
  std::string tenant;
  std::optional<Duration> time_jump;
  std::optional<Limits> limits;

  friend bool operator==(const OptionsSpec&, const OptionsSpec&) = default;
};

// The engine is closed and opened again; what is given here is other than before.
struct OpenSpec {
  std::optional<OptionsSpec> options;
  std::optional<Secrets> secrets;
  std::optional<std::string> tenant_secret;

  friend bool operator==(const OpenSpec&, const OpenSpec&) = default;
};

// One call of the engine, exactly as it was made (recorder/exact.hpp).
struct CallSpec {
  std::optional<ExactRequest> receive;
  std::optional<Values> feed;
  bool feed_time = false;
  std::optional<std::uint64_t> poll;
  std::optional<OpenSpec> open;
  std::map<std::string, std::string> effects;  // of `poll`: id -> digest
  Value refused;  // {"code", "reason"}; of `feed` a list of them, null for what was taken

  friend bool operator==(const CallSpec&, const CallSpec&) = default;
};

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, ExactRequest>
void fields(V& v, X& x) {
  v("method", x.method);
  v("url", x.url);
  v("headers", x.headers);
  v("body", x.body);
  v("body_b64", x.body_b64);
  v("bytes", x.bytes);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, OptionsSpec>
void fields(V& v, X& x) {
  v("tenant", x.tenant);
  v("time_jump", x.time_jump);
  v("limits", x.limits);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, OpenSpec>
void fields(V& v, X& x) {
  v("options", x.options);
  v("secrets", x.secrets);
  v("tenant_secret", x.tenant_secret);
}

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CallSpec>
void fields(V& v, X& x) {
  v("receive", x.receive);
  v("feed", x.feed);
  v("feed_time", x.feed_time);
  v("poll", x.poll);
  v("open", x.open);
  v("effects", x.effects);
  v("refused", x.refused);
}

}  // namespace novelo::recording
