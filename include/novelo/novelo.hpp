// The engine and what it needs; README.md has the reading order. Adapters, stores, the JSON form
// and testing are included by name.
#pragma once

#include "novelo/engine.hpp"

#include "novelo/base/error.hpp"
#include "novelo/base/ids.hpp"
#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/secret.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"

#include "novelo/model/callback.hpp"
#include "novelo/model/case.hpp"
#include "novelo/model/channel.hpp"
#include "novelo/model/command.hpp"
#include "novelo/model/contact.hpp"
#include "novelo/model/content.hpp"
#include "novelo/model/conversation.hpp"
#include "novelo/model/effect.hpp"
#include "novelo/model/entry.hpp"
#include "novelo/model/interaction.hpp"
#include "novelo/model/survey.hpp"

#include "novelo/case.hpp"
#include "novelo/config/configuration.hpp"
#include "novelo/contact.hpp"
#include "novelo/conversation.hpp"
#include "novelo/inspection.hpp"
#include "novelo/query.hpp"
#include "novelo/runner.hpp"
#include "novelo/sql_views.hpp"

#include "novelo/channel_adapter.hpp"
#include "novelo/flow_engine.hpp"
#include "novelo/published_view.hpp"
#include "novelo/router.hpp"
#include "novelo/store.hpp"
