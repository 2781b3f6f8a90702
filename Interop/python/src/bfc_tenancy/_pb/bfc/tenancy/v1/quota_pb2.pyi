from bfc_tenancy._pb.bfc.tenancy.v1 import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

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
    __slots__ = ("available", "current", "max", "percentage")
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    available: bool
    current: int
    max: int
    percentage: float
    def __init__(self, available: bool = ..., current: _Optional[int] = ..., max: _Optional[int] = ..., percentage: _Optional[float] = ...) -> None: ...

class StorageQuotaStatus(_message.Message):
    __slots__ = ("available", "current", "max", "percentage", "current_bytes", "max_bytes")
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    CURRENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    available: bool
    current: float
    max: float
    percentage: float
    current_bytes: int
    max_bytes: int
    def __init__(self, available: bool = ..., current: _Optional[float] = ..., max: _Optional[float] = ..., percentage: _Optional[float] = ..., current_bytes: _Optional[int] = ..., max_bytes: _Optional[int] = ...) -> None: ...

class CheckQuotaRequest(_message.Message):
    __slots__ = ("tenant_code", "resource", "amount", "tenant_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    resource: _resource_pb2.Resource
    amount: int
    tenant_id: int
    def __init__(self, tenant_code: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., amount: _Optional[int] = ..., tenant_id: _Optional[int] = ...) -> None: ...

class CheckQuotaResponse(_message.Message):
    __slots__ = ("allowed", "current", "max", "percentage", "remaining", "decided_at")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    current: int
    max: int
    percentage: float
    remaining: int
    decided_at: _timestamp_pb2.Timestamp
    def __init__(self, allowed: bool = ..., current: _Optional[int] = ..., max: _Optional[int] = ..., percentage: _Optional[float] = ..., remaining: _Optional[int] = ..., decided_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConsumeRequest(_message.Message):
    __slots__ = ("tenant_code", "resource", "amount", "tenant_id", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    resource: _resource_pb2.Resource
    amount: int
    tenant_id: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., amount: _Optional[int] = ..., tenant_id: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ConsumeResponse(_message.Message):
    __slots__ = ("allowed", "current", "max", "percentage", "remaining", "decided_at")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    current: int
    max: int
    percentage: float
    remaining: int
    decided_at: _timestamp_pb2.Timestamp
    def __init__(self, allowed: bool = ..., current: _Optional[int] = ..., max: _Optional[int] = ..., percentage: _Optional[float] = ..., remaining: _Optional[int] = ..., decided_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetUsageRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "start_date", "end_date", "resource")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    start_date: str
    end_date: str
    resource: _resource_pb2.Resource
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ...) -> None: ...

class GetUsageResponse(_message.Message):
    __slots__ = ("success", "start_date", "end_date", "time_zone", "days", "totals")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    start_date: str
    end_date: str
    time_zone: str
    days: _containers.RepeatedCompositeFieldContainer[DailyUsage]
    totals: UsageTotals
    def __init__(self, success: bool = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., time_zone: _Optional[str] = ..., days: _Optional[_Iterable[_Union[DailyUsage, _Mapping]]] = ..., totals: _Optional[_Union[UsageTotals, _Mapping]] = ...) -> None: ...

class DailyUsage(_message.Message):
    __slots__ = ("usage_date", "api_calls", "storage_bytes", "users", "transactions")
    USAGE_DATE_FIELD_NUMBER: _ClassVar[int]
    API_CALLS_FIELD_NUMBER: _ClassVar[int]
    STORAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    usage_date: str
    api_calls: int
    storage_bytes: int
    users: int
    transactions: int
    def __init__(self, usage_date: _Optional[str] = ..., api_calls: _Optional[int] = ..., storage_bytes: _Optional[int] = ..., users: _Optional[int] = ..., transactions: _Optional[int] = ...) -> None: ...

class UsageTotals(_message.Message):
    __slots__ = ("api_calls", "storage_bytes", "storage_gb", "users", "transactions")
    API_CALLS_FIELD_NUMBER: _ClassVar[int]
    STORAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    STORAGE_GB_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    api_calls: int
    storage_bytes: int
    storage_gb: float
    users: int
    transactions: int
    def __init__(self, api_calls: _Optional[int] = ..., storage_bytes: _Optional[int] = ..., storage_gb: _Optional[float] = ..., users: _Optional[int] = ..., transactions: _Optional[int] = ...) -> None: ...
