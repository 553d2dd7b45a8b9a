// Recordings of what engines are asked.
#include <utility>

#include "guard.hpp"
#include "novelo/recorder.hpp"
#include "views.hpp"

using namespace novelo;
using abi::Access;
using abi::RecorderBox;

namespace {

Result<RecordingOptions> recording_options(const novelo_recorder_options* given) {
  const auto read = abi::sized_or_usual(given, "options");
  if (!read) return fail(read.error());
  RecordingOptions options;
  const auto name = abi::text_of(read->name, "options.name");
  if (!name) return fail(name.error());
  if (!name->empty()) options.name = *name;
  const auto zone = abi::text_of(read->zone, "options.zone");
  if (!zone) return fail(zone.error());
  options.zone = *zone;
  options.secrets = read->secrets != 0;
  if (read->most_bytes != 0) options.most_bytes = read->most_bytes;
  return options;
}

}  // namespace

novelo_status novelo_recorder_open(const char* path, size_t size,
                                   const novelo_recorder_options* options,
                                   novelo_recorder** recorder, novelo_error** error) {
  if (recorder != nullptr) *recorder = nullptr;
  return abi::guarded(error, [&]() -> Status {
    if (const auto there = abi::place_for(recorder, "recorder"); !there) return there;
    const auto file = abi::path_of(path, size, "path");
    if (!file) return fail(file.error());
    auto how = recording_options(options);
    if (!how) return fail(how.error());
    auto opened = Recorder::open(*file, std::move(*how));
    if (!opened) return fail(opened.error());
    auto box = std::make_unique<RecorderBox>();
    box->recording = std::make_shared<abi::Recording>(std::move(*opened));
    return abi::give(std::move(box), recorder);
  });
}

novelo_status novelo_recorder_finish(novelo_recorder* recorder, novelo_store* store,
                                     novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    const auto entered = abi::enter<RecorderBox>(recorder, Access::shared);
    if (!entered) return fail(entered.error());
    const auto rows = abi::enter<abi::StoreBox>(store, Access::alone);
    if (!rows) return fail(rows.error());
    abi::Recording& recording = *(*entered)->recording;
    const std::lock_guard guard(recording.lock);
    return recording.recorder.finish(*(*rows)->store);
  });
}

novelo_status novelo_recorder_status(novelo_recorder* recorder, novelo_error** error) {
  return abi::guarded(error, [&]() -> Status {
    const auto entered = abi::enter<RecorderBox>(recorder, Access::shared);
    if (!entered) return fail(entered.error());
    abi::Recording& recording = *(*entered)->recording;
    const std::lock_guard guard(recording.lock);
    return recording.recorder.status();
  });
}

novelo_status novelo_recorder_free(novelo_recorder* recorder) {
  return abi::free_box<RecorderBox>(recorder);
}
