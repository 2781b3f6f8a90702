from bfc_tenancy._pb.bfc.tenancy.v1 import quota_lease_pb2 as _quota_lease_pb2
from bfc_tenancy._pb.bfc.tenancy.v1 import quota_policy_pb2 as _quota_policy_pb2
from bfc_tenancy._pb.bfc.tenancy.v1 import quota_reservation_pb2 as _quota_reservation_pb2
from bfc_tenancy._pb.bfc.tenancy.v1 import quota_usage_pb2 as _quota_usage_pb2
from bfc_tenancy._pb.bfc.tenancy.v1 import quota_user_pb2 as _quota_user_pb2
from bfc_tenancy._pb.bfc.tenancy.v1 import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Durability(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DURABILITY_UNSPECIFIED: _ClassVar[Durability]
    DURABILITY_LEASED: _ClassVar[Durability]
    DURABILITY_COMMITTED: _ClassVar[Durability]
DURABILITY_UNSPECIFIED: Durability
DURABILITY_LEASED: Durability
DURABILITY_COMMITTED: Durability

class GetQuotasRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ...) -> None: ...

class GetQuotasResponse(_message.Message):
    __slots__ = ("success", "quotas")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    quotas: Quotas
    def __init__(self, success: bool = ..., quotas: _Optional[_Union[Quotas, _Mapping]] = ...) -> None: ...

class Quotas(_message.Message):
    __slots__ = ("users", "api_calls", "storage", "transactions")
    USERS_FIELD_NUMBER: _ClassVar[int]
    API_CALLS_FIELD_NUMBER: _ClassVar[int]
    STORAGE_FIELD_NUMBER: _ClassVar[int]
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    users: QuotaStatus
    api_calls: QuotaStatus
    storage: StorageQuotaStatus
    transactions: QuotaStatus
    def __init__(self, users: _Optional[_Union[QuotaStatus, _Mapping]] = ..., api_calls: _Optional[_Union[QuotaStatus, _Mapping]] = ..., storage: _Optional[_Union[StorageQuotaStatus, _Mapping]] = ..., transactions: _Optional[_Union[QuotaStatus, _Mapping]] = ...) -> None: ...

class QuotaStatus(_message.Message):
    __slots__ = ("available", "current", "max", "percentage", "reserved", "overage", "limit_version")
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    OVERAGE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    available: bool
    current: int
    max: int
    percentage: float
    reserved: int
    overage: int
    limit_version: int
    def __init__(self, available: bool = ..., current: _Optional[int] = ..., max: _Optional[int] = ..., percentage: _Optional[float] = ..., reserved: _Optional[int] = ..., overage: _Optional[int] = ..., limit_version: _Optional[int] = ...) -> None: ...

class StorageQuotaStatus(_message.Message):
    __slots__ = ("available", "current", "max", "percentage", "current_bytes", "max_bytes", "reserved", "overage", "limit_version")
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    OVERAGE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    available: bool
    current: float
    max: float
    percentage: float
    current_bytes: int
    max_bytes: int
    reserved: int
    overage: int
    limit_version: int
    def __init__(self, available: bool = ..., current: _Optional[float] = ..., max: _Optional[float] = ..., percentage: _Optional[float] = ..., current_bytes: _Optional[int] = ..., max_bytes: _Optional[int] = ..., reserved: _Optional[int] = ..., overage: _Optional[int] = ..., limit_version: _Optional[int] = ...) -> None: ...

