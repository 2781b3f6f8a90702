from bfc_tenancy._pb.bfc.tenancy.v1 import resource_pb2 as _resource_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

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
    __slots__ = ("success", "start_date", "end_date", "time_zone", "days", "totals", "overage")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    OVERAGE_FIELD_NUMBER: _ClassVar[int]
    success: bool
    start_date: str
    end_date: str
    time_zone: str
    days: _containers.RepeatedCompositeFieldContainer[DailyUsage]
    totals: UsageTotals
    overage: _containers.RepeatedCompositeFieldContainer[OverageUsage]
    def __init__(self, success: bool = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., time_zone: _Optional[str] = ..., days: _Optional[_Iterable[_Union[DailyUsage, _Mapping]]] = ..., totals: _Optional[_Union[UsageTotals, _Mapping]] = ..., overage: _Optional[_Iterable[_Union[OverageUsage, _Mapping]]] = ...) -> None: ...

class OverageUsage(_message.Message):
    __slots__ = ("resource", "units", "price_paise")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    PRICE_PAISE_FIELD_NUMBER: _ClassVar[int]
    resource: _resource_pb2.Resource
    units: int
    price_paise: int
    def __init__(self, resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., units: _Optional[int] = ..., price_paise: _Optional[int] = ...) -> None: ...

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
