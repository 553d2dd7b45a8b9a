// The channel adapters that this library was built with, by name.
#pragma once

#include <string_view>
#include <vector>

#include "novelo/channel_adapter.hpp"

namespace novelo::abi {

// They keep nothing: one of each serves every engine.
std::vector<const ChannelAdapter*> all_adapters();

// nullptr when there is none of that name.
const ChannelAdapter* adapter_named(std::string_view name);

}  // namespace novelo::abi
