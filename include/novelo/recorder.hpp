// Recorder: what an engine is asked, written down as a journey that gives the same again, byte for
// byte. The way to report a fault: record, send the file, and whoever has it sees what you saw.
//
//   Recorder recorder = Recorder::open("fault.json", {.name = "Tuesday"}).value();
//   options.on_call = recorder.observer();
//   Engine engine = Engine::open(store, adapters, options, now).value();
//   ...
//   recorder.finish(store);   // the last step: what the store must hold
//
//   novelo play fault.json
//
// A recording begins with the tenant's first engine, on a store that has nothing of it, and goes on
// over every engine that is opened after it with the same observer. The file is a whole journey
// after every call; a call that was being written when the process died is the last line, and can
// be cut off (docs/journeys.md, Recording).
//
// It holds what people said, their numbers and addresses: treat it as the store itself. Secrets are
// written only where `secrets` says so.
//
// A call costs its text in the file, written before the call returns to the host. A fault of the
// disk, or a file that is full, ends the recording and never the engine: see `status`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "novelo/base/result.hpp"
#include "novelo/engine.hpp"
#include "novelo/store.hpp"

namespace novelo {

struct RecordingOptions {
  std::string name = "A recording";
  std::string zone;  // by whose clock it is told; empty: the configuration's
  // Writes the secrets of EngineOptions as they are: whoever has the file can forge signatures and
  // tokens. Without them the replay takes over what the adapters said of each request, and its
  // tokens are others: what came by a token goes elsewhere, and nothing is held against the store.
  bool secrets = false;
  std::uint64_t most_bytes = 64 * 1024 * 1024;  // what a journey may have: the rest is not recorded
};

class Recorder {
 public:
  // Makes the file, or empties the one that is there. Fails with `storage` ("cannot_open").
  static Result<Recorder> open(const std::string& file, RecordingOptions options);

  Recorder(Recorder&&) noexcept;
  Recorder& operator=(Recorder&&) noexcept;
  ~Recorder();

  // For EngineOptions::on_call, of one engine at a time. May be copied, and may outlive this.
  std::function<void(const EngineCall&)> observer() const;

  // The last step: the store must then hold exactly these rows. Reads all of the tenant's; call it
  // between two calls of the engine. Nothing is recorded after it. Fails as `status`, or with what
  // the store says.
  Status finish(Store& store);

  // Why nothing more is recorded: `conflict` ("not_from_the_beginning"), `limit` ("full": what was
  // written until then is whole), `storage` ("io").
  Status status() const;

 private:
  class Body;
  explicit Recorder(std::shared_ptr<Body> body);
  std::shared_ptr<Body> body_;
};

// A digest of every row of a tenant, by OpenCall::tenant. Equal digests: equal rows.
Result<std::string> rows_digest(Store& store, std::uint64_t tenant);

}  // namespace novelo
