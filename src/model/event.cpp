#include "novelo/model/event.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<DeliveryStatus, 11> delivery_statuses{{
    {DeliveryStatus::none, "none"},
    {DeliveryStatus::pending, "pending"},
    {DeliveryStatus::accepted, "accepted"},
    {DeliveryStatus::sent, "sent"},
    {DeliveryStatus::delivered, "delivered"},
    {DeliveryStatus::read, "read"},
    {DeliveryStatus::played, "played"},
    {DeliveryStatus::failed, "failed"},
    {DeliveryStatus::withdrawn, "withdrawn"},
    {DeliveryStatus::refused, "refused"},
    {DeliveryStatus::held, "held"},
}};

constexpr EnumNames<SendErrorClass, 9> send_error_classes{{
    {SendErrorClass::none, "none"},
    {SendErrorClass::retry, "retry"},
    {SendErrorClass::throttled, "throttled"},
    {SendErrorClass::permanent, "permanent"},
    {SendErrorClass::window_closed, "window_closed"},
    {SendErrorClass::opted_out, "opted_out"},
    {SendErrorClass::bad_address, "bad_address"},
    {SendErrorClass::bad_template, "bad_template"},
    {SendErrorClass::authentication, "authentication"},
}};

}  // namespace

std::string_view to_string(DeliveryStatus status) {
  return name_of(delivery_statuses, status);
}

std::optional<DeliveryStatus> parse_delivery_status(std::string_view text) {
  return value_of(delivery_statuses, text);
}

std::string_view to_string(SendErrorClass error) {
  return name_of(send_error_classes, error);
}

}  // namespace novelo