class CheckQuotaRequest(_message.Message):
    __slots__ = ("tenant_code", "resource", "amount", "tenant_id", "durability", "min_limit_version", "user_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    MIN_LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    resource: _resource_pb2.Resource
    amount: int
    tenant_id: int
    durability: Durability
    min_limit_version: int
    user_id: str
    def __init__(self, tenant_code: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., amount: _Optional[int] = ..., tenant_id: _Optional[int] = ..., durability: _Optional[_Union[Durability, str]] = ..., min_limit_version: _Optional[int] = ..., user_id: _Optional[str] = ...) -> None: ...

class CheckQuotaResponse(_message.Message):
    __slots__ = ("allowed", "current", "max", "percentage", "remaining", "decided_at", "degraded", "limit_version", "refused_by", "retry_after", "warning")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    REFUSED_BY_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_FIELD_NUMBER: _ClassVar[int]
    WARNING_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    current: int
    max: int
    percentage: float
    remaining: int
    decided_at: _timestamp_pb2.Timestamp
    degraded: bool
    limit_version: int
    refused_by: str
    retry_after: _duration_pb2.Duration
    warning: bool
    def __init__(self, allowed: bool = ..., current: _Optional[int] = ..., max: _Optional[int] = ..., percentage: _Optional[float] = ..., remaining: _Optional[int] = ..., decided_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., degraded: bool = ..., limit_version: _Optional[int] = ..., refused_by: _Optional[str] = ..., retry_after: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., warning: bool = ...) -> None: ...

class ConsumeRequest(_message.Message):
    __slots__ = ("tenant_code", "resource", "amount", "tenant_id", "durability", "min_limit_version", "user_id", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    MIN_LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    resource: _resource_pb2.Resource
    amount: int
    tenant_id: int
    durability: Durability
    min_limit_version: int
    user_id: str
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., amount: _Optional[int] = ..., tenant_id: _Optional[int] = ..., durability: _Optional[_Union[Durability, str]] = ..., min_limit_version: _Optional[int] = ..., user_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ConsumeResponse(_message.Message):
    __slots__ = ("allowed", "current", "max", "percentage", "remaining", "decided_at", "degraded", "limit_version", "durability", "warning", "overage_amount")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    WARNING_FIELD_NUMBER: _ClassVar[int]
    OVERAGE_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    current: int
    max: int
    percentage: float
    remaining: int
    decided_at: _timestamp_pb2.Timestamp
    degraded: bool
    limit_version: int
    durability: Durability
    warning: bool
    overage_amount: int
    def __init__(self, allowed: bool = ..., current: _Optional[int] = ..., max: _Optional[int] = ..., percentage: _Optional[float] = ..., remaining: _Optional[int] = ..., decided_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., degraded: bool = ..., limit_version: _Optional[int] = ..., durability: _Optional[_Union[Durability, str]] = ..., warning: bool = ..., overage_amount: _Optional[int] = ...) -> None: ...

class QuotaItem(_message.Message):
    __slots__ = ("resource", "amount")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    resource: _resource_pb2.Resource
    amount: int
    def __init__(self, resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., amount: _Optional[int] = ...) -> None: ...

class BatchCheckRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "items", "min_limit_version", "user_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    MIN_LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    items: _containers.RepeatedCompositeFieldContainer[QuotaItem]
    min_limit_version: int
    user_id: str
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., items: _Optional[_Iterable[_Union[QuotaItem, _Mapping]]] = ..., min_limit_version: _Optional[int] = ..., user_id: _Optional[str] = ...) -> None: ...

class BatchCheckResponse(_message.Message):
    __slots__ = ("success", "answers")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    answers: _containers.RepeatedCompositeFieldContainer[CheckQuotaResponse]
    def __init__(self, success: bool = ..., answers: _Optional[_Iterable[_Union[CheckQuotaResponse, _Mapping]]] = ...) -> None: ...

class BatchConsumeRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "items", "durability", "all_or_none", "min_limit_version", "user_id", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    ALL_OR_NONE_FIELD_NUMBER: _ClassVar[int]
    MIN_LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    items: _containers.RepeatedCompositeFieldContainer[QuotaItem]
    durability: Durability
    all_or_none: bool
    min_limit_version: int
    user_id: str
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., items: _Optional[_Iterable[_Union[QuotaItem, _Mapping]]] = ..., durability: _Optional[_Union[Durability, str]] = ..., all_or_none: bool = ..., min_limit_version: _Optional[int] = ..., user_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class BatchConsumeResult(_message.Message):
    __slots__ = ("status", "answer")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    status: _status_pb2.Status
    answer: ConsumeResponse
    def __init__(self, status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., answer: _Optional[_Union[ConsumeResponse, _Mapping]] = ...) -> None: ...

class BatchConsumeResponse(_message.Message):
    __slots__ = ("success", "results")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    results: _containers.RepeatedCompositeFieldContainer[BatchConsumeResult]
    def __init__(self, success: bool = ..., results: _Optional[_Iterable[_Union[BatchConsumeResult, _Mapping]]] = ...) -> None: ...
