from bfc_tenancy._pb.bfc.tenancy.v1 import configuration_pb2 as _configuration_pb2
from bfc_tenancy._pb.bfc.tenancy.v1 import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OutageBehavior(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTAGE_BEHAVIOR_UNSPECIFIED: _ClassVar[OutageBehavior]
    OUTAGE_BEHAVIOR_REFUSE: _ClassVar[OutageBehavior]
    OUTAGE_BEHAVIOR_ADMIT_AND_RECONCILE: _ClassVar[OutageBehavior]

class QuotaAlertKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUOTA_ALERT_KIND_UNSPECIFIED: _ClassVar[QuotaAlertKind]
    QUOTA_ALERT_KIND_THRESHOLD: _ClassVar[QuotaAlertKind]
    QUOTA_ALERT_KIND_EXHAUSTED: _ClassVar[QuotaAlertKind]
    QUOTA_ALERT_KIND_OVERAGE: _ClassVar[QuotaAlertKind]
    QUOTA_ALERT_KIND_SHADOW_LIMIT: _ClassVar[QuotaAlertKind]
    QUOTA_ALERT_KIND_AUTO_SCALED: _ClassVar[QuotaAlertKind]
    QUOTA_ALERT_KIND_ADJUSTED: _ClassVar[QuotaAlertKind]
OUTAGE_BEHAVIOR_UNSPECIFIED: OutageBehavior
OUTAGE_BEHAVIOR_REFUSE: OutageBehavior
OUTAGE_BEHAVIOR_ADMIT_AND_RECONCILE: OutageBehavior
QUOTA_ALERT_KIND_UNSPECIFIED: QuotaAlertKind
QUOTA_ALERT_KIND_THRESHOLD: QuotaAlertKind
QUOTA_ALERT_KIND_EXHAUSTED: QuotaAlertKind
QUOTA_ALERT_KIND_OVERAGE: QuotaAlertKind
QUOTA_ALERT_KIND_SHADOW_LIMIT: QuotaAlertKind
QUOTA_ALERT_KIND_AUTO_SCALED: QuotaAlertKind
QUOTA_ALERT_KIND_ADJUSTED: QuotaAlertKind

class QuotaPolicy(_message.Message):
    __slots__ = ("resource", "warn_percentages", "shadow_limit", "overage_allowed", "overage_price_paise", "overage_max", "auto_scale_step", "auto_scale_ceiling", "outage_behavior", "version")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    WARN_PERCENTAGES_FIELD_NUMBER: _ClassVar[int]
    SHADOW_LIMIT_FIELD_NUMBER: _ClassVar[int]
    OVERAGE_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    OVERAGE_PRICE_PAISE_FIELD_NUMBER: _ClassVar[int]
    OVERAGE_MAX_FIELD_NUMBER: _ClassVar[int]
    AUTO_SCALE_STEP_FIELD_NUMBER: _ClassVar[int]
    AUTO_SCALE_CEILING_FIELD_NUMBER: _ClassVar[int]
    OUTAGE_BEHAVIOR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    resource: _resource_pb2.Resource
    warn_percentages: _containers.RepeatedScalarFieldContainer[int]
    shadow_limit: int
    overage_allowed: bool
    overage_price_paise: int
    overage_max: int
    auto_scale_step: int
    auto_scale_ceiling: int
    outage_behavior: OutageBehavior
    version: int
    def __init__(self, resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., warn_percentages: _Optional[_Iterable[int]] = ..., shadow_limit: _Optional[int] = ..., overage_allowed: bool = ..., overage_price_paise: _Optional[int] = ..., overage_max: _Optional[int] = ..., auto_scale_step: _Optional[int] = ..., auto_scale_ceiling: _Optional[int] = ..., outage_behavior: _Optional[_Union[OutageBehavior, str]] = ..., version: _Optional[int] = ...) -> None: ...

class GetQuotaPolicyRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ...) -> None: ...

class GetQuotaPolicyResponse(_message.Message):
    __slots__ = ("success", "policies")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    POLICIES_FIELD_NUMBER: _ClassVar[int]
    success: bool
    policies: _containers.RepeatedCompositeFieldContainer[QuotaPolicy]
    def __init__(self, success: bool = ..., policies: _Optional[_Iterable[_Union[QuotaPolicy, _Mapping]]] = ...) -> None: ...

class SetQuotaPolicyRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "policy", "expected_version", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    policy: QuotaPolicy
    expected_version: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., policy: _Optional[_Union[QuotaPolicy, _Mapping]] = ..., expected_version: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class SetQuotaPolicyResponse(_message.Message):
    __slots__ = ("success", "policy")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    success: bool
    policy: QuotaPolicy
    def __init__(self, success: bool = ..., policy: _Optional[_Union[QuotaPolicy, _Mapping]] = ...) -> None: ...

class QuotaAlert(_message.Message):
    __slots__ = ("kind", "resource", "percentage", "current", "max", "amount", "sequence")
    KIND_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    kind: QuotaAlertKind
    resource: _resource_pb2.Resource
    percentage: int
    current: int
    max: int
    amount: int
    sequence: int
    def __init__(self, kind: _Optional[_Union[QuotaAlertKind, str]] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., percentage: _Optional[int] = ..., current: _Optional[int] = ..., max: _Optional[int] = ..., amount: _Optional[int] = ..., sequence: _Optional[int] = ...) -> None: ...

class WatchQuotaRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "resume_token", "resources", "acknowledged_token")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    resume_token: str
    resources: _containers.RepeatedScalarFieldContainer[_resource_pb2.Resource]
    acknowledged_token: str
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., resume_token: _Optional[str] = ..., resources: _Optional[_Iterable[_Union[_resource_pb2.Resource, str]]] = ..., acknowledged_token: _Optional[str] = ...) -> None: ...

class WatchQuotaResponse(_message.Message):
    __slots__ = ("type", "alert", "resume_token", "event_time")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ALERT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    type: _configuration_pb2.WatchEventType
    alert: QuotaAlert
    resume_token: str
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, type: _Optional[_Union[_configuration_pb2.WatchEventType, str]] = ..., alert: _Optional[_Union[QuotaAlert, _Mapping]] = ..., resume_token: _Optional[str] = ..., event_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReconcileUsageRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "month")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    month: str
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., month: _Optional[str] = ...) -> None: ...

class ReconcileUsageResponse(_message.Message):
    __slots__ = ("success", "matches", "resources")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    success: bool
    matches: bool
    resources: _containers.RepeatedCompositeFieldContainer[ReconciledUsage]
    def __init__(self, success: bool = ..., matches: bool = ..., resources: _Optional[_Iterable[_Union[ReconciledUsage, _Mapping]]] = ...) -> None: ...

class ReconciledUsage(_message.Message):
    __slots__ = ("resource", "counted", "recorded", "days", "recorded_days")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    RECORDED_DAYS_FIELD_NUMBER: _ClassVar[int]
    resource: _resource_pb2.Resource
    counted: int
    recorded: int
    days: int
    recorded_days: int
    def __init__(self, resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., counted: _Optional[int] = ..., recorded: _Optional[int] = ..., days: _Optional[int] = ..., recorded_days: _Optional[int] = ...) -> None: ...
