from bfc_tenancy._pb.bfc.tenancy.v1 import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Plan(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_UNSPECIFIED: _ClassVar[Plan]
    PLAN_STARTER: _ClassVar[Plan]
    PLAN_PROFESSIONAL: _ClassVar[Plan]
    PLAN_ENTERPRISE: _ClassVar[Plan]
    PLAN_CUSTOM: _ClassVar[Plan]

class BillingCycle(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BILLING_CYCLE_UNSPECIFIED: _ClassVar[BillingCycle]
    BILLING_CYCLE_MONTHLY: _ClassVar[BillingCycle]
    BILLING_CYCLE_YEARLY: _ClassVar[BillingCycle]

class SubscriptionStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBSCRIPTION_STATUS_UNSPECIFIED: _ClassVar[SubscriptionStatus]
    SUBSCRIPTION_STATUS_TRIAL: _ClassVar[SubscriptionStatus]
    SUBSCRIPTION_STATUS_ACTIVE: _ClassVar[SubscriptionStatus]
    SUBSCRIPTION_STATUS_PAST_DUE: _ClassVar[SubscriptionStatus]
    SUBSCRIPTION_STATUS_CANCELLED: _ClassVar[SubscriptionStatus]
    SUBSCRIPTION_STATUS_EXPIRED: _ClassVar[SubscriptionStatus]

class DowngradePolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DOWNGRADE_POLICY_UNSPECIFIED: _ClassVar[DowngradePolicy]
    DOWNGRADE_POLICY_REFUSE: _ClassVar[DowngradePolicy]
    DOWNGRADE_POLICY_SCHEDULE: _ClassVar[DowngradePolicy]

class ChangeEffect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANGE_EFFECT_UNSPECIFIED: _ClassVar[ChangeEffect]
    CHANGE_EFFECT_IMMEDIATE: _ClassVar[ChangeEffect]
    CHANGE_EFFECT_SCHEDULED: _ClassVar[ChangeEffect]
PLAN_UNSPECIFIED: Plan
PLAN_STARTER: Plan
PLAN_PROFESSIONAL: Plan
PLAN_ENTERPRISE: Plan
PLAN_CUSTOM: Plan
BILLING_CYCLE_UNSPECIFIED: BillingCycle
BILLING_CYCLE_MONTHLY: BillingCycle
BILLING_CYCLE_YEARLY: BillingCycle
SUBSCRIPTION_STATUS_UNSPECIFIED: SubscriptionStatus
SUBSCRIPTION_STATUS_TRIAL: SubscriptionStatus
SUBSCRIPTION_STATUS_ACTIVE: SubscriptionStatus
SUBSCRIPTION_STATUS_PAST_DUE: SubscriptionStatus
SUBSCRIPTION_STATUS_CANCELLED: SubscriptionStatus
SUBSCRIPTION_STATUS_EXPIRED: SubscriptionStatus
DOWNGRADE_POLICY_UNSPECIFIED: DowngradePolicy
DOWNGRADE_POLICY_REFUSE: DowngradePolicy
DOWNGRADE_POLICY_SCHEDULE: DowngradePolicy
CHANGE_EFFECT_UNSPECIFIED: ChangeEffect
CHANGE_EFFECT_IMMEDIATE: ChangeEffect
CHANGE_EFFECT_SCHEDULED: ChangeEffect

class Money(_message.Message):
    __slots__ = ("amount_paise", "currency")
    AMOUNT_PAISE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    amount_paise: int
    currency: str
    def __init__(self, amount_paise: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class PlanDefinition(_message.Message):
    __slots__ = ("plan", "display_name", "max_users", "max_api_calls", "max_storage_gb", "max_transactions", "monthly_price", "trial_days", "negotiated")
    PLAN_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    MAX_USERS_FIELD_NUMBER: _ClassVar[int]
    MAX_API_CALLS_FIELD_NUMBER: _ClassVar[int]
    MAX_STORAGE_GB_FIELD_NUMBER: _ClassVar[int]
    MAX_TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_PRICE_FIELD_NUMBER: _ClassVar[int]
    TRIAL_DAYS_FIELD_NUMBER: _ClassVar[int]
    NEGOTIATED_FIELD_NUMBER: _ClassVar[int]
    plan: Plan
    display_name: str
    max_users: int
    max_api_calls: int
    max_storage_gb: float
    max_transactions: int
    monthly_price: Money
    trial_days: int
    negotiated: bool
    def __init__(self, plan: _Optional[_Union[Plan, str]] = ..., display_name: _Optional[str] = ..., max_users: _Optional[int] = ..., max_api_calls: _Optional[int] = ..., max_storage_gb: _Optional[float] = ..., max_transactions: _Optional[int] = ..., monthly_price: _Optional[_Union[Money, _Mapping]] = ..., trial_days: _Optional[int] = ..., negotiated: bool = ...) -> None: ...

class CustomTerms(_message.Message):
    __slots__ = ("max_users", "max_api_calls", "max_storage_bytes", "max_transactions", "monthly_price_paise")
    MAX_USERS_FIELD_NUMBER: _ClassVar[int]
    MAX_API_CALLS_FIELD_NUMBER: _ClassVar[int]
    MAX_STORAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_PRICE_PAISE_FIELD_NUMBER: _ClassVar[int]
    max_users: int
    max_api_calls: int
    max_storage_bytes: int
    max_transactions: int
    monthly_price_paise: int
    def __init__(self, max_users: _Optional[int] = ..., max_api_calls: _Optional[int] = ..., max_storage_bytes: _Optional[int] = ..., max_transactions: _Optional[int] = ..., monthly_price_paise: _Optional[int] = ...) -> None: ...

class Subscription(_message.Message):
    __slots__ = ("tenant_id", "plan", "status", "billing_cycle", "max_users", "current_users", "max_api_calls", "current_api_calls", "max_storage_gb", "current_storage_gb", "max_transactions", "current_transactions", "trial_ends_at", "period_start", "period_end", "monthly_price", "scheduled_change", "cancels_at", "billing_period_start", "billing_period_end", "created_at", "updated_at", "version")
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    BILLING_CYCLE_FIELD_NUMBER: _ClassVar[int]
    MAX_USERS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_USERS_FIELD_NUMBER: _ClassVar[int]
    MAX_API_CALLS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_API_CALLS_FIELD_NUMBER: _ClassVar[int]
    MAX_STORAGE_GB_FIELD_NUMBER: _ClassVar[int]
    CURRENT_STORAGE_GB_FIELD_NUMBER: _ClassVar[int]
    MAX_TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    TRIAL_ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    PERIOD_START_FIELD_NUMBER: _ClassVar[int]
    PERIOD_END_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_PRICE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULED_CHANGE_FIELD_NUMBER: _ClassVar[int]
    CANCELS_AT_FIELD_NUMBER: _ClassVar[int]
    BILLING_PERIOD_START_FIELD_NUMBER: _ClassVar[int]
    BILLING_PERIOD_END_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    tenant_id: int
    plan: Plan
    status: SubscriptionStatus
    billing_cycle: BillingCycle
    max_users: int
    current_users: int
    max_api_calls: int
    current_api_calls: int
    max_storage_gb: float
    current_storage_gb: float
    max_transactions: int
    current_transactions: int
    trial_ends_at: _timestamp_pb2.Timestamp
    period_start: _timestamp_pb2.Timestamp
    period_end: _timestamp_pb2.Timestamp
    monthly_price: Money
    scheduled_change: ScheduledChange
    cancels_at: _timestamp_pb2.Timestamp
    billing_period_start: _timestamp_pb2.Timestamp
    billing_period_end: _timestamp_pb2.Timestamp
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    version: int
    def __init__(self, tenant_id: _Optional[int] = ..., plan: _Optional[_Union[Plan, str]] = ..., status: _Optional[_Union[SubscriptionStatus, str]] = ..., billing_cycle: _Optional[_Union[BillingCycle, str]] = ..., max_users: _Optional[int] = ..., current_users: _Optional[int] = ..., max_api_calls: _Optional[int] = ..., current_api_calls: _Optional[int] = ..., max_storage_gb: _Optional[float] = ..., current_storage_gb: _Optional[float] = ..., max_transactions: _Optional[int] = ..., current_transactions: _Optional[int] = ..., trial_ends_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., period_start: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., period_end: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., monthly_price: _Optional[_Union[Money, _Mapping]] = ..., scheduled_change: _Optional[_Union[ScheduledChange, _Mapping]] = ..., cancels_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., billing_period_start: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., billing_period_end: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., created_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class ScheduledChange(_message.Message):
    __slots__ = ("plan", "billing_cycle", "applies_at")
    PLAN_FIELD_NUMBER: _ClassVar[int]
    BILLING_CYCLE_FIELD_NUMBER: _ClassVar[int]
    APPLIES_AT_FIELD_NUMBER: _ClassVar[int]
    plan: Plan
    billing_cycle: BillingCycle
    applies_at: _timestamp_pb2.Timestamp
    def __init__(self, plan: _Optional[_Union[Plan, str]] = ..., billing_cycle: _Optional[_Union[BillingCycle, str]] = ..., applies_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Proration(_message.Message):
    __slots__ = ("credit", "charge", "amount_due", "remaining_seconds", "period_seconds", "charged_seconds", "charged_period_seconds")
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    CHARGE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_DUE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    CHARGED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    CHARGED_PERIOD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    credit: Money
    charge: Money
    amount_due: Money
    remaining_seconds: int
    period_seconds: int
    charged_seconds: int
    charged_period_seconds: int
    def __init__(self, credit: _Optional[_Union[Money, _Mapping]] = ..., charge: _Optional[_Union[Money, _Mapping]] = ..., amount_due: _Optional[_Union[Money, _Mapping]] = ..., remaining_seconds: _Optional[int] = ..., period_seconds: _Optional[int] = ..., charged_seconds: _Optional[int] = ..., charged_period_seconds: _Optional[int] = ...) -> None: ...

class PlanConflict(_message.Message):
    __slots__ = ("resource", "current", "max")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    resource: _resource_pb2.Resource
    current: int
    max: int
    def __init__(self, resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., current: _Optional[int] = ..., max: _Optional[int] = ...) -> None: ...

class GetSubscriptionRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ...) -> None: ...

class GetSubscriptionResponse(_message.Message):
    __slots__ = ("success", "subscription")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    success: bool
    subscription: Subscription
    def __init__(self, success: bool = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...

class ListPlansRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListPlansResponse(_message.Message):
    __slots__ = ("success", "plans")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    PLANS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    plans: _containers.RepeatedCompositeFieldContainer[PlanDefinition]
    def __init__(self, success: bool = ..., plans: _Optional[_Iterable[_Union[PlanDefinition, _Mapping]]] = ...) -> None: ...

class ChangeSubscriptionRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "plan", "billing_cycle", "downgrade_policy", "custom_terms", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    BILLING_CYCLE_FIELD_NUMBER: _ClassVar[int]
    DOWNGRADE_POLICY_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_TERMS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    plan: Plan
    billing_cycle: BillingCycle
    downgrade_policy: DowngradePolicy
    custom_terms: CustomTerms
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., plan: _Optional[_Union[Plan, str]] = ..., billing_cycle: _Optional[_Union[BillingCycle, str]] = ..., downgrade_policy: _Optional[_Union[DowngradePolicy, str]] = ..., custom_terms: _Optional[_Union[CustomTerms, _Mapping]] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ChangeSubscriptionResponse(_message.Message):
    __slots__ = ("success", "subscription", "effect", "proration")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    PRORATION_FIELD_NUMBER: _ClassVar[int]
    success: bool
    subscription: Subscription
    effect: ChangeEffect
    proration: Proration
    def __init__(self, success: bool = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ..., effect: _Optional[_Union[ChangeEffect, str]] = ..., proration: _Optional[_Union[Proration, _Mapping]] = ...) -> None: ...

class PreviewPlanChangeRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "plan", "billing_cycle", "downgrade_policy", "custom_terms")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    BILLING_CYCLE_FIELD_NUMBER: _ClassVar[int]
    DOWNGRADE_POLICY_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_TERMS_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    plan: Plan
    billing_cycle: BillingCycle
    downgrade_policy: DowngradePolicy
    custom_terms: CustomTerms
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., plan: _Optional[_Union[Plan, str]] = ..., billing_cycle: _Optional[_Union[BillingCycle, str]] = ..., downgrade_policy: _Optional[_Union[DowngradePolicy, str]] = ..., custom_terms: _Optional[_Union[CustomTerms, _Mapping]] = ...) -> None: ...

class PreviewPlanChangeResponse(_message.Message):
    __slots__ = ("success", "subscription", "effect", "proration", "conflicts")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    PRORATION_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    subscription: Subscription
    effect: ChangeEffect
    proration: Proration
    conflicts: _containers.RepeatedCompositeFieldContainer[PlanConflict]
    def __init__(self, success: bool = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ..., effect: _Optional[_Union[ChangeEffect, str]] = ..., proration: _Optional[_Union[Proration, _Mapping]] = ..., conflicts: _Optional[_Iterable[_Union[PlanConflict, _Mapping]]] = ...) -> None: ...

class CancelSubscriptionRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "immediately", "reason", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    IMMEDIATELY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    immediately: bool
    reason: str
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., immediately: bool = ..., reason: _Optional[str] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class CancelSubscriptionResponse(_message.Message):
    __slots__ = ("success", "subscription")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    success: bool
    subscription: Subscription
    def __init__(self, success: bool = ..., subscription: _Optional[_Union[Subscription, _Mapping]] = ...) -> None: ...
