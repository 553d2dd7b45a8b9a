#include "novelo/recorder.hpp"

#include <cstdio>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "codec/json.hpp"
#include "novelo/base/digest.hpp"
#include "novelo/json.hpp"
#include "recorder/call_spec.hpp"
#include "recorder/exact.hpp"

namespace novelo {
namespace {

using nlohmann::json;
using recording::CallSpec;
using recording::OpenSpec;
using recording::OptionsSpec;
using recording::Secrets;
using recording::Texts;

constexpr std::string_view tail = "\n]\n}\n";
constexpr const char* left_out = "left out of this recording";  // long enough for a tenant's secret
constexpr Duration longest_jump = std::chrono::hours(24 * 36'500);  // what a duration can say

OptionsSpec options_of(const EngineOptions& options) {
  OptionsSpec spec;
  spec.tenant = options.tenant.text();
  if (options.time_jump != EngineOptions{}.time_jump) {
    spec.time_jump = std::min(options.time_jump, longest_jump);
  }
  if (options.limits != Limits{}) spec.limits = options.limits;
  return spec;
}

Secrets secrets_of(const EngineOptions& options, bool written) {
  Secrets secrets;
  for (const auto& [connection, named] : options.secrets) {
    for (const auto& [name, texts] : named) {
      Texts& out = secrets[connection.text()][name];
      for (const Secret& secret : texts) {
        out.emplace_back(written ? std::string(secret.reveal()) : left_out);
      }
    }
  }
  return secrets;
}

std::string line_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

class Recorder::Body {
 public:
  Body(std::FILE* file, std::string path, RecordingOptions options)
      : file_(file), path_(std::move(path)), options_(std::move(options)) {}
  ~Body() { std::fclose(file_); }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  void take(const EngineCall& call);
  Status finish(Store& store);
  const std::optional<Error>& stopped() const { return stopped_; }

 private:
  void begin(const EngineCall& call, const OpenCall& open);
  OpenSpec changes(const OpenCall& open);
  void step(Timestamp at, const CallSpec& spec, std::string_view store = {});
  bool write(const std::string& text);
  void stop(Error error);

  std::FILE* file_;
  std::string path_;
  RecordingOptions options_;
  std::optional<Error> stopped_;
  bool begun_ = false;
  bool finished_ = false;
  std::uint64_t steps_ = 0;
  std::uint64_t end_ = 0;  // of the last step: behind it stands the tail
  std::uint64_t tenant_ = 0;
  Timestamp last_{};
  OptionsSpec spec_;
  Secrets secrets_;
  std::string tenant_secret_;
};

void Recorder::Body::stop(Error error) {
  if (!stopped_) stopped_ = std::move(error);
}

// Puts a text behind the last step, and the tail behind that.
bool Recorder::Body::write(const std::string& text) {
  if (end_ + text.size() + tail.size() > options_.most_bytes) {
    stop({ErrorCode::limit, "full",
          fmt::format("The recording would be longer than {} bytes.", options_.most_bytes), path_,
          "Record a shorter part, or allow more."});
    return false;
  }
  const std::string whole = text + std::string(tail);
  const bool written = std::fseek(file_, static_cast<long>(end_), SEEK_SET) == 0 &&
                       std::fwrite(whole.data(), 1, whole.size(), file_) == whole.size() &&
                       std::fflush(file_) == 0;
  if (!written) {
    stop({ErrorCode::storage, "io", "The recording could not be written.", path_,
          "Make room on the disk, and record again."});
    return false;
  }
  end_ += text.size();
  return true;
}

void Recorder::Body::begin(const EngineCall& call, const OpenCall& open) {
  if (!open.fresh) {
    return stop({ErrorCode::conflict, "not_from_the_beginning",
                 "The store had rows of this tenant before the recording began.", path_,
                 "Record from the tenant's first engine on, with an empty store."});
  }
  begun_ = true;
  tenant_ = open.tenant;
  spec_ = options_of(*open.options);
  secrets_ = secrets_of(*open.options, options_.secrets);
  tenant_secret_ =
      options_.secrets ? std::string(open.options->tenant_secret.reveal()) : std::string(left_out);
  std::string head = fmt::format("{{\n\"journey\": {},\n\"start\": {},\n", line_of(options_.name),
                                 line_of(to_string(call.now)));
  if (!options_.zone.empty()) head += fmt::format("\"zone\": {},\n", line_of(options_.zone));
  if (!options_.secrets) head += "\"verification\": \"recorded\",\n";
  head += fmt::format("\"tenant_secret\": {},\n\"secrets\": {},\n\"options\": {},\n\"steps\": [",
                      line_of(tenant_secret_), line_of(codec::write_json(secrets_)),
                      line_of(codec::write_json(spec_)));
  write(head);
}

// What the engine that is opened now has other than the one before.
OpenSpec Recorder::Body::changes(const OpenCall& open) {
  OpenSpec changes;
  tenant_ = open.tenant;
  if (OptionsSpec spec = options_of(*open.options); spec != spec_) {
    changes.options = spec_ = std::move(spec);
  }
  if (Secrets secrets = secrets_of(*open.options, options_.secrets); secrets != secrets_) {
    changes.secrets = secrets_ = std::move(secrets);
  }
  const std::string_view secret = open.options->tenant_secret.reveal();
  if (options_.secrets && secret != tenant_secret_) {
    changes.tenant_secret = tenant_secret_ = std::string(secret);
  }
  return changes;
}

void Recorder::Body::step(Timestamp at, const CallSpec& spec, std::string_view store) {
  json step{{"at", to_string(at)}, {"call", codec::write_json(spec)}};
  if (!store.empty()) step["expect"] = {{"store", std::string(store)}};
  if (write((steps_ == 0 ? "\n" : ",\n") + line_of(step))) ++steps_;
}

void Recorder::Body::take(const EngineCall& call) {
  if (stopped_ || finished_) return;
  const auto* open = std::get_if<OpenCall>(&call.what);
  if (!begun_) {
    if (open == nullptr) {
      return stop({ErrorCode::conflict, "not_from_the_beginning",
                   "The engine was open before the recording began.", path_,
                   "Give the observer to Engine::open."});
    }
    last_ = call.now;
    return begin(call, *open);
  }
  CallSpec spec = recording::spec_of(call);
  if (open != nullptr) spec.open = changes(*open);
  if (!options_.secrets) {
    for (auto& [id, digest] : spec.effects) digest.clear();  // tokens stand in them
  }
  last_ = call.now;
  step(call.now, spec);
}

Status Recorder::Body::finish(Store& store) {
  if (stopped_) return fail(*stopped_);
  if (!begun_ || finished_) return {};
  if (options_.secrets) {
    const auto digest = rows_digest(store, tenant_);
    if (!digest) return fail(digest.error());
    step(last_, {}, *digest);
  }
  finished_ = true;
  return stopped_ ? Status(fail(*stopped_)) : Status();
}

Recorder::Recorder(std::shared_ptr<Body> body) : body_(std::move(body)) {}
Recorder::Recorder(Recorder&&) noexcept = default;
Recorder& Recorder::operator=(Recorder&&) noexcept = default;
Recorder::~Recorder() = default;

Result<Recorder> Recorder::open(const std::string& file, RecordingOptions options) {
  std::FILE* const opened = std::fopen(file.c_str(), "wb");
  if (opened == nullptr) {
    return fail({ErrorCode::storage, "cannot_open", "The file cannot be written.", file,
                 "Name a file in a folder that is there and may be written to."});
  }
  return Recorder(std::make_shared<Body>(opened, file, std::move(options)));
}

std::function<void(const EngineCall&)> Recorder::observer() const {
  return [body = body_](const EngineCall& call) { body->take(call); };
}

Status Recorder::finish(Store& store) {
  return body_->finish(store);
}

Status Recorder::status() const {
  return body_->stopped() ? Status(fail(*body_->stopped())) : Status();
}

Result<std::string> rows_digest(Store& store, std::uint64_t tenant) {
  constexpr std::size_t page = 1000;
  const auto prefix = [](std::uint64_t number) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes += static_cast<char>((number >> shift) & 0xff);
    }
    return bytes;
  };
  const std::string first = prefix(tenant);
  const std::string end = prefix(tenant + 1);
  std::string digest;
  for (std::uint8_t table = 1; table <= table_count; ++table) {
    std::string from = first;
    while (true) {
      const auto rows = store.scan(static_cast<Table>(table), from, end, page, Order::ascending);
      if (!rows) return fail(rows.error());
      if (rows->empty()) break;
      std::string bytes = digest;
      for (const Row& row : *rows) {
        const std::string_view key = std::string_view(row.key).substr(first.size());
        bytes += fmt::format("{} {} {}\n", table, key.size(), row.value.size());
        bytes += key;
        bytes += row.value;
      }
      digest = sha256(bytes);
      if (rows->size() < page) break;
      from = rows->back().key + '\0';
    }
  }
  return to_hex(digest);
}

}  // namespace novelo
